import Foundation
public import SystemPackage

/// A folder of its own for one test, gone when the test lets go of it.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: FilePath

  /// Makes the folder below `parent`; by default on the disk that the tests are built on, not in memory.
  public init(in parent: String = NSTemporaryDirectory()) throws {
    path = FilePath(parent).appending("mmapview-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// The path of a file in the folder.
  public func file(_ name: String) -> FilePath { path.appending(name) }

  /// The bytes of a file in the folder, read from outside of the library.
  public func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name).string)))
  }

  /// The names in the folder.
  public var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path.string).sorted()) ?? [] }

  /// Puts a file of these bytes there.
  public func put(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name).string))
  }
}
