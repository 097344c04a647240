import CLinux
import Glibc
package import SystemPackage

/// How long an open file is now, and what has become of the name that it was opened by.
package struct FileStanding: Sendable, Equatable {
  /// What has become of the name.
  package enum Name: Sendable, Equatable {
    /// It still leads to the file.
    case kept
    /// No name leads to the file; its pages stay until the last one closes it.
    case deleted
    /// No name leads to the file, and its own leads to another one, as when an editor has saved it.
    case superseded
    /// It leads nowhere, and another name to the file, which is given if it is known.
    case moved(to: FilePath?)
    /// It leads to another file.
    case replaced(movedTo: FilePath?)
  }

  /// The size in bytes; a block device has its own.
  package let size: Int
  /// The name.
  package let name: Name

  /// The name that the file goes by now, if it is another and known.
  package var newPath: FilePath? {
    switch name {
    case .kept, .deleted, .superseded: nil
    case .moved(let path), .replaced(let path): path
    }
  }

  /// Queries the file and the name: statx(2) without times, which would make the next write slower.
  package init(of file: FileDescriptor, openedBy path: FilePath) throws(PageCacheError) {
    let coverage = try PageCache.coverage(of: file)
    size = Int(clamping: coverage.size)
    guard coverage.links > 0 else {
      name = Self.leads(path, to: file) == .success(false) ? .superseded : .deleted
      return
    }
    switch Self.leads(path, to: file) {
    case .success(true): name = .kept
    case .success(false): name = .replaced(movedTo: Self.newName(of: file))
    case .failure(.noSuchFileOrDirectory), .failure(.notDirectory): name = .moved(to: Self.newName(of: file))
    case .failure: name = .kept  // a folder that may not be entered any more, or a server that is away
    }
  }

  private static func leads(_ path: FilePath, to file: FileDescriptor) -> Result<Bool, Errno> {
    var (own, named) = (clinux_identity(), clinux_identity())
    // SAFETY: the calls fill the structures that they are given; the path's string lives as long as the call.
    var code = unsafe clinux_identity(file.rawValue, "", 0, &own)
    if code == 0 { code = unsafe path.withPlatformString { unsafe clinux_identity(AT_FDCWD, $0, 0, &named) } }
    guard code == 0 else { return .failure(Errno(rawValue: code)) }
    return .success(clinux_is_same(own, named))
  }

  // What `/proc` calls it: a path only if it leads to the file, for it may be one of another mount namespace.
  private static func newName(of file: FileDescriptor) -> FilePath? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    // SAFETY: at most as many bytes are written as are given, less the zero that the array ends with.
    guard unsafe readlink("/proc/thread-self/fd/\(file.rawValue)", &bytes, bytes.count - 1) > 0 else { return nil }
    let path = FilePath(platformString: bytes)
    return leads(path, to: file) == .success(true) ? path : nil
  }
}
