// swift-tools-version: 6.2
import PackageDescription

// The concurrent tests of RangedMmap, to be run with --sanitize=thread. A package of its own, because the compiler of
// Swift 6.3 crashes on swift-collections' BasicContainers with that option, which other targets of the package use.

let package = Package(
  name: "ThreadSanitizer",
  dependencies: [
    .package(name: "mmapview", path: "../.."),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "CTestSupport", path: "CTestSupport"),
    .target(
      name: "TestSupport",
      dependencies: ["CTestSupport", .product(name: "SystemPackage", package: "swift-system")],
      path: "TestSupport"),
    .testTarget(
      name: "ConcurrencyTests",
      dependencies: [
        "CTestSupport", "TestSupport",
        .product(name: "RangedMmap", package: "mmapview"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "RangedMmapTests",
      exclude: ["MustNotCompile"],
      sources: ["AllocatorPropertyTests.swift", "ConcurrencyTests.swift", "TruncationTests.swift", "Support.swift"]),
  ],
  swiftLanguageModes: [.v6]
)
