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

  /// Puts a file there whose pages are in memory each by itself, in no large folio, where that can be.
  public func put(_ name: String, inPages count: Int) throws {
    try put(name, [UInt8](repeating: 7, count: count * 4096))
    let file = try FileDescriptor.open(file(name), .readWrite, options: .closeOnExec)
    defer { try? file.close() }
    guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    _ = posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    // Nothing is read ahead then.
    _ = posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_RANDOM)
    var byte: UInt8 = 0
    // SAFETY: one byte is read into one.
    for page in 0..<count { _ = unsafe pread(file.rawValue, &byte, 1, off_t(page * 4096)) }
  }

  /// Puts a file of these bytes there.
  public func put(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name).string))
  }
}
