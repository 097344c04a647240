import CLinux
import Glibc
import SystemPackage

/// A file whose counts by the kernel can be believed.
///
/// cachestat(2) counts what is in the mapping of the very file that is open. A stacked file system leaves that mapping
/// empty and works with the other file's: the count is zero for pages that are all in memory and dirty.
struct CountedFile {
  private let file: FileDescriptor

  /// Checks the file and its file system; `pages` are those that will be counted.
  init(_ file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) {
    self.file = file
    let regular = try PagedFile(file)
    if regular.traits.contains(.stacked) { throw .stacked }
    if regular.traits.contains(.uncounted) { throw .notSupported }
    if regular.traits.contains(.mayPassThrough) { try requireOwnPages(regular, pages) }
  }

  func counts(_ bytes: Range<Int>) throws(PageCacheError) -> CacheCounts {
    CacheCounts(try cachestat(UInt64(bytes.lowerBound), UInt64(bytes.count)))
  }

  func counts(pages: Range<Int>) throws(PageCacheError) -> CacheCounts { CacheCounts(try cachestat(pages)) }

  /// The state of one or more pages of the system, or nil where they differ.
  func state(ofSystem system: Range<Int>) throws(PageCacheError) -> CachedPage? {
    let unit = PageCache.systemPage
    let raw = try cachestat(system.lowerBound * unit..<system.upperBound * unit)
    var state = CachedPage()
    for (count, fact) in [(raw.cached, CachedPage.cached), (raw.dirty, .dirty), (raw.writeback, .writeback)] {
      if count >= UInt64(system.count) { state.insert(fact) } else if count > 0 { return nil }
    }
    return state
  }

  private func cachestat(_ pages: Range<Int>) throws(PageCacheError) -> clinux_cachestat {
    let size = UInt64(PageCache.pageSize)
    return try cachestat(UInt64(pages.lowerBound) * size, UInt64(pages.count) * size)
  }

  private func cachestat(_ offset: UInt64, _ length: UInt64) throws(PageCacheError) -> clinux_cachestat {
    var raw = clinux_cachestat()
    guard length > 0 else { return raw }  // 0 means all from the offset to the end
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_cachestat(file.rawValue, offset, length, &raw)
    try PageCacheError.check(code)
    return raw
  }

  // While another process changes the file the two may differ: once in five times in a file that is cut and written
  // without end, and sixteen times in a row once in 10^11 where none depends on the one before.
  private static let mostComparisons = 16

  // On a busy machine two programs can keep step with each other: one looks each time that the other has just waited. From
  // the third comparison on each waits longer than the one before, 6 ms in all.
  private func leaveStep(after comparison: Int) { if comparison > 1 { usleep(UInt32(comparison) * 50) } }

  // A mapping has the pages of the file that owns them. If any is in memory and none is counted, they are another
  // file's, or have come in between.
  private func requireOwnPages(_ file: PagedFile, _ pages: Range<Int>) throws(PageCacheError) {
    let known = pages.clamped(to: 0..<PageCache.pages(in: file.size))
    var scanned = known
    for comparison in 0..<Self.mostComparisons {
      guard !known.isEmpty, try cachestat(known).cached == 0 else { return }
      guard known.count <= PageCache.mostScanned / PageCache.pageSize else { throw .notSupported }
      var cached: [Range<Int>] = []
      do { cached = try PageCache.residency(of: file.descriptor, pages: scanned) } catch {
        if error == .notSupported { return }  // what can't be mapped is not passed through
        throw error
      }
      if let found = cached.first?.lowerBound {
        scanned = found..<found + 1
      } else if scanned == known {
        return
      } else {
        scanned = known
      }
      leaveStep(after: comparison)
    }
    throw .stacked
  }
}

extension CacheCounts {
  fileprivate init(_ raw: clinux_cachestat) {
    let unit = PageCache.systemPage
    self.init(
      cached: Int(raw.cached) * unit, dirty: Int(raw.dirty) * unit, writeback: Int(raw.writeback) * unit,
      evicted: Int(raw.evicted) * unit, recentlyEvicted: Int(raw.recently_evicted) * unit)
  }
}
