import Glibc
import SystemPackage

extension OpenFile {
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

  func noHugePages(_ size: Int, _ errno: Errno) -> MmapFileError {
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
