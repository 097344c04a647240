import CLinux
import Glibc
public import SystemPackage

extension PageCache {
  /// Lets pages go from memory, as far as they can: posix_fadvise(2) with `POSIX_FADV_DONTNEED`.
  ///
  /// No byte is lost. What stays is counted in ``Effect/after``: dirty pages and those in writeback, which the call only
  /// begins to write; pages that a process has mapped, this one among them, or locked; and all of tmpfs. The kernel
  /// says nothing of it (`mapping_evict_folio` in mm/truncate.c).
  ///
  /// It drops whole folios only. A folio that reaches over an end of the range is first divided, by madvise(2) with
  /// `MADV_PAGEOUT` on a mapping of those pages, so that the neighbours stay and the pages of the range go.
  ///
  /// - Parameters:
  ///   - file: An open regular file or block device, of any mode but `O_PATH`.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file; those behind its end are left out.
  ///   - writesBack: Whether dirty pages are written first, and waited for: sync_file_range(2). They are not durable by
  ///     that. An error of it is reported once to each open file, and not to fsync(2) of `file` again: where somebody
  ///     else relies on that, use a descriptor of an open(2) of its own.
  /// - Returns: How many pages were in memory before and are afterwards, and what it cost.
  /// - Throws: ``PageCacheError/notRegular``, ``PageCacheError/notOpenForReading``, ``PageCacheError/failed(_:)`` with the
  ///   error of the writeback.
  /// - Precondition: `pages` begins at 0 or behind.
  /// - Complexity: Follows the number of pages in memory: 0.1 µs a page, and two counts of the range.
  @discardableResult
  public static func evict(
    _ file: FileDescriptor, pages: Range<Int>, writesBack: Bool = false
  ) throws(PageCacheError) -> Effect {
    try measuring(file, pages) { paged, pages throws(PageCacheError) in
      let (offset, length) = (off_t(pages.lowerBound * pageSize), off_t(pages.count * pageSize))
      if writesBack { try PageCacheError.check(clinux_write_back(file.rawValue, offset, length, true)) }
      try drop(file, pages)
      for end in ends(of: pages) { try divide(paged, end) }
    }
  }

  /// The largest folio, in pages: 2 MiB.
  private static let largestFolio = 512

  // Where folios may reach over the range: the first and the last 2 MiB of it.
  private static func ends(of pages: Range<Int>) -> [Range<Int>] {
    guard pages.count > 2 * largestFolio else { return [pages] }
    return [
      pages.lowerBound..<pages.lowerBound + largestFolio, pages.upperBound - largestFolio..<pages.upperBound,
    ]
  }

  private static func drop(_ file: FileDescriptor, _ pages: Range<Int>) throws(PageCacheError) {
    let (offset, length) = (off_t(pages.lowerBound * pageSize), off_t(pages.count * pageSize))
    try PageCacheError.check(posix_fadvise(file.rawValue, offset, length, POSIX_FADV_DONTNEED))
  }

  // Those that stayed though they are clean are mapped and taken back, by which their folio is divided, and dropped again.
  private static func divide(_ file: PagedFile, _ pages: Range<Int>) throws(PageCacheError) {
    guard file.isForReading, file.traits.isDisjoint(with: [.stacked, .uncounted]), systemPage == 1,
      let runs = try? runs(of: file.descriptor, pages: pages)
    else { return }
    for run in runs where run.state == .cached {
      guard let window = try? FileWindow(reading: file.descriptor, pages: run.pages) else { continue }
      window.pageOut()
    }
    if runs.contains(where: { $0.state == .cached }) { try drop(file.descriptor, pages) }
  }
}
