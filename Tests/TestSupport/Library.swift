import Foundation

/// The libraries as the package has built them, for programs that are compiled by a test.
public enum Library {
  private static let build = URL(fileURLWithPath: mmapview).deletingLastPathComponent().path
  private static let scratch = URL(fileURLWithPath: build).deletingLastPathComponent().deletingLastPathComponent().path

  /// Where the compiler finds their modules, and those that they use.
  public static let searchPaths = [
    "-I", build + "/Modules", "-I", scratch + "/checkouts/swift-system/Sources/CSystem/include",
    "-Xcc", "-fmodule-map-file=\(build)/CLinux.build/module.modulemap",
  ]

  /// What a program of our own language mode is compiled with.
  public static let options = ["-swift-version", "6", "-enable-upcoming-feature", "MemberImportVisibility"]

  /// What was compiled of a module; the object of a source that was renamed stays, and is left out.
  public static func objects(of module: String) throws -> [String] {
    func name(_ path: String) -> Substring? { path.split(separator: "/").last }
    let sources = FileManager.default.subpaths(atPath: "\(packageRoot)/Sources/\(module)").map { Set($0.map(name)) }
    return try FileManager.default.subpathsOfDirectory(atPath: "\(build)/\(module).build").filter {
      $0.hasSuffix(".o") && sources?.contains(name(String($0.dropLast(2)))) != false
    }.map { "\(build)/\(module).build/\($0)" }
  }
}
