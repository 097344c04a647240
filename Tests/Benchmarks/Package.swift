// swift-tools-version: 6.2
import PackageDescription

// Benchmarks, in a package of their own so that users of the library do not build what they need. Run them with
//   swift package --package-path Tests/Benchmarks benchmark
//   swift run -c release --package-path Tests/Benchmarks compare
//   .ci/instructions

let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(name: "mmapview", path: "../.."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .executableTarget(
      name: "RangedMmapBenchmarks",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "RangedMmap", package: "mmapview"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Benchmarks/RangedMmap",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    // Optimised also in a debug build: it is not compared.
    .target(name: "Rivals", path: "Rivals", cSettings: [.unsafeFlags(["-O2"])]),
    .executableTarget(
      name: "compare",
      dependencies: [
        "Rivals",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "PageCache", package: "mmapview"),
        .product(name: "RangedMmap", package: "mmapview"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Comparison"),
    .executableTarget(
      name: "hotpaths",
      dependencies: [
        .product(name: "RangedMmap", package: "mmapview"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "HotPaths"),
  ]
)
