import CLinux
import Glibc
import SystemPackage

/// An open regular file with one owner, closed when the owner lets go of it.
struct OpenFile: ~Copyable {
  let descriptor: FileDescriptor
  let path: FilePath

  // A child of fork(2) has the same open file, with the same lock.
  private let process = clinux_process()

  init(_ name: FilePath, _ mode: FileDescriptor.AccessMode, path: FilePath) throws(MmapFileError) {
    let (file, type): (FileDescriptor?, FileType)
    do throws(Errno) { (file, type) = try FileDescriptor.openMappable(name, mode) } catch {
      throw Self.explain(error, mode, path)
    }
    guard let file else { throw Self.notRegular(path, type) }
    self.init(file, path: path)
  }

  init(_ descriptor: FileDescriptor, path: FilePath) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    // After closing alone, a child that another thread is just starting would keep the lock. A child that closes its
    // parent's file leaves it.
    if clinux_process() == process { clinux_unlock(descriptor.rawValue) }
    try? descriptor.close()
  }

  func status() throws(MmapFileError) -> Stat {
    do { return try descriptor.stat() } catch { throw .system(error, path, "can't query the file's size") }
  }

  /// How long the file is now, and whether a name leads to it.
  ///
  /// Not by fstat(2): after a query of its times a file gets new ones at its next write (`fill_mg_cmtime` in fs/stat.c,
  /// Linux 6.13), and the next sync writes them too.
  func coverage() throws(MmapFileError) -> (size: Int, linkCount: Int) {
    var found = clinux_coverage()
    // SAFETY: the call fills the structure that it is given.
    do throws(Errno) { try Errno.check(unsafe clinux_cover(descriptor.rawValue, &found)) } catch {
      throw .system(error, path, "can't query the file's size")
    }
    return (Int(found.size), Int(found.links))
  }

  func requireMappable() throws(MmapFileError) -> Stat {
    let status = try status()
    guard [.regular, .blockSpecial].contains(status.type) else { throw Self.notRegular(path, status.type) }
    return status
  }

  /// Whether its file system lives in memory, where nothing can be made durable.
  var isInMemory: Bool { memoryFileSystem != nil }

  /// Whether it was made without a name (`O_TMPFILE`).
  var isUnnamed: Bool {
    guard let inode = (try? status())?.inode,
      let name = FilePath("/proc/self/fd/\(descriptor.rawValue)").linkText()
    else { return false }
    // The kernel names such a file by its inode's number (`d_mark_tmpfile` in fs/dcache.c), or "/" where the file
    // system does not call that, as FUSE (`vfs_tmpfile` in fs/namei.c).
    return name.hasSuffix("/#\(inode.rawValue) (deleted)") || name.hasSuffix("// (deleted)")
  }

  var memoryFileSystem: String? {
    var name: UnsafePointer<CChar>?
    var isReadOnly = false
    // SAFETY: the call fills the pointer with a constant or nil, and the flag.
    guard unsafe clinux_memory_file_system(descriptor.rawValue, &name, &isReadOnly) == 0 else { return nil }
    return unsafe name.map { unsafe String(cString: $0) }
  }

  var isMadeUp: Bool { clinux_is_made_up(descriptor.rawValue) }
}

extension OpenFile {
  /// Opens for writing the file that a name leads to when its lock is taken.
  static func locked(_ name: FilePath, path: FilePath) throws(MmapFileError) -> OpenFile {
    for _ in 0..<NewFile.attempts {
      let file = try OpenFile(name, .readWrite, path: path)
      if try file.lock(ifStill: { name.leads(to: file.descriptor) }) { return file }
    }
    throw overtaken(path)
  }

  /// Opens the file at a place for writing and takes its lock; `nil` if another file has its name by now, or none.
  static func locked(at location: borrowing FileLocation, path: FilePath) throws(MmapFileError) -> OpenFile? {
    let descriptor: FileDescriptor
    do throws(Errno) { descriptor = try location.open(.readWrite) } catch {
      if error == .noSuchFileOrDirectory { return nil }
      throw explain(error, .readWrite, path)
    }
    let file = OpenFile(descriptor, path: path)
    guard try file.lock(ifStill: { location.leads(to: file.descriptor) }) else { return nil }
    return file
  }

  /// Takes the lock without waiting; false if the file was replaced before, so that the lock is of no use.
  private func lock(ifStill leadsHere: () -> Bool) throws(MmapFileError) -> Bool {
    let code = clinux_lock_exclusive(descriptor.rawValue)
    guard leadsHere() else { return false }
    try requireLock(code)
    return true
  }

  /// Takes the lock of a file that no other process knows.
  func lock() throws(MmapFileError) { try requireLock(clinux_lock_exclusive(descriptor.rawValue)) }

  private func requireLock(_ code: Int32) throws(MmapFileError) {
    switch Errno(rawValue: code) {
    case Errno(rawValue: 0): return
    case .resourceTemporarilyUnavailable, .permissionDenied:
      throw MmapFileError(
        .locked, path: path, "another mapping, here or in another program, has the file open for writing",
        remedy: "close it there, or open the file for reading only")
    case let errno: throw .system(errno, path, "can't lock the file")
    }
  }

  static func overtaken(_ path: FilePath) -> MmapFileError {
    MmapFileError(
      .locked, path: path, "others replace the file again and again",
      remedy: "try again when they are done, or open the file for reading only")
  }
}

extension FileType {
  package var noun: String {
    switch self {
    case .directory: "a directory"
    case .blockSpecial: "a block device"
    case .characterSpecial: "a character device"
    case .fifo: "a pipe"
    case .socket: "a socket"
    default: "no regular file"
    }
  }
}
