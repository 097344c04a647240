// swift-tools-version: 6.2
import PackageDescription

// The concurrent tests of RangedMmap and Inspector under the thread sanitizer. A package of its own, because the
// compiler of Swift 6.3 crashes on swift-collections' BasicContainers with --sanitize=thread: only our own targets get
// the option.

let sanitized: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes"), .unsafeFlags(["-sanitize=thread"])]
let sanitizedC: [CSetting] = [.unsafeFlags(["-fsanitize=thread"])]
let sanitizedLink: [LinkerSetting] = [.unsafeFlags(["-sanitize=thread"])]
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "ThreadSanitizer",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "Sanitizer", path: "Sanitizer"),
    .target(name: "CLinux", cSettings: sanitizedC),
    .target(name: "CLaunch", cSettings: sanitizedC),
    .target(name: "VisibleText", swiftSettings: sanitized),
    .target(name: "RangedMmap", dependencies: ["CLinux", system], swiftSettings: sanitized),
    .target(name: "PageCache", dependencies: ["CLinux", system], swiftSettings: sanitized),
    .target(
      name: "Inspector",
      dependencies: [
        "CLaunch", "RangedMmap", "PageCache", "VisibleText", system,
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
      ],
      swiftSettings: sanitized),
    .target(name: "CTestSupport", path: "CTestSupport", cSettings: sanitizedC),
    .target(
      name: "TestSupport", dependencies: ["CTestSupport", system], path: "TestSupport", swiftSettings: sanitized),
    .testTarget(
      name: "ConcurrencyTests",
      dependencies: ["CTestSupport", "Sanitizer", "TestSupport", "RangedMmap", system],
      path: "RangedMmapTests",
      exclude: ["MustNotCompile"],
      sources: [
        "AllocatorPropertyTests.swift", "ConcurrencyTests.swift", "StoresTests.swift", "TruncationTests.swift",
        "Support.swift",
      ],
      swiftSettings: sanitized, linkerSettings: sanitizedLink),
    .testTarget(
      name: "InspectorTests",
      dependencies: ["CTestSupport", "Sanitizer", "TestSupport", "RangedMmap", "PageCache", "Inspector", system],
      path: "InspectorTests",
      sources: [
        "FaultsTests.swift", "FindTests.swift", "JobTests.swift", "KernelTests.swift", "LatencyTests.swift",
        "LiveTests.swift",
        "PageWatchTests.swift", "QuietTests.swift", "RecordingTests.swift", "SessionTests.swift", "SessionSuite.swift",
        "SteppedWorkersTests.swift", "WakeUpTests.swift",
      ],
      swiftSettings: sanitized, linkerSettings: sanitizedLink),
  ],
  swiftLanguageModes: [.v6]
)
