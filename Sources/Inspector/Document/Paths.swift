import Glibc
import SystemPackage

// Paths that people write.

extension FilePath {
  /// A path as a person wrote it.
  ///
  /// `FilePath` drops a slash at the end, which says that there is a folder: the system is asked before it is dropped.
  ///
  /// - Parameter path: The path.
  /// - Throws: What the system says of a path with such a slash that leads to no folder; that there is no path.
  package init(typed path: String) throws(CommandError) {
    guard !path.isEmpty else { throw CommandError("\"\": is no name of a file; give one") }
    self.init(path)
    // SAFETY: the path is a C string for the length of the call.
    guard path.hasSuffix("/"), unsafe access(path, F_OK) != 0 else { return }
    throw CommandError("\(path): \(Errno(rawValue: errno)); a slash at the end is for folders, so leave it out")
  }

  /// A path as a person wrote it, begun in this folder unless it begins at the root; still as it was written.
  func pushing(typed path: String) -> String {
    pushing(FilePath(path)).string + (path.hasSuffix("/") ? "/" : "")
  }
}

extension FileDescriptor {
  /// Reads until the memory is full or the file ends: one pread(2) gives what it likes.
  ///
  /// - Parameters:
  ///   - memory: What is filled.
  ///   - offset: Where in the file it begins.
  ///   - most: How many bytes one call is asked for at most.
  /// - Returns: How many bytes there were.
  /// - Throws: The system's error.
  package func readAll(
    into memory: UnsafeMutableRawBufferPointer, from offset: Int, atMost most: Int = .max
  ) throws -> Int {
    var count = 0
    while count < memory.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...].prefix(most))
      let found = try unsafe read(fromAbsoluteOffset: Int64(offset + count), into: rest)
      if found == 0 { break }
      count += found
    }
    return count
  }

  /// Whether both lead to the same file.
  func isSameFile(as other: FileDescriptor) -> Bool {
    guard let one = try? stat(), let other = try? other.stat() else { return false }
    return one.identity == other.identity
  }
}
