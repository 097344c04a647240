import Glibc
import SystemPackage

/// A part of a file, mapped without access: its pages are queried and never touched, so none is read.
@safe struct FileWindow: ~Copyable {
  private let address: UnsafeMutableRawPointer
  private let length: Int

  /// Maps some bytes of a file, from a boundary of the system's pages: mmap(2).
  init(of file: FileDescriptor, from offset: Int, length: Int) throws(PageCacheError) {
    // No access: else, after mlockall(2) with MCL_FUTURE, the kernel would read in all of it.
    // SAFETY: a new mapping at a place that the kernel chooses; it replaces none.
    let made = unsafe mmap(nil, length, PROT_NONE, MAP_SHARED, file.rawValue, off_t(offset))
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
