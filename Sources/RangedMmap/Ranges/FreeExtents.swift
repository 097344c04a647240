/// Runs of pages that are free, in the order of the file, no two of them neighbours.
///
/// They are kept in blocks, each with the length of its longest run: a search for room passes over a whole block at
/// once, and adding or removing a run moves no more than a block. That is n / 128 steps at most, where n is the most
/// runs that there ever were, and a few hundred more.
struct FreeExtents: Sendable {
  private struct Block: Sendable {
    var runs: [Range<Int>]
    var longest = 0

    init(_ runs: [Range<Int>]) {
      self.runs = runs
      measure()
    }

    mutating func measure() { longest = runs.reduce(0) { max($0, $1.count) } }
  }

  // 4 KiB of runs: a split leaves two halves of 128.
  private static let blockSize = 256
  private var blocks: [Block] = []
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  /// The number of pages of the longest run.
  var longest: Int { blocks.reduce(0) { max($0, $1.longest) } }
  var first: Range<Int>? { blocks.first?.runs.first }

  func contains(_ pages: Range<Int>) -> Bool {
    guard let (block, run) = place(of: pages.lowerBound) else { return false }
    return pages.upperBound <= blocks[block].runs[run].upperBound
  }

  /// The first run that has pages in some region, as far as it lies there.
  func first(in region: Range<Int>) -> Range<Int>? {
    for block in blocks where block.runs.last.map({ $0.upperBound > region.lowerBound }) == true {
      if let run = block.runs.first(where: { $0.overlaps(region) }) { return run.clamped(to: region) }
      if block.runs.first.map({ $0.lowerBound >= region.upperBound }) == true { break }
    }
    return nil
  }

  /// Adds pages, none of which is there, and joins them with their neighbours.
  mutating func insert(_ pages: Range<Int>) {
    guard !pages.isEmpty else { return }
    var whole = pages
    if let run = remove(endingAt: pages.lowerBound) { whole = run.lowerBound..<whole.upperBound }
    if let run = remove(startingAt: pages.upperBound) { whole = whole.lowerBound..<run.upperBound }
    add(whole)
  }

  /// Takes pages out, all of which are there.
  mutating func remove(_ pages: Range<Int>) {
    guard !pages.isEmpty, let (block, index) = place(of: pages.lowerBound) else { return }
    let run = blocks[block].runs[index]
    precondition(pages.upperBound <= run.upperBound, "pages that are not free are taken")
    removeRun(block, index)
    if run.lowerBound < pages.lowerBound { add(run.lowerBound..<pages.lowerBound) }
    if pages.upperBound < run.upperBound { add(pages.upperBound..<run.upperBound) }
  }

  /// The first run that has so many pages.
  func first(ofAtLeast wanted: Int) -> Range<Int>? { place(ofAtLeast: wanted).map { blocks[$0.block].runs[$0.run] } }

  /// Takes so many pages from the start of the first run that has them.
  mutating func takeFirst(_ wanted: Int) -> Range<Int>? {
    guard let (block, index) = place(ofAtLeast: wanted) else { return nil }
    let run = blocks[block].runs[index]
    let taken = run.lowerBound..<run.lowerBound + wanted
    guard taken != run else {
      removeRun(block, index)
      return taken
    }
    // Shortened in place: the case of pages that are taken one by one.
    blocks[block].runs[index] = taken.upperBound..<run.upperBound
    count -= wanted
    if run.count == blocks[block].longest { blocks[block].measure() }
    return taken
  }

  private func place(of page: Int) -> (block: Int, run: Int)? {
    let block = Self.search(blocks.count) { (blocks[$0].runs.last?.upperBound ?? 0) > page }
    guard block < blocks.count else { return nil }
    let runs = blocks[block].runs
    let run = Self.search(runs.count) { runs[$0].upperBound > page }
    return runs[run].contains(page) ? (block, run) : nil
  }

  private func place(ofAtLeast wanted: Int) -> (block: Int, run: Int)? {
    guard let block = blocks.firstIndex(where: { $0.longest >= wanted }),
      let run = blocks[block].runs.firstIndex(where: { $0.count >= wanted })
    else { return nil }
    return (block, run)
  }

  private mutating func remove(endingAt page: Int) -> Range<Int>? {
    guard page > 0, let (block, index) = place(of: page - 1) else { return nil }
    return removeRun(block, index)
  }

  private mutating func remove(startingAt page: Int) -> Range<Int>? {
    guard let (block, index) = place(of: page) else { return nil }
    return removeRun(block, index)
  }

  @discardableResult
  private mutating func removeRun(_ block: Int, _ index: Int) -> Range<Int> {
    let run = blocks[block].runs.remove(at: index)
    count -= run.count
    if blocks[block].runs.isEmpty {
      blocks.remove(at: block)
    } else if run.count == blocks[block].longest {
      blocks[block].measure()
    }
    return run
  }

  private mutating func add(_ run: Range<Int>) {
    count += run.count
    guard !blocks.isEmpty else {
      blocks = [Block([run])]
      return
    }
    let next = Self.search(blocks.count) { (blocks[$0].runs.last?.upperBound ?? 0) > run.lowerBound }
    let block = min(next, blocks.count - 1)
    let index = Self.search(blocks[block].runs.count) { blocks[block].runs[$0].lowerBound > run.lowerBound }
    blocks[block].runs.insert(run, at: index)
    blocks[block].longest = max(blocks[block].longest, run.count)
    guard blocks[block].runs.count > Self.blockSize else { return }
    let half = blocks[block].runs.count / 2
    let high = Block(Array(blocks[block].runs[half...]))
    blocks[block] = Block(Array(blocks[block].runs[..<half]))
    blocks.insert(high, at: block + 1)
  }

  // The first index of those for which `isAfter` holds, which are the last ones.
  private static func search(_ count: Int, _ isAfter: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
