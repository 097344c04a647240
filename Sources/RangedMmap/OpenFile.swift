import CLinux
import Glibc
import SystemPackage

/// An open regular file with one owner, closed when the owner lets go of it.
struct OpenFile: ~Copyable {
  let descriptor: FileDescriptor
  /// The name the user gave, for errors.
  let path: FilePath

  /// Opens a file that exists, or with `.create` one that must not.
  init(
    _ name: FilePath, _ mode: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = [],
    permissions: FilePermissions? = nil, path: FilePath
  ) throws(MmapFileError) {
    do {
      // Non-blocking: opening a pipe must end in an error and not in a wait; regular files do not mind.
      descriptor = try FileDescriptor.open(
        name, mode, options: options.union([.closeOnExec, .nonBlocking]), permissions: permissions)
    } catch {
      throw Self.explain(error, mode, path)
    }
    self.path = path
  }

  deinit {
    // Closing alone would leave the lock to a child that another thread is just starting.
    clinux_unlock(descriptor.rawValue)
    try? descriptor.close()
  }

  func status() throws(MmapFileError) -> Stat {
    do { return try descriptor.stat() } catch { throw .system(error, path, "can't ask for the file's size") }
  }

  /// How long the file is now, and whether a name leads to it.
  ///
  /// Not by fstat(2): a file whose times were asked for gets new ones at its next write (Linux 6.13), and the next sync
  /// has them to write as well.
  func coverage() throws(MmapFileError) -> (size: Int, linkCount: Int) {
    var found = clinux_coverage()
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_cover(descriptor.rawValue, &found)
    guard code == 0 else { throw .system(Errno(rawValue: code), path, "can't ask for the file's size") }
    return (Int(found.size), Int(found.links))
  }

  func requireRegular() throws(MmapFileError) -> Stat {
    let status = try status()
    guard status.type == .regular else { throw Self.notRegular(path, kind(of: status.type)) }
    return status
  }

  /// Takes the lock that a second writer of the same file would need, without waiting.
  func lock() throws(MmapFileError) {
    switch Errno(rawValue: clinux_lock_exclusive(descriptor.rawValue)) {
    case Errno(rawValue: 0): return
    case .resourceTemporarilyUnavailable, .permissionDenied:
      throw MmapFileError(
        .locked, path: path, "another mapping, here or in another program, has the file open for writing",
        remedy: "close it there, or open the file for reading only")
    case let errno: throw .system(errno, path, "can't lock the file")
    }
  }

  /// Gives the file its size, and its blocks if it is to have them.
  func reserve(_ size: Int, _ storage: Storage) throws(MmapFileError) {
    switch storage {
    case .sparse:
      do { try descriptor.resize(to: Int64(size)) } catch {
        throw .system(error as? Errno ?? .ioError, path, "can't give the file \(size) bytes")
      }
    case .preallocated:
      // Asked first, because fallocate would fill the disk to the brim before it finds that it is too small.
      if let free = freeSpace(), free < size {
        throw .system(.noSpace, path, "\(size) bytes were asked for and \(free) are free")
      }
      let code = clinux_preallocate(descriptor.rawValue, 0, off_t(size))
      if Errno(rawValue: code) == .notSupported {
        throw MmapFileError(
          .system, path: path, errno: .notSupported, "this file system can't reserve blocks",
          remedy: "make the file sparse")
      }
      guard code == 0 else {
        throw .system(Errno(rawValue: code), path, "can't reserve \(size) bytes")
      }
    }
  }

  /// Whether its file system lives in memory, where nothing can be made durable.
  var isInMemory: Bool {
    var name: UnsafePointer<CChar>?
    // SAFETY: the call fills the pointer that it is given, with a constant or nil.
    return unsafe clinux_memory_file_system(descriptor.rawValue, &name) == 0 && name != nil
  }

  private func freeSpace() -> Int? {
    var info = statvfs()
    // SAFETY: fstatvfs fills the structure that it is given.
    guard unsafe fstatvfs(descriptor.rawValue, &info) == 0 else { return nil }
    return Int(clamping: UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize)).partialValue)
  }

  // MARK: Errors

  static func notRegular(_ path: FilePath, _ kind: String) -> MmapFileError {
    MmapFileError(
      .notRegularFile, path: path, "is \(kind), which can't be mapped", remedy: "name a regular file")
  }

  private static func explain(_ error: any Error, _ mode: FileDescriptor.AccessMode, _ path: FilePath)
    -> MmapFileError
  {
    let errno = error as? Errno ?? .ioError
    switch errno {
    case .isDirectory: return notRegular(path, "a directory")
    case .noSuchAddressOrDevice: return notRegular(path, "a pipe, socket or device")
    case .noSuchFileOrDirectory: return .system(errno, path, "can't open the file")
    case .permissionDenied, .readOnlyFileSystem, .textFileBusy:
      let purpose = mode == .readOnly ? "reading" : "writing"
      return .system(errno, path, "can't open the file for \(purpose)")
    default: return .system(errno, path, "can't open the file")
    }
  }
}

/// What a file that can't be mapped is, in words.
func kind(of type: FileType) -> String {
  switch type {
  case .directory: "a directory"
  case .blockSpecial: "a block device"
  case .characterSpecial: "a character device"
  case .fifo: "a pipe"
  case .socket: "a socket"
  default: "no regular file"
  }
}

extension FilePath {
  /// The path with links followed, as far as it exists; as it is where it does not.
  static func resolved(_ path: FilePath) -> FilePath {
    // SAFETY: realpath allocates the answer, which is copied and freed here.
    unsafe path.withPlatformString { name in
      guard let resolved = unsafe realpath(name, nil) else { return path }
      defer { unsafe free(resolved) }
      return unsafe FilePath(platformString: resolved)
    }
  }
}
