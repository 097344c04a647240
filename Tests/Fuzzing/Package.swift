// swift-tools-version: 6.2
import PackageDescription

// Random lines for the parser of commands, by libFuzzer. A package of its own, because what is fuzzed is compiled with
// counters in it. `.ci/fuzz` builds and runs it: the library that drives it is the toolchain's own, at the place that
// FUZZER_LIBRARY says.

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "Fuzzing",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "CFuzzer", path: "CFuzzer"),
    .target(name: "CLinux", path: "CLinux"),
    .target(name: "VisibleText", path: "VisibleText"),
    .target(name: "RangedMmap", dependencies: ["CLinux", system], path: "RangedMmap"),
    .target(name: "PageCache", dependencies: ["CLinux", system], path: "PageCache"),
    .target(
      name: "Inspector",
      dependencies: [
        "RangedMmap", "PageCache", "VisibleText", system,
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
      ],
      path: "Inspector",
      swiftSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
    .executableTarget(
      name: "FuzzLanguage",
      dependencies: ["CFuzzer", "Inspector"],
      path: "Language",
      linkerSettings: [
        .unsafeFlags([Context.environment["FUZZER_LIBRARY"] ?? "-lclang_rt.fuzzer_no_main", "-lstdc++"])
      ]),
  ],
  swiftLanguageModes: [.v6]
)
