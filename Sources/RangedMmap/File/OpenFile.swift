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

  /// Gives the file its size, and its blocks if it is to have them.
  func reserve(_ size: Int, _ storage: Storage) throws(MmapFileError) {
    // The calls below fail too, with a worse message.
    let limit = Self.sizeLimit
    guard size <= limit else {
      throw MmapFileError(
        .invalidSize, path: path, errno: .fileTooLarge,
        "\(size) bytes were asked for, and this process may make files of \(limit)",
        remedy: "raise the limit with `ulimit -f`, or ask for a smaller file")
    }
    switch storage {
    case .sparse:
      let code = clinux_resize(descriptor.rawValue, off_t(size))
      guard code == 0 else { throw .system(Errno(rawValue: code), path, "can't give the file \(size) bytes") }
    case .preallocated:
      // Before fallocate(2), which would fill the disk before it fails. A file system that counts no blocks has 0 free
      // too: there the call decides.
      if let free = freeSpace(), free > 0, free < size {
        if memoryFileSystem == "hugetlbfs" { throw noHugePages(size, .noSpace) }
        throw .system(.noSpace, path, "\(size) bytes were asked for and \(free) are free")
      }
      let code = clinux_preallocate(descriptor.rawValue, 0, off_t(size))
      switch Errno(rawValue: code) {
      case Errno(rawValue: 0): return
      case .notSupported, .noFunction:
        throw MmapFileError(
          .cannotReserve, path: path, errno: Errno(rawValue: code), "this file system can't reserve blocks",
          remedy: "make the file sparse")
      case .noSpace where memoryFileSystem == "hugetlbfs", .noMemory where memoryFileSystem == "hugetlbfs":
        throw noHugePages(size, Errno(rawValue: code))
      case let errno: throw .system(errno, path, "can't reserve \(size) bytes")
      }
    }
  }

  /// The size in bytes up to which this process may write files: RLIMIT_FSIZE.
  static var sizeLimit: Int {
    var limit = rlimit()
    // SAFETY: the call fills the structure that it is given.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
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

  private var memoryFileSystem: String? {
    var name: UnsafePointer<CChar>?
    var isReadOnly = false
    // SAFETY: the call fills the pointer with a constant or nil, and the flag.
    guard unsafe clinux_memory_file_system(descriptor.rawValue, &name, &isReadOnly) == 0 else { return nil }
    return unsafe name.map { unsafe String(cString: $0) }
  }

  var isMadeUp: Bool { clinux_is_made_up(descriptor.rawValue) }

  private func freeSpace() -> Int? {
    var info = statvfs()
    // SAFETY: fstatvfs fills the structure that it is given.
    guard unsafe fstatvfs(descriptor.rawValue, &info) == 0 else { return nil }
    // With the blocks that are reserved for root: this process may be root's.
    let (bytes, isTooMuch) = UInt64(info.f_bfree).multipliedReportingOverflow(by: UInt64(info.f_frsize))
    return isTooMuch ? nil : Int(clamping: bytes)
  }

  // MARK: Errors

  static func notRegular(_ path: FilePath, _ type: FileType) -> MmapFileError {
    type == .blockSpecial
      ? MmapFileError(
        .notRegularFile, path: path, "is a block device, which can be read here, and not written",
        remedy: "open it for reading only")
      : MmapFileError(
        .notRegularFile, path: path, "is \(type.noun), which can't be mapped", remedy: "name a regular file")
  }

  static func danglingLink(_ path: FilePath) -> MmapFileError {
    MmapFileError(
      .danglingLink, path: path, "is a link that leads nowhere", remedy: "remove it, or choose another name")
  }

  static func notWritable(_ path: FilePath, _ errno: Errno) -> MmapFileError {
    .system(errno, path, "can't open the file for writing")
  }

  static func madeUp(_ path: FilePath) -> MmapFileError {
    MmapFileError(
      .notRegularFile, path: path, "is made up by the kernel as it is read, and can't be mapped",
      remedy: "copy it with `cat`, and open the copy")
  }

  private func noHugePages(_ size: Int, _ errno: Errno) -> MmapFileError {
    MmapFileError(
      .noSpace, path: path, errno: errno, "there are no huge pages free for \(size) bytes",
      remedy: "raise vm.nr_hugepages with `sysctl`, or choose another file system")
  }

  func refusedMapping(_ errno: Errno, size: Int) -> MmapFileError {
    switch errno {
    case _ where isMadeUp: return Self.madeUp(path)
    case .operationNotSupportedByDevice:
      return MmapFileError(
        .system, path: path, errno: errno, "its file system lets no file be mapped",
        remedy: "use a file on another one, or a copy there")
    case .noMemory where memoryFileSystem == "hugetlbfs": return noHugePages(size, errno)
    case .noMemory:
      var limit = rlimit()
      // SAFETY: the call fills the structure that it is given.
      let code = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      let isLimited = code == 0 && limit.rlim_cur < Int.max
      return MmapFileError(
        .system, path: path, errno: errno,
        isLimited
          ? "this process may have \(limit.rlim_cur) bytes of addresses, and \(size) more are needed"
          : "the kernel has no room for another mapping of \(size) bytes",
        remedy: isLimited
          ? "raise the limit with `ulimit -v`, or choose a smaller file"
          : "close other mappings, or raise vm.max_map_count with `sysctl`")
    default: return .system(errno, path, "can't map the file")
    }
  }

  static func explain(_ errno: Errno, _ mode: FileDescriptor.AccessMode, _ path: FilePath) -> MmapFileError {
    switch errno {
    case _ where path.isDanglingLink: return danglingLink(path)
    case .permissionDenied, .readOnlyFileSystem, .textFileBusy:
      return mode == .readOnly ? .system(errno, path, "can't open the file for reading") : notWritable(path, errno)
    default: return .system(errno, path, "can't open the file")
    }
  }
}

// MARK: - The lock

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
