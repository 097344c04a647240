import BasicContainers
import RangedMmap

/// Who allocated a range.
package enum Author: Sendable, Equatable, CustomStringConvertible {
  /// A person at the keyboard, or a script.
  case command
  /// A worker thread, counted from 1.
  case worker(Int)

  package var description: String {
    switch self {
    case .command: "command"
    case .worker(let number): "worker \(number)"
    }
  }
}

enum Holding: ~Copyable, Sendable {
  case allocated(AllocatedRange)
  case written(WriteReceipt)
  case flushed(FlushedRange)
}

/// A labelled range, and what is known of it.
struct RangeRecord: ~Copyable, Sendable {
  let bytes: Range<Int>
  let author: Author
  /// What was last written to it.
  var content: Content?
  /// `nil` only while a step of the library has it.
  var holding: Holding?
  private(set) var history: RangeHistory

  private init(
    _ bytes: Range<Int>, _ holding: consuming Holding?, _ content: Content? = nil, by author: Author,
    _ history: RangeHistory = RangeHistory()
  ) {
    (self.bytes, self.author, self.content, self.history) = (bytes, author, content, history)
    self.holding = holding
  }

  init(_ range: consuming AllocatedRange, by author: Author) {
    self.init(range.byteRange, .allocated(range), by: author)
  }

  init(_ receipt: consuming WriteReceipt, _ content: Content, by author: Author) {
    self.init(receipt.byteRange, .written(receipt), content, by: author)
    history.written = history.allocated
  }

  init(_ range: consuming FlushedRange, _ content: Content, by author: Author) {
    self.init(range.byteRange, .flushed(range), content, by: author)
    (history.written, history.synced) = (history.allocated, history.allocated)
  }

  /// A part of a range that was split; what was written to it before belongs to the whole.
  init(_ part: consuming AllocatedRange, of whole: borrowing RangeRecord) {
    self.init(part.byteRange, .allocated(part), by: whole.author, RangeHistory(of: whole.history))
  }

  /// What stands in for a record that a job has taken.
  fileprivate init(placeholderFor record: borrowing RangeRecord) {
    self.init(record.bytes, nil, record.content, by: record.author, record.history)
  }

  var pageCount: Int { Alignment.pages(in: bytes.count) }

  mutating func wasWritten(with content: Content) {
    self.content = content
    let now = WallTime.now
    history.written = now
    history.firstWritten = history.firstWritten ?? now
    (history.synced, history.reused) = (nil, nil)
  }

  mutating func wasSynced() {
    history.synced = .now
    history.firstWritten = nil
  }

  mutating func wasReused() { history.reused = .now }

  var stage: RangeSummary.Stage {
    switch holding {
    case nil: .busy
    case .allocated: .allocated
    case .written: .written
    case .flushed: .durable
    }
  }
}

/// When the steps of a range were made.
package struct RangeHistory: Sendable, Equatable {
  /// When it was handed out, or taken in from a worker.
  package let allocated: WallTime
  package internal(set) var written: WallTime?
  /// When it was first written, if that has not been made durable since; `nil` also where a worker wrote it, and more often.
  package internal(set) var firstWritten: WallTime?
  /// When it was made durable, if it was after the last write.
  package internal(set) var synced: WallTime?
  /// When it was made writable again, if it was after the last write.
  package internal(set) var reused: WallTime?

  init() { allocated = .now }
  // A part of a range was handed out with the whole.
  fileprivate init(of whole: RangeHistory) { allocated = whole.allocated }
}

/// What is shown of a labelled range.
package struct RangeSummary: Sendable, Equatable {
  package enum Stage: String, Sendable {
    /// Under way from one stage to the next.
    case busy
    case allocated
    /// Written; a receipt is held for it.
    case written
    /// Flushed, in the library's word.
    case durable
  }

  /// The number behind the `r`.
  package let label: Int
  /// Offsets in the file.
  package let bytes: Range<Int>
  package let author: Author
  /// What was last written to it.
  package let pattern: Pattern?
  package let stage: Stage
  package let history: RangeHistory
}

/// The labelled ranges of a session: `r1` is the first.
struct RangeTable: ~Copyable {
  private var records = UniqueArray<RangeRecord>()
  // Labels: the first `sortedCount` in the order of their place in the file, the others in order of arrival.
  private var byPlace: [Int] = []
  private var sortedCount = 0

  var count: Int { records.count }

  /// Gives the record the next label, and returns it.
  @discardableResult
  mutating func append(_ record: consuming RangeRecord) -> Int {
    records.append(record)
    byPlace.append(records.count)
    return records.count
  }

  func summary(_ label: Int) -> RangeSummary {
    RangeSummary(
      label: label, bytes: records[label - 1].bytes, author: records[label - 1].author,
      pattern: records[label - 1].content?.pattern, stage: records[label - 1].stage, history: records[label - 1].history
    )
  }

  // Alone, for callers that go through many labels.
  func stage(_ label: Int) -> RangeSummary.Stage { records[label - 1].stage }
  func bytes(_ label: Int) -> Range<Int> { records[label - 1].bytes }

  /// Takes a record out for a job; until it is put back its range is busy.
  mutating func take(_ label: Int) -> RangeRecord {
    var record = RangeRecord(placeholderFor: records[label - 1])
    swap(&record, &records[label - 1])
    return record
  }

  mutating func put(_ record: consuming RangeRecord, at label: Int) { records[label - 1] = record }

  /// The range that a page belongs to.
  mutating func label(ofPage page: Int) -> Int? {
    sort()
    let offset = page * Alignment.page
    let next = place(after: offset)
    guard next > 0, records[byPlace[next - 1] - 1].bytes.contains(offset) else { return nil }
    return byPlace[next - 1]
  }

  // Ranges arrive nearly in their order, so only an end has to be sorted: what has arrived, and what lies behind the
  // first of it. Sorting at each arrival would take the square of their number where a million arrive at once.
  private mutating func sort() {
    guard sortedCount < byPlace.count else { return }
    let first = byPlace[sortedCount...].map { records[$0 - 1].bytes.lowerBound }.min() ?? 0
    let start = place(after: first)
    var end = Array(byPlace[start...])
    end.sort { records[$0 - 1].bytes.lowerBound < records[$1 - 1].bytes.lowerBound }
    byPlace.replaceSubrange(start..., with: end)
    sortedCount = byPlace.count
  }

  // The index among the sorted ones of the first range that starts after an offset.
  private func place(after offset: Int) -> Int {
    firstIndex(below: sortedCount) { records[byPlace[$0] - 1].bytes.lowerBound > offset }
  }

  mutating func update<Result>(
    _ label: Int, _ body: (inout RangeRecord) throws(CommandError) -> Result
  ) throws(CommandError) -> Result { try body(&records[label - 1]) }
}

/// Binary search: the first index where the predicate holds, or `count`; it holds for all that follow.
func firstIndex(below count: Int, where isAfter: (Int) -> Bool) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = (low + high) / 2
    if isAfter(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
