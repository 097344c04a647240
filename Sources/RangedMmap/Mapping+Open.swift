import CLinux
import Glibc
import SystemPackage

// How a mapping comes to be: from a new file, or from one that exists.

extension Mapping {
  /// Makes a new file of `size` bytes and maps it.
  ///
  /// The file is made under a name of its own beside the target and moved there when it is whole, so that a failure
  /// leaves neither half a file nor, when replacing, less than there was.
  convenience init(
    creating path: FilePath, size: Int, storage: Storage, replacing: Bool
  ) throws(MmapFileError) {
    guard size > 0 else {
      throw MmapFileError(
        .invalidSize, path: path, "a file of \(size) bytes can't be mapped", remedy: "ask for at least 1 byte")
    }
    var target = path
    var permissions = FilePermissions(rawValue: 0o666)
    // Held until the new file has its name: nobody maps the old one for writing in between.
    var old: OpenFile?
    var owner: (uid_t, gid_t)?
    if let existing = try? Stat(path, followTargetSymlink: true) {
      guard existing.type == .regular else { throw OpenFile.notRegular(path, kind(of: existing.type)) }
      guard replacing else { throw Self.exists(path) }
      let file = try OpenFile(path, .readWrite, path: path)
      try file.lock()
      old = consume file
      owner = (existing.userID.rawValue, existing.groupID.rawValue)
      target = .resolved(path)  // a link stays, what it leads to is replaced
      permissions = existing.permissions
    }
    if old == nil, (try? Stat(path, followTargetSymlink: false))?.type == .symbolicLink {
      throw MmapFileError(
        .alreadyExists, path: path, "is a link that leads nowhere", remedy: "remove it, or choose another name")
    }
    let scratch = Self.scratchName(beside: target)
    let file = try OpenFile(
      scratch, .readWrite, options: [.create, .exclusiveCreate], permissions: permissions, path: path)
    do throws(MmapFileError) {
      // As far as one may: a file that root replaces stays its owner's.
      if let owner { _ = fchown(file.descriptor.rawValue, owner.0, owner.1) }
      try file.reserve(size, storage)
      try file.lock()
      try self.init(file, size: size, isWritable: true, mayHaveHoles: storage == .sparse)
      allowLargePages()
      try Self.rename(scratch, to: target, replacing: old != nil, path: path)
    } catch {
      // SAFETY: the name is this call's own, made above and used by nobody else.
      _ = unsafe scratch.withPlatformString { unsafe unlink($0) }
      throw error
    }
  }

  /// Maps a file that exists; for writing it takes the lock, for reading it takes none and disturbs nobody.
  convenience init(opening path: FilePath, forWriting: Bool) throws(MmapFileError) {
    let file = try OpenFile(path, forWriting ? .readWrite : .readOnly, path: path)
    let status = try file.requireRegular()
    if forWriting { try file.lock() }
    guard status.size > 0 else {
      throw MmapFileError(
        .emptyFile, path: path, "is empty: there is nothing to map",
        remedy: "create it with a size, or name a file that has bytes")
    }
    let mayHaveHoles = status.sizeAllocated < status.size
    try self.init(file, size: Int(status.size), isWritable: forWriting, mayHaveHoles: mayHaveHoles)
  }

  private static func scratchName(beside target: FilePath) -> FilePath {
    target.removingLastComponent().appending(".ranged-mmap-\(UInt64.random(in: .min ... .max))")
  }

  private static func rename(
    _ scratch: FilePath, to target: FilePath, replacing: Bool, path: FilePath
  ) throws(MmapFileError) {
    // SAFETY: the C strings live as long as the closures.
    let code = unsafe scratch.withPlatformString { from in
      unsafe target.withPlatformString { to in unsafe clinux_rename(from, to, replacing) }
    }
    switch Errno(rawValue: code) {
    case Errno(rawValue: 0): return
    case .fileExists: throw exists(path)
    case let errno: throw .system(errno, path, "can't give the new file its name")
    }
  }

  private static func exists(_ path: FilePath) -> MmapFileError {
    MmapFileError(
      .alreadyExists, path: path, "exists already",
      remedy: "open it, choose another name, or say that it may be replaced")
  }
}
