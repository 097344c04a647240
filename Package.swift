// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Scripts that become part of the program, so that it finds them wherever it is installed.
let lessons: [Resource] = [
  "01-life", "02-sparse", "03-async", "04-clean", "05-folios", "06-workers", "07-kill", "08-truncate", "09-full",
  "10-failed", "11-cold", "12-advice", "13-faults", "14-held", "15-stores",
].map { .embedInCode("Lessons/\($0).mmv") }

let package = Package(
  name: "mmapview",
  products: [
    .library(name: "RangedMmap", targets: ["RangedMmap"]),
    .library(name: "PageCache", targets: ["PageCache"]),
    .executable(name: "mmapview", targets: ["mmapview"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    // For `swift package generate-documentation` alone; nothing links it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    .target(name: "CLinux"),
    // What the inspector needs of the process that it is: its arguments, its signals.
    .target(name: "CLaunch"),
    // What only lessons need: mounts, namespaces, other programs.
    .target(name: "CLesson"),
    .target(name: "VisibleText", swiftSettings: strict),
    // What a closure is lent can't leave it; the attribute that says so is still an experiment in Swift 6.3.
    .target(
      name: "RangedMmap",
      dependencies: ["CLinux", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
    .target(
      name: "PageCache",
      dependencies: ["CLinux", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: strict),
    .target(
      name: "Inspector",
      dependencies: [
        "CLaunch", "RangedMmap", "PageCache", "VisibleText",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .target(name: "TerminalCanvas", dependencies: ["CNcurses", "VisibleText"], swiftSettings: strict),
    .executableTarget(
      name: "mmapview",
      dependencies: [
        "CLaunch", "CLesson", "CLinux", "Inspector", "TerminalCanvas", "RangedMmap", "PageCache", "VisibleText",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      resources: lessons,
      swiftSettings: strict),
    // What tests of several targets use: folders of their own, programs to run.
    .target(name: "CTestSupport", path: "Tests/CTestSupport"),
    // A file system that tests mount; a program, so that no test is its own server.
    .executableTarget(name: "FuseServer", path: "Tests/FuseServer"),
    // A program that touches pages of a mapping when it is ordered to.
    .executableTarget(name: "Toucher", path: "Tests/Toucher"),
    // The guard of CLinux again, with a place to stop at between any two of its steps.
    .target(name: "GuardSteps", dependencies: ["CLinux"], path: "Tests/GuardSteps"),
    // What the kernel tells of a file, asked by C alone.
    .target(name: "FileObserver", path: "Tests/FileObserver"),
    .target(
      name: "TestSupport",
      dependencies: ["CTestSupport", .product(name: "SystemPackage", package: "swift-system")],
      path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "RangedMmapTests",
      dependencies: [
        "RangedMmap", "PageCache", "CTestSupport", "GuardSteps", "TestSupport",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["MustNotCompile", "Pasted"],
      swiftSettings: strict),
    .testTarget(
      name: "InspectorTests",
      dependencies: [
        "Inspector", "RangedMmap", "PageCache", "CTestSupport", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: strict),
    .testTarget(
      name: "PageCacheTests",
      dependencies: [
        "PageCache", "RangedMmap", "CTestSupport", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TerminalCanvasTests", dependencies: ["TerminalCanvas", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "mmapviewTests",
      dependencies: [
        "mmapview", "Inspector", "TerminalCanvas", "RangedMmap", "PageCache", "CTestSupport", "TestSupport",
        "VisibleText",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "RealProgramTests",
      dependencies: [
        "mmapview", "FileObserver", "TestSupport", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
  ]
)
