import CLinux
import SystemPackage

/// A file of which the kernel's counts are an answer, for as many questions as one call of this library has.
///
/// cachestat(2) counts what is in the mapping of the very file that is open. A file system that stands on another leaves
/// that mapping empty and works with the other file's: then it says zero of pages that are all in memory and dirty.
struct CountedFile {
  private let file: FileDescriptor

  /// Looks what the file is and on which file system.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - pages: Those that will be asked about, as a file can have them.
  /// - Throws: ``PageCacheError/stacked`` where another file has its pages, or why it can't be asked about at all.
  init(_ file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) {
    self.file = file
    let regular = try PagedFile(file)
    if regular.traits.contains(.stacked) { throw .stacked }
    if regular.traits.contains(.uncounted) { throw .notSupported }
    if regular.traits.contains(.mayPassThrough) { try requireOwnPages(regular, pages) }
  }

  /// The counts of some bytes, which may be none.
  func counts(_ bytes: Range<Int>) throws(PageCacheError) -> CacheCounts {
    CacheCounts(try cachestat(UInt64(bytes.lowerBound), UInt64(bytes.count)))
  }

  /// The counts of some pages, as a file can have them, which may be none.
  func counts(pages: Range<Int>) throws(PageCacheError) -> CacheCounts { CacheCounts(try cachestat(pages)) }

  /// What is so of all of some pages of the system, which are not none, or nil where they differ.
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

  // What the kernel counts in some bytes, in pages of the system.
  private func cachestat(_ offset: UInt64, _ length: UInt64) throws(PageCacheError) -> clinux_cachestat {
    var raw = clinux_cachestat()
    guard length > 0 else { return raw }  // it would mean all from the offset to the end
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_cachestat(file.rawValue, offset, length, &raw)
    try PageCacheError.check(code)
    return raw
  }

  // How often the two are compared while others may change the file: a chance that comes once in five times, in a file that
  // is cut and written without end, comes sixteen times in a row once in 10^11.
  private static let mostComparisons = 16

  // How much is looked through for pages of another file where none is counted: mincore(2) takes 0.2 s for it.
  private static let mostLookedThrough = 16 << 30

  // A mapping has the pages of the file that they are of. If any is in memory and none is counted, they are another's,
  // or have come in between.
  private func requireOwnPages(_ file: PagedFile, _ pages: Range<Int>) throws(PageCacheError) {
    let known = pages.clamped(to: 0..<PageCache.pages(in: file.size))
    var looked = known
    for _ in 0..<Self.mostComparisons {
      guard !known.isEmpty, try cachestat(known).cached == 0 else { return }
      guard known.count <= Self.mostLookedThrough / PageCache.pageSize else { throw .notSupported }
      var cached: [Range<Int>] = []
      do { cached = try PageCache.residency(of: file.descriptor, pages: looked) } catch {
        if error == .notSupported { return }  // what can't be mapped is not passed through
        throw error
      }
      if let found = cached.first?.lowerBound {
        looked = found..<found + 1
      } else if looked == known {
        return
      } else {
        looked = known
      }
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
