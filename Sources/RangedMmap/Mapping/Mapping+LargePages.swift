import Glibc
import Synchronization
import SystemPackage

// Pages of 2 MiB for a new file that is filled in order by small writes: one fault then serves 512 pages.
//
// The price: the first store makes all 512 dirty, and a sync of one writes all of them. So madvise(2) with
// `MADV_HUGEPAGE` is called when the first 2 MiB were written and not synced, and taken back when less than 2 MiB is
// synced, when pages are written in no order, and at the end of the file.
//
// The first 2 MiB have no readahead (`MADV_RANDOM`): it would run ahead of the writes by up to 8 MiB, and where it has
// put small pages there is no room for a large one.

extension Mapping {
  enum LargePages: UInt8, AtomicRepresentable { case undecided, advised, refused }

  static let large = Alignment.largePage
  // A smaller file does not win back what its first 2 MiB lose without readahead.
  private static let leastSize = 64 << 20
  // Twice the largest readahead (8 MiB), for threads that are ahead of each other. A write this far on, with the start
  // not filled, is out of order.
  private static let reach = 16 << 20

  /// Leaves the choice open, if a new file can have large pages.
  func allowLargePages() {
    // A page of a sparse file would get 511 needless blocks.
    guard !mayHaveHoles, !isInMemory, size >= Self.leastSize else { return }
    advise(0..<Self.large, MADV_RANDOM)
    largePages.store(.undecided, ordering: .relaxed)
  }

  /// Chooses by the places of stores to untouched pages whether large pages will help.
  func considerLargePages(for bytes: Range<Int>) {
    switch largePages.load(ordering: .relaxed) {
    case .refused: return
    case .undecided: decide(by: bytes)
    case .advised:
      // At the end of the file too: large pages would be read again as such, 4 MiB at a time.
      if !followsOthers(bytes) || bytes.upperBound > size - Self.large { refuseLargePages(.advised) }
    }
  }

  /// Ends large pages, and drops the clean ones that readahead made behind some bytes.
  func refuseLargePages(after bytes: Range<Int>) {
    guard largePages.load(ordering: .relaxed) == .advised, refuseLargePages(.advised) else { return }
    let end = Alignment.outward(bytes, unit: Self.large).upperBound
    _ = posix_fadvise(descriptor.rawValue, off_t(end), off_t(Self.reach), POSIX_FADV_DONTNEED)
  }

  /// Refuses large pages to a file that gets holes: a store to a page of one would fill 511 others, too.
  func endLargePages() { _ = refuseLargePages(.undecided) || refuseLargePages(.advised) }

  private func decide(by bytes: Range<Int>) {
    let isLarge = bytes.count >= Self.large
    // At 15/16 of the first 2 MiB its first half is written, also by many threads.
    guard isLarge || bytes.lowerBound >= Self.large / 16 * 15 else { return }
    let half = 0..<Self.large / 2 / Alignment.page
    guard isLarge || half.allSatisfy({ mappingStates[$0] == .mapped || mappingStates[$0] == .cached }) else {
      if bytes.lowerBound >= Self.reach { refuseLargePages(.undecided) }
      return
    }
    let isMine = largePages.compareExchange(expected: .undecided, desired: .advised, ordering: .relaxed).exchanged
    guard isMine else { return }
    let start = Alignment.outward(bytes, unit: Self.large).lowerBound
    advise(max(start, isLarge ? 0 : Self.large)..<size, MADV_HUGEPAGE)
    // Another thread may have refused before the advice was given.
    if largePages.load(ordering: .relaxed) == .refused { advise(0..<size, MADV_NOHUGEPAGE) }
  }

  // Whether something was touched before, no further away than threads are apart.
  private func followsOthers(_ bytes: Range<Int>) -> Bool {
    let place = bytes.lowerBound / Self.large
    let near = max(0, place - Self.reach / Self.large)...place
    return place == 0 || bytes.count >= Self.large
      || near.contains { mappingStates[$0 * Self.large / Alignment.page] != .untouched }
  }

  @discardableResult
  private func refuseLargePages(_ old: LargePages) -> Bool {
    guard largePages.compareExchange(expected: old, desired: .refused, ordering: .relaxed).exchanged else {
      return false
    }
    if old == .advised { advise(0..<size, MADV_NOHUGEPAGE) }
    // Not before: readahead at the last of these pages would run into those that are to become large.
    advise(0..<Self.large, MADV_NORMAL)
    return true
  }
}
