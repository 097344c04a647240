import Glibc
import SystemPackage

extension FilePath {
  /// A path as a person wrote it.
  ///
  /// `FilePath` drops a slash at the end, which says that the path is a folder; this throws if it is none.
  package init(typed path: String) throws(CommandError) {
    guard !path.isEmpty else { throw CommandError("\"\": is no name of a file; give one") }
    self.init(path)
    // SAFETY: the path is a C string for the length of the call.
    guard path.hasSuffix("/"), unsafe access(path, F_OK) != 0 else { return }
    throw CommandError("\(path): \(Errno(rawValue: errno)); a slash at the end is for folders, so leave it out")
  }

  /// The folder that names begin in, or `nil` if it can't be found: it may have been removed.
  package static var workingFolder: FilePath? {
    // SAFETY: getcwd's answer is copied and freed here.
    unsafe getcwd(nil, 0).map { path in
      defer { unsafe free(path) }
      return unsafe FilePath(platformString: path)
    }
  }

  /// A path as a person wrote it, in this folder unless it begins at the root; a slash at its end stays.
  func pushing(typed path: String) -> String {
    pushing(FilePath(path)).string + (path.hasSuffix("/") ? "/" : "")
  }
}

extension FileDescriptor {
  /// Reads until the memory is full or the file ends, and returns the count of bytes: one pread(2) may return fewer.
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

  func isSameFile(as other: FileDescriptor) -> Bool {
    guard let one = try? stat(), let other = try? other.stat() else { return false }
    return one.identity == other.identity
  }
}

extension FilePath {
  /// Why this user may not write what the name leads to; `nil` where that is allowed, or not known.
  var refusalToWrite: Errno? {
    // SAFETY: the path is a C string for the length of the call.
    let code = unsafe withPlatformString { unsafe faccessat(AT_FDCWD, $0, W_OK, AT_EACCESS) }
    guard code != 0, [EACCES, EPERM, EROFS].contains(errno) else { return nil }
    return Errno(rawValue: errno)
  }
}
