import Synchronization

// Pages of ranges that came back with a dropped error have no owner, and read as free unless they are *lost*. An
// allocator whose own space is used up hands each out once more, and no more than once: else a loop that takes ranges
// and drops its errors would never end.

struct AbandonedPages: Sendable {
  /// Those that an allocator may hand out by itself.
  var fresh = FreeExtents()
  /// Those that came back a second time: ``MmapFile/takeAbandoned()`` alone gives them out.
  var waiting = FreeExtents()
  /// Those that an allocator has handed out by itself.
  private var handedOut = FreeExtents()

  var count: Int { fresh.count + waiting.count }

  mutating func insert(_ pages: Range<Int>) {
    var rest = pages
    while let again = handedOut.first(in: rest) {
      fresh.insert(rest.lowerBound..<again.lowerBound)
      waiting.insert(again)
      rest = again.upperBound..<rest.upperBound
    }
    fresh.insert(rest)
  }

  /// Takes some fresh pages for an allocator that hands out a part of the file.
  mutating func takeFresh(_ wanted: Int, in space: Range<Int>) -> Range<Int>? {
    guard let run = fresh.first(in: space) else { return nil }
    let taken = run.lowerBound..<run.lowerBound + min(wanted, run.count)
    fresh.remove(taken)
    handedOut.insert(taken)
    return taken
  }

  mutating func takeAny() -> Range<Int>? {
    if let run = fresh.first {
      fresh.remove(run)
      return run
    }
    guard let run = waiting.first else { return nil }
    waiting.remove(run)
    return run
  }
}

extension PageStates {
  var countOfAbandoned: Int { abandonedCount.load(ordering: .acquiring) }

  func abandon(_ range: consuming AllocatedRange) {
    let pages = range.pages
    for page in pages where self[page] != .lost { set(page..<page + 1, to: .givenBack) }
    abandoned.withLock { abandoned in
      abandoned.insert(pages)
      abandonedCount.store(abandoned.count, ordering: .releasing)
    }
  }

  /// Gives an allocator whose space is used up some of the pages in it that came back.
  func takeAbandoned(_ wanted: Int, in space: Range<Int>) -> Range<Int>? {
    takeAbandoned { $0.takeFresh(wanted, in: space) }
  }

  /// Gives out a run of pages that came back, even for a second time.
  func takeAbandoned() -> Range<Int>? { takeAbandoned { $0.takeAny() } }

  private func takeAbandoned(_ take: (inout AbandonedPages) -> Range<Int>?) -> Range<Int>? {
    guard abandonedCount.load(ordering: .acquiring) > 0 else { return nil }
    return abandoned.withLock { abandoned in
      defer { abandonedCount.store(abandoned.count, ordering: .releasing) }
      return take(&abandoned)
    }
  }

  /// What an allocator of this library, of some pages up to a byte `end`, hands out when its space is used up.
  func allocateAbandoned(_ byteCount: Int, in space: Range<Int>, end: Int) -> AllocatedRange? {
    guard byteCount > 0, let pages = takeAbandoned(Alignment.pages(in: byteCount), in: space) else { return nil }
    return handOut(pages, end: end)
  }

  /// Makes the range of some pages without an owner, and marks them as handed out.
  func handOut(_ pages: Range<Int>, end: Int) -> AllocatedRange {
    let start = pages.lowerBound * Alignment.page
    let range = AllocatedRange(start: start, count: min(pages.upperBound * Alignment.page, end) - start, file: file)
    markAllocated(range)
    return range
  }
}
