/// How many pages of each of many equal groups are in each state, kept as states change.
///
/// It is for drawing a file of any size: one group is one cell.
///
/// ```swift
/// var groups = PageGroups(of: file.states, pages: 0..<256, each: 64)
/// let totals = groups.update()
/// print("the first 64 pages: \(groups[0][.written]) written; in all: \(totals[.written])")
/// ```
public struct PageGroups: Sendable {
  /// The pages of all groups, counted from the start of the file.
  public let pages: Range<Int>
  /// How many pages a group has; the last one may have fewer.
  public let pagesPerGroup: Int
  private let states: PageStates
  private var counts: [PageCounts]
  // The version of the census that the counts were made from; negative before the first.
  private var version = -1

  /// Makes groups of at least one page, with no counts yet; pages are counted from the start of the file.
  ///
  /// - Complexity: O(n) in the groups; one array.
  public init(of states: PageStates, pages: Range<Int>, each pagesPerGroup: Int) {
    precondition(pagesPerGroup > 0 && pages.lowerBound >= 0 && pages.upperBound <= states.count, "no such pages")
    self.states = states
    self.pages = pages
    self.pagesPerGroup = pagesPerGroup
    let count = (pages.count + pagesPerGroup - 1) / pagesPerGroup
    counts = Array(repeating: PageCounts(), count: count)
  }

  /// Whether these are groups of a file's pages, and not of another's.
  public func isOf(_ states: PageStates) -> Bool { self.states === states }

  /// The number of groups.
  public var count: Int { counts.count }

  /// The counts of all groups, in order, as of the last update.
  package var all: [PageCounts] { counts }

  /// The counts of a group, as of the last update.
  public subscript(group: Int) -> PageCounts { counts[group] }

  /// The pages of a group.
  public func pages(of group: Int) -> Range<Int> {
    let start = pages.lowerBound + group * pagesPerGroup
    return start..<min(start + pagesPerGroup, pages.upperBound)
  }

  /// Counts again what has changed.
  ///
  /// - Returns: The counts of the whole file at the same moment.
  /// - Complexity: One load for each 16 MiB of the file, and a walk over those parts where something changed since the
  ///   last time.
  @discardableResult
  public mutating func update() -> PageCounts {
    states.withCensus { census in
      if version != census.version {
        let old = version
        version = census.version
        recount(census.chunks(since: old), census)
      }
      return census.total
    }
  }

  // Only the groups that have pages in some chunks, or all of them.
  private mutating func recount(_ chunks: [Int]?, _ census: borrowing PageCensus) {
    guard let chunks else {
      recount(counts.indices, census)
      return
    }
    for chunk in chunks {
      let part = census.pages(inChunk: chunk).clamped(to: pages)
      guard !part.isEmpty else { continue }
      let first = (part.lowerBound - pages.lowerBound) / pagesPerGroup
      recount(first..<(part.upperBound - 1 - pages.lowerBound) / pagesPerGroup + 1, census)
    }
  }

  private mutating func recount(_ groups: Range<Int>, _ census: borrowing PageCensus) {
    guard !groups.isEmpty else { return }
    let reader = states.reader
    var last = Chunk(pages(of: groups.lowerBound).lowerBound / PageStates.chunk, census)
    for group in groups {
      let pages = pages(of: group)
      let (first, end) = (pages.lowerBound / PageStates.chunk, (pages.upperBound - 1) / PageStates.chunk)
      var sum = PageCounts()
      // All but the first and the last lie in the group whole.
      if end - first > 1 { sum = census.counts(ofChunks: first + 1..<end) }
      for index in stride(from: first, through: end, by: max(1, end - first)) {
        if index != last.index { last = Chunk(index, census) }
        add(pages.clamped(to: last.pages), in: last, reader, to: &sum)
      }
      counts[group] = sum
    }
  }

  /// The counts of a chunk, made once for all groups in it.
  private struct Chunk {
    let index: Int
    let pages: Range<Int>
    let counts: PageCounts
    /// The state of all its pages, if they are alike.
    let only: PageState?

    init(_ index: Int, _ census: borrowing PageCensus) {
      self.index = index
      pages = census.pages(inChunk: index)
      counts = census.counts(ofChunk: index)
      let (counts, total) = (counts, pages.count)
      only = PageState.allCases.first { counts[$0] == total }
    }
  }

  private func add(_ part: Range<Int>, in chunk: Chunk, _ reader: PageStates.Reader, to sum: inout PageCounts) {
    if part == chunk.pages {
      sum.add(chunk.counts)
    } else if let only = chunk.only {
      sum[only] += part.count
    } else {
      for page in part { sum[states.state(of: page, reader)] += 1 }
    }
  }
}
