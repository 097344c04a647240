/// The counts of every chunk of pages, from which totals are kept without walking the file.
struct PageCensus: Sendable {
  let pageCount: Int
  let chunkCount: Int
  private(set) var total = PageCounts()
  /// The epoch that the counts were made in.
  var epoch = Epoch.first
  /// The page that the high-water mark had reached when the counts were made.
  var highWaterMark = 0

  // For each chunk the pages in each state but `free`, which is the rest; zeros cost nothing until used.
  private var perChunk: [SIMD8<UInt16>]
  /// How often chunks were counted again: an unchanged version means that what was made of the counts still holds.
  private(set) var version = 0
  // The chunks that were counted last, the newest at `version % recent.count`; 64 of them are 1 GiB of the file.
  private var recent = [Int](repeating: 0, count: 64)

  init(pageCount: Int, chunkCount: Int) {
    self.pageCount = pageCount
    self.chunkCount = chunkCount
    perChunk = Array(repeating: .zero, count: chunkCount)
    total[.free] = pageCount
  }

  func pages(inChunk chunk: Int) -> Range<Int> {
    let start = chunk * PageStates.chunk
    return start..<min(start + PageStates.chunk, pageCount)
  }

  func has(_ states: [PageState], inChunk chunk: Int) -> Bool { states.contains { perChunk[chunk][$0] > 0 } }

  mutating func recount(chunk: Int, state: (Int) -> PageState) {
    var counts = SIMD8<UInt16>.zero
    for page in pages(inChunk: chunk) { counts[state(page)] += 1 }
    for each in PageState.allCases { total[each] += Int(counts[each]) - before(chunk: chunk, state: each) }
    perChunk[chunk] = counts
    version += 1
    recent[version % recent.count] = chunk
  }

  /// The chunks that were counted again since a version; `nil` where that is too long ago.
  func chunks(since old: Int) -> [Int]? {
    guard version - old <= recent.count, old >= 0 else { return nil }
    return (old..<version).map { recent[($0 + 1) % recent.count] }
  }

  func counts(ofChunk chunk: Int) -> PageCounts {
    var counts = PageCounts()
    for state in PageState.allCases { counts[state] = before(chunk: chunk, state: state) }
    return counts
  }

  /// The same of many chunks together, whose counts are added eight at a time.
  func counts(ofChunks chunks: Range<Int>) -> PageCounts {
    var (counted, free) = (SIMD8<UInt64>.zero, 0)
    for chunk in chunks {
      if perChunk[chunk] == .zero {
        free += pages(inChunk: chunk).count
      } else {
        counted &+= SIMD8(truncatingIfNeeded: perChunk[chunk])
      }
    }
    var counts = PageCounts()
    for state in PageState.allCases { counts[state] = Int(counted[Int(state.rawValue)]) }
    counts[.free] += free
    return counts
  }

  // A chunk that was never counted has zeros for all states, and only free pages.
  private func before(chunk: Int, state: PageState) -> Int {
    let counts = perChunk[chunk]
    guard counts == .zero else { return Int(counts[state]) }
    return state == .free ? pages(inChunk: chunk).count : 0
  }
}

extension SIMD8<UInt16> {
  fileprivate subscript(state: PageState) -> UInt16 {
    get { self[Int(state.rawValue)] }
    set { self[Int(state.rawValue)] = newValue }
  }
}
