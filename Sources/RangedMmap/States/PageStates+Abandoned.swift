import Synchronization

// Ranges that came back with an error which was dropped.
//
// Their pages are nobody's. They read as free again, unless they are *lost*: that nobody took a range out of an error
// does not bring its bytes back. An allocator whose own space is used up hands each page out once more, and no more than
// once: else a loop that takes ranges and drops its errors would never end.

/// The pages that nobody has.
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

  /// Takes in a range that nobody took out of an error.
  func abandon(_ range: consuming AllocatedRange) {
    let pages = range.pages
    for page in pages where self[page] != .lost { set(page..<page + 1, to: .givenBack) }
    abandoned.withLock { abandoned in
      abandoned.insert(pages)
      abandonedCount.store(abandoned.count, ordering: .releasing)
    }
  }

  /// Gives an allocator whose space is used up some of the pages in it that came back; one load if there are none.
  ///
  /// - Parameters:
  ///   - wanted: The most pages.
  ///   - space: The pages that the allocator hands out.
  /// - Returns: The pages, or `nil` if there are none for an allocator.
  func takeAbandoned(_ wanted: Int, in space: Range<Int>) -> Range<Int>? {
    guard abandonedCount.load(ordering: .acquiring) > 0 else { return nil }
    return abandoned.withLock { abandoned in
      defer { abandonedCount.store(abandoned.count, ordering: .releasing) }
      return abandoned.takeFresh(wanted, in: space)
    }
  }

  /// What an allocator of this library hands out when its space is used up.
  ///
  /// - Parameters:
  ///   - byteCount: Bytes wanted; nothing is given unless they are positive.
  ///   - space: The pages that the allocator hands out.
  ///   - end: The first byte after them.
  /// - Returns: The range, or `nil` if there is none for an allocator.
  func allocateAbandoned(_ byteCount: Int, in space: Range<Int>, end: Int) -> AllocatedRange? {
    guard byteCount > 0, let pages = takeAbandoned(Alignment.pages(in: byteCount), in: space) else { return nil }
    return handOut(pages, end: end)
  }

  /// Makes the range of some pages that nobody has, and marks them as handed out.
  func handOut(_ pages: Range<Int>, end: Int) -> AllocatedRange {
    let start = pages.lowerBound * Alignment.page
    let range = AllocatedRange(start: start, count: min(pages.upperBound * Alignment.page, end) - start, file: file)
    markAllocated(range)
    return range
  }

  /// Gives out a run of pages that came back, even for a second time.
  func takeAbandoned() -> Range<Int>? {
    guard abandonedCount.load(ordering: .acquiring) > 0 else { return nil }
    return abandoned.withLock { abandoned in
      defer { abandonedCount.store(abandoned.count, ordering: .releasing) }
      return abandoned.takeAny()
    }
  }
}
