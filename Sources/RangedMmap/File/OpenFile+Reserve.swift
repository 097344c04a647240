import CLinux
import Glibc
import SystemPackage

extension OpenFile {
  func reserve(_ size: Int, _ storage: Storage) throws(MmapFileError) {
    // The calls below fail too, with a worse message.
    guard size <= Self.sizeLimit else { throw Self.pastLimit(size, path) }
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

  static func pastLimit(_ size: Int, _ path: FilePath) -> MmapFileError {
    MmapFileError(
      .invalidSize, path: path, errno: .fileTooLarge,
      "\(size) bytes were asked for, and this process may make files of \(sizeLimit)",
      remedy: "raise the limit with `ulimit -f`, or ask for a smaller file")
  }

  private func freeSpace() -> Int? {
    var info = statvfs()
    // SAFETY: fstatvfs fills the structure that it is given.
    guard unsafe fstatvfs(descriptor.rawValue, &info) == 0 else { return nil }
    // With the blocks that are reserved for root: this process may be root's.
    let (bytes, isTooMuch) = UInt64(info.f_bfree).multipliedReportingOverflow(by: UInt64(info.f_frsize))
    return isTooMuch ? nil : Int(clamping: bytes)
  }
}
