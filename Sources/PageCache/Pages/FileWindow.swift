import CLinux
import Glibc
import SystemPackage

/// A part of a file, mapped without access, so that its pages are queried and none is read; or to have them read.
@safe struct FileWindow: ~Copyable, @unchecked Sendable {
  private let address: UnsafeMutableRawPointer
  private let length: Int

  /// Maps some bytes of a file, from a boundary of the system's pages: mmap(2).
  init(of file: FileDescriptor, from offset: Int, length: Int) throws(PageCacheError) {
    // No access: else, after mlockall(2) with MCL_FUTURE, the kernel would read in all of it.
    try self.init(of: file, from: offset, length: length, PROT_NONE)
  }

  private init(of file: FileDescriptor, from offset: Int, length: Int, _ access: Int32) throws(PageCacheError) {
    // SAFETY: a new mapping at a place that the kernel chooses; it replaces none.
    let made = unsafe mmap(nil, length, access, MAP_SHARED, file.rawValue, off_t(offset))
    guard let made = unsafe made, unsafe made != UnsafeMutableRawPointer(bitPattern: -1) else {
      throw errno == ENODEV ? .notSupported : .failed(Errno(rawValue: errno))
    }
    unsafe address = made
    self.length = length
  }

  deinit {
    // SAFETY: made by init, and unmapped here alone.
    _ = unsafe munmap(address, length)
  }

  /// Where it begins, as a number.
  var start: UInt { unsafe UInt(bitPattern: address) }

  /// Which of its pages, of the system's size, are in memory: mincore(2).
  func residency() throws(PageCacheError) -> [Bool] {
    let page = Int(getpagesize())
    var answers = [UInt8](repeating: 0, count: (length + page - 1) / page)
    // SAFETY: the call fills one byte for each page of the mapping.
    guard unsafe mincore(address, length, &answers) == 0 else { throw PageCacheError(Errno(rawValue: errno)) }
    return answers.map { $0 & 1 != 0 }
  }
}

extension FileWindow {
  /// Maps pages to have them read: not one is, before it is asked for.
  init(reading file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) {
    let (unit, size) = (PageCache.systemPage, PageCache.pageSize)
    let first = pages.lowerBound / unit * unit
    try self.init(of: file, from: first * size, length: max(1, pages.upperBound - first) * size, PROT_READ)
  }

  /// Says in which order its pages will be read: madvise(2).
  func advise(_ advice: AccessAdvice) {
    let code: Int32 =
      switch advice {
      case .normal: MADV_NORMAL
      case .random: MADV_RANDOM
      case .sequential: MADV_SEQUENTIAL
      }
    // SAFETY: advice changes no byte, and the mapping is this value's own.
    _ = unsafe madvise(address, length, code)
  }

  /// Loads a byte of each page.
  func load() throws(PageCacheError) {
    // SAFETY: bytes are read from the mapping, which is this value's own; the call reports what can't be loaded.
    switch Errno(rawValue: unsafe clinux_load_pages(address, length, PageCache.systemPage * PageCache.pageSize)) {
    case Errno(rawValue: 0): return
    case .badAddress: throw .failed(.ioError)
    case let errno: throw PageCacheError(errno)
    }
  }

  /// Maps its pages and takes them back, which divides a folio that reaches over its ends.
  func pageOut() {
    // SAFETY: pages are read into the mapping, which is this value's own.
    guard unsafe clinux_populate_for_reading(address, length) == 0 else { return }
    // SAFETY: clean pages may be dropped from memory, and come again when they are read.
    _ = unsafe madvise(address, length, MADV_PAGEOUT)
  }

  /// Keeps its pages in memory as long as it lives: mlock(2).
  func lock() throws(PageCacheError) {
    // SAFETY: the mapping is this value's own, and unlocked when it goes.
    guard unsafe mlock(address, length) != 0 else { return }
    switch Errno(rawValue: errno) {
    case .noMemory, .resourceTemporarilyUnavailable, .notPermitted: throw .lockLimit(LockedPages.limit)
    case let errno: throw .failed(errno)
    }
  }

  /// Lets some of its pages go: munlock(2), and madvise(2) with `MADV_DONTNEED`, since a page that is mapped stays in memory.
  func unlock(_ pages: Range<Int>, from all: Range<Int>) {
    let unit = PageCache.systemPage
    let first = all.lowerBound / unit * unit
    // Only whole pages of the system, and not those that hold others of this library's too.
    let low = (pages.lowerBound - first + unit - 1) / unit
    let isLast = pages.upperBound == all.upperBound
    let high = (pages.upperBound - first + (isLast ? unit - 1 : 0)) / unit
    guard low < high else { return }
    let size = unit * PageCache.pageSize
    // SAFETY: the part lies in the mapping, which is this value's own.
    unsafe munlock(address + low * size, (high - low) * size)
    // SAFETY: the same.
    unsafe madvise(address + low * size, (high - low) * size, MADV_DONTNEED)
  }
}
