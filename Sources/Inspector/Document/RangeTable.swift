import BasicContainers
import RangedMmap

/// Who allocated a range.
package enum Author: Sendable, Equatable, CustomStringConvertible {
  /// Somebody at the keyboard, or a script.
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

/// One of the library's three ranges, whichever it is by now.
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

  init(_ range: consuming AllocatedRange, by author: Author) {
    bytes = range.byteRange
    self.author = author
    holding = .allocated(range)
    history = RangeHistory()
  }

  init(_ receipt: consuming WriteReceipt, _ content: Content, by author: Author) {
    bytes = receipt.byteRange
    self.author = author
    self.content = content
    holding = .written(receipt)
    history = RangeHistory()
    history.written = history.allocated
  }

  init(_ range: consuming FlushedRange, _ content: Content, by author: Author) {
    bytes = range.byteRange
    self.author = author
    self.content = content
    holding = .flushed(range)
    history = RangeHistory()
    (history.written, history.synced) = (history.allocated, history.allocated)
  }

  /// A part of a range that was split; what was written to it before belongs to the whole.
  init(_ part: consuming AllocatedRange, of whole: borrowing RangeRecord) {
    bytes = part.byteRange
    author = whole.author
    holding = .allocated(part)
    history = RangeHistory(of: whole.history)
  }

  /// What stands in for a record that is away on an rangeJob.
  fileprivate init(placeholderFor record: borrowing RangeRecord) {
    bytes = record.bytes
    author = record.author
    content = record.content
    history = record.history
  }

  var pageCount: Int { Alignment.pages(in: bytes.count) }

  mutating func wasWritten(with content: Content) {
    self.content = content
    history.written = .now
    (history.synced, history.reused) = (nil, nil)
  }

  mutating func wasSynced() { history.synced = .now }

  mutating func wasReused() { history.reused = .now }

  var stage: RangeSummary.Stage {
    switch holding {
    case nil: .busy
    case .allocated: .allocated
    case .written: .written
    case .flushed: .flushed
    }
  }
}

/// When the steps of a range were made, in the seconds of the wall clock since 1970.
package struct RangeHistory: Sendable, Equatable {
  /// When it was handed out, or taken in from a worker.
  package let allocated: WallTime
  package internal(set) var written: WallTime?
  /// When it was made durable, if it was after the last write.
  package internal(set) var synced: WallTime?
  /// When it was taken back to be written anew, if it was after the last write.
  package internal(set) var reused: WallTime?

  init() { allocated = .now }
  // A part of a range was handed out with the whole.
  fileprivate init(of whole: RangeHistory) { allocated = whole.allocated }
}

/// What can be told of a labelled range.
package struct RangeSummary: Sendable, Equatable {
  /// How far a range has come.
  package enum Stage: String, Sendable {
    /// Under way from one stage to the next.
    case busy
    case allocated
    /// Written; a receipt is held for it.
    case written
    case flushed
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
  // Labels in the order of their place in the file, as far as they were sorted; those after, in order of arrival.
  private var byPlace: [Int] = []
  private var sortedCount = 0

  var count: Int { records.count }

  /// Gives the record the next label.
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

  // Of these many are asked for at a time.
  func stage(_ label: Int) -> RangeSummary.Stage { records[label - 1].stage }
  func bytes(_ label: Int) -> Range<Int> { records[label - 1].bytes }

  /// Takes a record out for an rangeJob; until it is put back its range is busy.
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

  // Where among the sorted ones the first range stands that starts after an offset.
  private func place(after offset: Int) -> Int {
    var (low, high) = (0, sortedCount)
    while low < high {
      let middle = (low + high) / 2
      if records[byPlace[middle] - 1].bytes.lowerBound <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Changes the record of a label in place.
  mutating func update<Result>(
    _ label: Int, _ body: (inout RangeRecord) throws(CommandError) -> Result
  ) throws(CommandError) -> Result {
    try body(&records[label - 1])
  }
}
