import RangedMmap

extension Session {
  private var remedyForNone: String {
    document.allocator == nil ? "only a file that is open for writing has some" : "`allocate` takes the next free pages"
  }

  func selectedLabels(_ pages: Range<Int>) -> [Int] {
    (1..<document.ranges.count + 1).filter { label in
      Alignment.pages(of: document.ranges.bytes(label)).overlaps(pages)
    }
  }

  func known(_ labels: ClosedRange<Int>) throws(CommandError) -> [Int] {
    guard labels.upperBound <= document.ranges.count else {
      let count = document.ranges.count
      let there = count == 0 ? "there are no ranges yet; \(remedyForNone)" : "the last range is r\(count)"
      let missing = "r\(max(labels.lowerBound, count + 1))"
      // Two digits exchanged, or one too many; no other slip can be guessed.
      let known = (1..<min(count, 1000) + 1).map { "r\($0)" }
      let nearest =
        known.first { $0.sorted() == missing.sorted() }
        ?? Spelling.nearest(to: missing, among: known.filter { $0.count < missing.count })
      let suggestion = nearest.map { "; did you mean \($0)?" } ?? ""
      throw CommandError("\(missing): no such range; \(there)\(suggestion)")
    }
    return Array(labels)
  }

  func labels(
    _ selection: RangeSelection, at stage: RangeSummary.Stage, for verb: String
  ) throws(CommandError) -> [Int] {
    try labels(selection, for: verb, needing: "to be \(stage.rawValue)") { $0 == stage }
  }

  func writtenLabels(_ selection: RangeSelection, for verb: String) throws(CommandError) -> [Int] {
    try labels(selection, for: verb, needing: "to be written") { $0 == .written || $0 == .durable }
  }

  // Ranges that are named must all be fit for the step; `all` means those that are.
  private func labels(
    _ selection: RangeSelection, for verb: String, needing need: String, _ isFit: (RangeSummary.Stage) -> Bool
  ) throws(CommandError) -> [Int] {
    try requireNoJob(verb)
    switch selection {
    case .all:
      let labels = (1..<document.ranges.count + 1).filter { isFit(document.ranges.stage($0)) }
      if labels.isEmpty { try document.requireRanges(for: "\(verb) all") }
      guard !labels.isEmpty else { throw CommandError("\(verb) all: there is no range for that; it has \(need)") }
      return labels
    case .selected:
      guard let pages = view.selection else {
        throw CommandError("\(verb) selected: nothing is selected; `select 0-15` selects pages")
      }
      let touched = selectedLabels(pages)
      if touched.isEmpty {
        throw CommandError("\(verb) selected: there is no range at \(named(pages)); \(remedyForNone)")
      }
      let labels = touched.filter { isFit(document.ranges.stage($0)) }
      guard labels.isEmpty else { return labels }
      throw CommandError("\(verb) selected: no range at \(named(pages)) is fit for that; it has \(need)")
    case .labels(let wanted):
      let labels = try known(wanted)
      for label in labels {
        let stage = document.ranges.stage(label)
        if isFit(stage) { continue }
        let next = stage == .busy ? "wait for that" : "\(Rule(for: verb, at: stage))"
        throw CommandError("\(verb) r\(label): it is \(stage.rawValue), and has \(need) for that; \(next)")
      }
      return labels
    }
  }

  func total(_ labels: [Int]) -> String {
    let pages = labels.reduce(0) { $0 + Alignment.pages(in: document.ranges.bytes($1).count) }
    return ": \(counted(pages, "page"))" + (labels.count > 1 ? " in \(labels.count) ranges" : "")
  }
}

extension RangeRecord {
  /// Keeps the range of a step that failed: as it was if nothing was changed, else to be written again.
  mutating func recover(from error: MmapFileError) {
    if let range = error.takeFlushed() {
      holding = .flushed(range)
    } else if let receipt = error.takeReceipt() {
      holding = .written(receipt)
    } else if let range = error.takeRange() {
      holding = .allocated(range)
    }
  }

  mutating func startWriteback(_ file: MmapFile) throws(MmapFileError) {
    guard case .written(let receipt) = holding.take() else { return }
    var failure: MmapFileError?
    do throws(MmapFileError) { try file.flush(receipt) } catch { failure = error }
    holding = .written(receipt)
    if let failure { throw failure }
  }

  mutating func compare<Result>(
    _ file: MmapFile, _ body: (Span<UInt8>) throws -> Result?
  ) throws(CommandError) -> Result? {
    let held = holding.take()
    var result: Result?
    var failure: (any Error)?
    switch consume held {
    case .written(let receipt):
      do { result = try file.withBytes(of: receipt, body) } catch { failure = error }
      holding = .written(receipt)
    case .flushed(let range):
      do { result = try file.withBytes(of: range, body) } catch { failure = error }
      holding = .flushed(range)
    case .allocated(let range): holding = .allocated(range)
    case .busy: break
    }
    if let failure = failure as? CommandError { throw failure }
    if let failure { throw (failure as? MmapFileError).map { CommandError($0) } ?? CommandError("\(failure)") }
    return result
  }
}
