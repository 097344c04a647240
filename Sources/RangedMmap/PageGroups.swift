/// How many pages of each of many equal groups are in each state, kept as states change.
///
/// It is for whoever draws a file of any size: one group is one cell. Bringing it up to date costs one load for each
/// 16 MiB of the file, and a walk over those parts where something changed since the last time.
///
/// ```swift
/// var groups = PageGroups(of: file.states, pages: 0..<256, each: 64)
/// let totals = groups.update()
/// print("the first 64 pages: \(groups[0][.written]) written; in all: \(totals[.written])")
/// ```
public struct PageGroups: Sendable {
  /// The pages that are told of, counted from the start of the file.
  public let pages: Range<Int>
  /// How many pages a group has; the last one may have fewer.
  public let pagesPerGroup: Int
  private let states: PageStates
  private var counts: [PageCounts]
  // For each group the sum of its chunks' versions when it was counted.
  private var versions: [UInt32]

  /// Groups with no counts yet.
  ///
  /// - Parameters:
  ///   - states: The states of a file's pages.
  ///   - pages: Which of them, counted from the start of the file.
  ///   - pagesPerGroup: At least 1.
  public init(of states: PageStates, pages: Range<Int>, each pagesPerGroup: Int) {
    precondition(pagesPerGroup > 0 && pages.lowerBound >= 0 && pages.upperBound <= states.count, "no such pages")
    self.states = states
    self.pages = pages
    self.pagesPerGroup = pagesPerGroup
    let count = (pages.count + pagesPerGroup - 1) / pagesPerGroup
    counts = Array(repeating: PageCounts(), count: count)
    versions = Array(repeating: .max, count: count)
  }

  /// Whether these are groups of a file's pages, and not of another's.
  public func isOf(_ states: PageStates) -> Bool { self.states === states }

  /// The number of groups.
  public var count: Int { counts.count }

  /// The counts of a group, as of the last update.
  public subscript(group: Int) -> PageCounts { counts[group] }

  /// The pages of a group.
  public func pages(of group: Int) -> Range<Int> {
    let start = pages.lowerBound + group * pagesPerGroup
    return start..<min(start + pagesPerGroup, pages.upperBound)
  }

  /// Counts anew what has changed.
  ///
  /// - Returns: The counts of the whole file at the same moment.
  @discardableResult
  public mutating func update() -> PageCounts {
    // The census is read in one go and let go of before pages are: writers wait for nobody all the same.
    let (census, total) = states.withCensus { ($0, $0.total) }
    var last = Chunk(0, census)
    for group in counts.indices {
      let pages = pages(of: group)
      let chunks = pages.lowerBound / PageStates.chunk...(pages.upperBound - 1) / PageStates.chunk
      let version = chunks.reduce(into: UInt32(0)) { $0 &+= census.versions[$1] }
      guard version != versions[group] else { continue }
      versions[group] = version
      counts[group] = PageCounts()
      for index in chunks {
        if index != last.index { last = Chunk(index, census) }
        counts[group].add(count(pages.clamped(to: last.pages), in: last))
      }
    }
    return total
  }

  /// What a census says of a chunk, worked out once for all groups in it.
  private struct Chunk {
    let index: Int
    let pages: Range<Int>
    let counts: PageCounts
    /// The state of all its pages, if they are alike: then nobody has to look at them.
    let only: PageState?

    init(_ index: Int, _ census: PageCensus) {
      self.index = index
      pages = census.pages(inChunk: index)
      counts = census.counts(ofChunk: index)
      let (counts, total) = (counts, pages.count)
      only = PageState.allCases.first { counts[$0] == total }
    }
  }

  private func count(_ part: Range<Int>, in chunk: Chunk) -> PageCounts {
    if part == chunk.pages { return chunk.counts }
    var counts = PageCounts()
    if let only = chunk.only {
      counts[only] = part.count
    } else {
      for page in part { counts[states[page]] += 1 }
    }
    return counts
  }
}
