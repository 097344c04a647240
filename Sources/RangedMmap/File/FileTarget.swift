import CLinux
import Glibc
import SystemPackage

/// Where a new file is to be: a free name, or that of a regular file which may be replaced.
package struct FileTarget: ~Copyable {
  package enum Refusal: Error {
    case exists
    /// The name is a symbolic link that leads nowhere.
    case danglingLink
    case notRegular(FileType)
    /// The process may not write it, and so may not replace it, although its folder would allow that.
    case notWritable(Errno)
    /// It is a link to an open file that has no name, as those in `/proc/self/fd` may be.
    case nameless
    /// Its folder can't be used.
    case folder(Errno)
  }

  /// The name, with links followed: one to a file that is replaced stays a link.
  package let location: FileLocation
  /// Whether a file is there, which is to be replaced.
  package let isTaken: Bool

  /// Checks the name, and changes nothing.
  package init(_ path: FilePath, replacing: Bool) throws(Refusal) {
    // Another process may replace the file between two calls; a link to an open file that has no name stays what it is.
    for _ in 0..<Self.attempts {
      let existing = try? Stat(path, followTargetSymlink: true)
      if let existing { try Self.check(path, existing, replacing) }
      guard let location = try Self.location(of: path, existing) else { continue }
      isTaken = existing != nil
      self.location = location
      return
    }
    throw .nameless
  }

  // No other process is faster between two system calls a hundred times in a row.
  private static let attempts = 100

  /// The place of the file that was found at a path; `nil` if another file has its name by now.
  private static func location(of path: FilePath, _ existing: Stat?) throws(Refusal) -> FileLocation? {
    if existing == nil, path.isDanglingLink { throw .danglingLink }
    do {
      let location = try FileLocation(of: path)
      guard let existing else { return location }
      // Else the link itself would be replaced.
      let named = location.status
      guard named?.deviceID == existing.deviceID, named?.inode == existing.inode else { return nil }
      return location
    } catch {
      // What a link to an open file says is no path.
      guard existing != nil, error == .noSuchFileOrDirectory || error == .notDirectory else { throw .folder(error) }
      return nil
    }
  }

  private static func check(_ path: FilePath, _ existing: Stat, _ replacing: Bool) throws(Refusal) {
    guard existing.type == .regular else { throw .notRegular(existing.type) }
    guard replacing else { throw .exists }
    // SAFETY: the path is a C string for the length of the call.
    let failure = unsafe path.withPlatformString { path in Errno.failure(of: { unsafe access(path, W_OK) }) }
    if let failure { throw .notWritable(failure) }
  }
}

/// The name that a new file has until it is whole, beside its target; without one again when it was not put in place.
package struct ScratchName: ~Copyable {
  package let target: FileTarget
  private let name = FilePath(".ranged-mmap-\(UInt64.random(in: .min ... .max))")
  private let isPrivate: Bool
  private var isInUse = false

  package init(for target: consuming FileTarget, isPrivate: Bool = false) {
    self.target = target
    self.isPrivate = isPrivate
  }

  deinit { if isInUse { target.location.remove(name) } }

  /// Makes the file; only its owner may read it before it has the rights of the one that it replaces.
  package mutating func make(_ mode: FileDescriptor.AccessMode) throws(Errno) -> FileDescriptor {
    let permissions = FilePermissions(rawValue: !target.isTaken && !isPrivate ? 0o666 : 0o600)
    let file = try target.location.make(name, mode, permissions)
    isInUse = true
    return file
  }

  /// Gives the file its name, and replaces an open file; throws `fileExists` if the name leads elsewhere by now.
  package mutating func putInPlace(replacing old: FileDescriptor?) throws(Errno) {
    try target.location.put(name, replacing: old)
    isInUse = false
  }
}

extension FileDescriptor {
  /// Gives the open file what it keeps of the one that it replaces: owner, group, mode, access list, attributes
  /// `user.*`.
  package func inherit(from old: FileDescriptor) throws(Errno) {
    try Errno.check(clinux_inherit(old.rawValue, rawValue))
  }

  /// Makes the bytes of the open file and their number durable: fsync(2).
  ///
  /// A new file needs it before it gets its name: btrfs makes the name durable first, and after a power cut the file
  /// would have no bytes.
  package func synchronise() throws(Errno) {
    let failure = Errno.failure(of: { fsync(rawValue) })
    // A file system that has nothing to sync returns EINVAL.
    if let failure, failure != .invalidArgument { throw failure }
  }
}
