import CLinux
import Glibc
public import SystemPackage

/// In which order a file will be read, as its reader says.
public enum AccessAdvice: String, Sendable, CaseIterable {
  /// Nothing is known: the kernel reads ahead where it sees an order.
  case normal
  /// In no order: nothing is read ahead.
  case random
  /// From the start on: the kernel reads ahead farther.
  case sequential
}

extension PageCache {
  /// Has pages read that are not in memory, and does not wait for them: readahead(2).
  ///
  /// They count as cached at once, and are readable when the device has answered. Where a file system has no readahead,
  /// as tmpfs, nothing happens.
  ///
  /// - Parameters:
  ///   - file: A regular file or block device that is open for reading.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file; those behind its end are left out.
  /// - Returns: How many pages were in memory before and are afterwards, and what it cost.
  /// - Throws: ``PageCacheError/notRegular``, ``PageCacheError/notOpenForReading``, ``PageCacheError/failed(_:)``.
  /// - Precondition: `pages` begins at 0 or behind.
  /// - Complexity: A call for each 128 KiB, and two counts of the range. It waits where the device's queue is full.
  @discardableResult
  public static func prefetch(_ file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) -> Effect {
    try measuring(file, pages) { paged, pages throws(PageCacheError) in
      guard paged.isForReading else { throw .notOpenForReading }
      for start in stride(from: pages.lowerBound, to: pages.upperBound, by: leastReadahead) {
        let count = min(leastReadahead, pages.upperBound - start)
        try PageCacheError.check(clinux_read_ahead(file.rawValue, off_t(start * pageSize), count * pageSize))
      }
    }
  }

  // The kernel's own setting, 128 KiB (VM_READAHEAD_PAGES): a call for more is cut to what the device's is
  // (`force_page_cache_ra` in mm/readahead.c).
  private static let leastReadahead = 32

  /// Loads a byte of each page from a mapping for the purpose, and waits for it.
  ///
  /// What is not in memory is read, with what the kernel reads ahead and maps around it, as `advice` says. The pages
  /// count as used. What would be a `SIGBUS` of such a load is caught by a handler, which passes each other `SIGBUS` on to the
  /// handler that was there before; on a thread that blocks the signal the kernel ends the process.
  ///
  /// - Parameters:
  ///   - file: A regular file or block device that is open for reading.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file; those behind its end are left out.
  ///   - advice: In which order they are said to be read: madvise(2).
  /// - Returns: How many pages of the range were in memory before and are afterwards, and what it cost: a fault is major if
  ///   something was read for it.
  /// - Throws: ``PageCacheError/notOpenForReading``; ``PageCacheError/notSupported`` where the file can't be mapped;
  ///   ``PageCacheError/failed(_:)``, with `EIO` where the device fails, and where the file was cut meanwhile.
  /// - Precondition: `pages` begins at 0 or behind.
  /// - Complexity: A fault for each 64 KiB that are in memory, some 0.5 µs; else what the device takes.
  @discardableResult
  public static func touch(
    _ file: FileDescriptor, pages: Range<Int>, advice: AccessAdvice = .normal
  ) throws(PageCacheError) -> Effect {
    try measuring(file, pages) { paged, pages throws(PageCacheError) in
      guard paged.isForReading else { throw .notOpenForReading }
      for start in stride(from: pages.lowerBound, to: pages.upperBound, by: pagesPerWindow) {
        let part = start..<min(start + pagesPerWindow, pages.upperBound)
        let window = try FileWindow(reading: file, pages: part)
        window.advise(advice)
        try window.load()
      }
    }
  }

  // A mapping of 1 GiB, so that its page tables are 2 MiB at most.
  private static let pagesPerWindow = 1 << 18

  /// Says in which order a file will be read by a descriptor: posix_fadvise(2).
  ///
  /// It is of the whole open file, of all descriptors that were duplicated from this one, and of no mapping.
  ///
  /// - Parameters:
  ///   - file: An open regular file or block device.
  ///   - advice: The order.
  /// - Throws: ``PageCacheError/failed(_:)``, with `ESPIPE` for a pipe.
  /// - Complexity: One system call.
  public static func advise(_ file: FileDescriptor, _ advice: AccessAdvice) throws(PageCacheError) {
    let code: Int32 =
      switch advice {
      case .normal: POSIX_FADV_NORMAL
      case .random: POSIX_FADV_RANDOM
      case .sequential: POSIX_FADV_SEQUENTIAL
      }
    try PageCacheError.check(posix_fadvise(file.rawValue, 0, 0, code))
  }
}
