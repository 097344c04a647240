import Synchronization

/// The state of every page of a file, readable by any thread while others write.
///
/// One byte a 4 KiB page in one contiguous region, whose memory is used as far as pages are touched. Allocating,
/// writing and syncing a range store its pages' bytes with plain atomic stores: no lock, no read-modify-write, no
/// system call. Flushes and syncs of the whole file compare and exchange, so that they do not overtake a writer. Each
/// page is read on its own; two pages read one after the other may be from different moments.
@safe public final class PageStates: @unchecked Sendable {
  // SAFETY: each property is constant, and holds atomics or a monitor.

  /// The number of 4 KiB pages, the last of which may be used in part.
  public let count: Int
  let file: UInt64
  private let bytes: PageBytes<UInt8>
  private let changed: PageBytes<UInt8>
  private let currentEpoch = Atomic<UInt32>(Epoch.first.number)
  // Held to begin an epoch, and to mark pages as written after the first one.
  private let epochChange = Monitor(())
  private let census: Monitor<PageCensus>
  /// The high-water mark of the first concurrent allocator, which says for its pages what others say page by page.
  let highWaterMark = AtomicLazyReference<HighWaterMark>()

  let abandoned = Monitor(AbandonedPages())
  let abandonedCount = Atomic<Int>(0)

  /// How many pages share one mark of change, and are counted again together: 16 MiB of the file.
  ///
  /// Their states fill one page of memory, which is what a store makes the region use.
  package static let chunk = 4096

  init?(pageCount: Int, file: UInt64) {
    let chunkCount = (pageCount + Self.chunk - 1) / Self.chunk
    guard let bytes = PageBytes<UInt8>(count: pageCount), let changed = PageBytes<UInt8>(count: chunkCount) else {
      return nil
    }
    count = pageCount
    self.file = file
    self.bytes = bytes
    self.changed = changed
    census = Monitor(PageCensus(pageCount: pageCount, chunkCount: chunkCount))
    Identity.register(self)
  }

  deinit { Identity.forget(file) }

  /// The state of one page, counted from the start of the file.
  ///
  /// An index outside of `0..<count` traps.
  ///
  /// - Complexity: Two atomic loads, no lock.
  public subscript(page: Int) -> PageState {
    let state = byte(at: page)
    return state == StateByte(.free) && highWaterMark.load()?.passed.contains(page) == true
      ? .allocated : state.state(tag: epoch.tag)
  }

  /// How many pages are in each state.
  ///
  /// Any thread may call it; calls wait for each other, and writers for none.
  ///
  /// - Complexity: One load for each 16 MiB of the file, and where anything changed since the last call, a walk over
  ///   those 4096 pages.
  public func counts() -> PageCounts { withCensus { $0.total } }

  /// Marks pages as handed out; an allocator calls it with each range that it gives away.
  ///
  /// - Parameter range: Borrowed; one of another file traps.
  /// - Complexity: One store a page.
  public func markAllocated(_ range: borrowing AllocatedRange) { mark(range, StateByte(.allocated)) }

  /// Marks pages as given back to the allocator, which may hand them out again.
  ///
  /// - Parameter range: Borrowed; one of another file traps.
  /// - Complexity: One store a page.
  public func markFree(_ range: borrowing AllocatedRange) { mark(range, .givenBack) }

  private func mark(_ range: borrowing AllocatedRange, _ state: StateByte) {
    precondition(range.file == file, "a range of one file was marked in the states of another")
    set(range.pages, to: state)
  }
}

extension PageStates {
  /// The current epoch; bytes written in an earlier one are lost if not yet durable.
  var epoch: Epoch { Epoch(number: currentEpoch.load(ordering: .acquiring)) }

  /// Makes everything that was written and is not durable *lost*, with one store.
  ///
  /// Every 31st time what reads as *lost* for its old tag is marked so, before the tags are used again.
  func beginEpoch() {
    epochChange.withLock { _ in
      let next = epoch.next
      if next.startsTags {
        for page in chunks(with: .unsynced + [.lost], in: 0..<count).joined() {
          let byte = byte(at: page)
          if byte.hasEpoch { exchange(page..<page + 1, from: byte, to: StateByte(.lost)) }
        }
      }
      currentEpoch.store(next.number, ordering: .sequentiallyConsistent)
    }
  }

  /// Marks pages as written by a step that began in some epoch.
  ///
  /// The first epoch's tag is never used again, so a slow step marks nothing wrong. A step of a later epoch checks
  /// under the lock whether it is still the current one.
  @inline(__always)
  func setWritten(_ pages: Range<Int>, since began: Epoch) {
    if began.isFirst { set(pages, to: StateByte(.written)) } else { setWrittenLater(pages, since: began) }
  }

  @inline(never)
  private func setWrittenLater(_ pages: Range<Int>, since began: Epoch) {
    epochChange.withLock { _ in set(pages, to: began == epoch ? StateByte(.written, epoch: began) : StateByte(.lost)) }
  }

  /// What some pages were before a step that may be refused.
  struct Former {
    fileprivate let pages: Range<Int>
    fileprivate let bytes: [StateByte]
    fileprivate let epoch: Epoch
  }

  /// Marks pages as handed out, so that no sync speaks for them any more, and returns what they were.
  func takeBack(_ pages: Range<Int>) -> Former {
    let epoch = epoch
    let former = Former(pages: pages, bytes: pages.map { byte(at: $0) }, epoch: epoch)
    set(pages, to: StateByte(.allocated))
    return former
  }

  /// Makes pages again what they were; a sync that failed meanwhile may have lost what was written.
  func restore(_ former: Former) {
    epochChange.withLock { _ in
      for (page, byte) in zip(former.pages, former.bytes) {
        let isLost = byte.hasEpoch && former.epoch != epoch
        // The mark of a sync has gone: it promises nothing for the page.
        let mark = StateByte.syncing(epoch: former.epoch)
        let now = isLost ? StateByte(.lost) : byte == mark ? StateByte(.flushing, epoch: former.epoch) : byte
        set(page..<page + 1, to: now)
      }
    }
  }

  func byte(at page: Int) -> StateByte {
    // SAFETY: the subscript checks the index, and the byte is there as long as `bytes`.
    StateByte(raw: unsafe bytes[page].pointee.load(ordering: .acquiring))
  }

  @inline(__always)
  func set(_ pages: Range<Int>, to value: StateByte) {
    precondition(pages.lowerBound >= 0 && pages.upperBound <= count, "pages outside of the file")
    for page in pages {
      // SAFETY: the bounds were checked above. Releasing: a reader that sees `written` also sees the bytes.
      unsafe bytes[page].pointee.store(value.raw, ordering: .releasing)
    }
    noteChange(of: pages)
  }

  /// Changes those of `pages` that still are as expected.
  func exchange(_ pages: Range<Int>, from old: StateByte, to new: StateByte) {
    precondition(pages.lowerBound >= 0 && pages.upperBound <= count, "pages outside of the file")
    // Loaded first: most pages of a chunk are in another state, and a failed exchange would take their cache line.
    // SAFETY: the bounds were checked above.
    for page in pages where unsafe bytes[page].pointee.load(ordering: .relaxed) == old.raw {
      _ = unsafe bytes[page].pointee.compareExchange(
        expected: old.raw, desired: new.raw, ordering: .acquiringAndReleasing)
    }
    noteChange(of: pages)
  }

  /// The parts of some pages, by chunks, that hold pages in any of these states.
  ///
  /// Up to a chunk of pages is returned as it is: a walk over them costs less than the census of a large file.
  func chunks(with wanted: [PageState], in pages: Range<Int>) -> [Range<Int>] {
    guard pages.count > Self.chunk else { return [pages] }
    return withCensus { census in
      (pages.lowerBound / Self.chunk...(pages.upperBound - 1) / Self.chunk)
        .filter { census.has(wanted, inChunk: $0) }.map { census.pages(inChunk: $0).clamped(to: pages) }
    }
  }

  /// How many pages were written and are not durable; any number from `enough` on means as many or more.
  func unsyncedCount(in chunks: [Range<Int>], enough: Int) -> Int {
    let reader = reader
    var count = 0
    for pages in chunks where count < enough {
      count += pages.count { [PageState].unsynced.contains(state(of: $0, reader)) }
    }
    return count
  }

  /// Neighbouring pages whose byte is this one.
  func runs(of value: StateByte, in pages: Range<Int>) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for page in pages where byte(at: page) == value { runs.join(page..<page + 1) }
    return runs
  }

  private func noteChange(of pages: Range<Int>) {
    guard !pages.isEmpty else { return }
    for chunk in pages.lowerBound / Self.chunk...(pages.upperBound - 1) / Self.chunk {
      // SAFETY: every page below `count` has its chunk. After the pages' own stores: a census that clears the mark
      // sees them.
      unsafe changed[chunk].pointee.store(1, ordering: .releasing)
    }
  }

  private func recount(_ chunk: Int, _ census: inout PageCensus, _ reader: Reader) {
    // Cleared before the pages are read: a store that comes later sets the mark again.
    // SAFETY: the chunk is one of those that the region was made for.
    _ = unsafe changed[chunk].pointee.exchange(0, ordering: .sequentiallyConsistent)
    census.recount(chunk: chunk) { state(of: $0, reader) }
  }

  /// What is the same for all pages that are read together.
  struct Reader {
    let epoch: Epoch
    let tag: UInt8
    /// The pages that the high-water mark has passed.
    let passed: Range<Int>
  }

  var reader: Reader {
    let epoch = epoch
    return Reader(epoch: epoch, tag: epoch.tag, passed: highWaterMark.load()?.passed ?? 0..<0)
  }

  /// The state of a page as of when the reader was made, or later.
  @inline(__always)
  func state(of page: Int, _ reader: Reader) -> PageState {
    let byte = byte(at: page)
    return byte == StateByte(.free) && reader.passed.contains(page) ? .allocated : byte.state(tag: reader.tag)
  }

  /// Runs `body` with counts that are up to date; writers do not wait.
  func withCensus<Result: Sendable>(_ body: (inout PageCensus) -> Result) -> Result {
    census.withLock { census in
      let reader = reader
      let (epoch, passed) = (reader.epoch, reader.passed)
      // The chunks that the high-water mark has gone through since; none if it stands where it stood.
      let moved =
        passed.upperBound == census.highWaterMark
        ? 0..<0 : census.highWaterMark / Self.chunk..<(passed.upperBound + Self.chunk - 1) / Self.chunk
      let isNewEpoch = epoch != census.epoch
      // SAFETY: `changed` keeps the marks alive, and has one for each chunk.
      let marks = unsafe changed.bytes
      for chunk in 0..<census.chunkCount {
        let isChanged = unsafe marks[chunk].load(ordering: .relaxed) != 0
        guard isChanged || isNewEpoch && census.has(.unsynced, inChunk: chunk) else { continue }
        recount(chunk, &census, reader)
      }
      for chunk in moved { recount(chunk, &census, reader) }
      census.epoch = epoch
      census.highWaterMark = passed.upperBound
      return body(&census)
    }
  }
}
