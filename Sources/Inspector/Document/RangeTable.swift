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
  /// A step of the library has the range, which lies at these bytes.
  case busy(Range<Int>)
  case allocated(AllocatedRange)
  case written(WriteReceipt)
  case flushed(FlushedRange)

  /// Takes out what is held; until something is put back, the range is busy.
  mutating func take() -> Holding {
    var held = Holding.busy(bytes)
    swap(&held, &self)
    return held
  }

  var bytes: Range<Int> {
    switch self {
    case .busy(let bytes): bytes
    case .allocated(let range): range.byteRange
    case .written(let receipt): receipt.byteRange
    case .flushed(let range): range.byteRange
    }
  }

  var stage: RangeSummary.Stage {
    switch self {
    case .busy: .busy
    case .allocated: .allocated
    case .written: .written
    case .flushed: .durable
    }
  }
}

/// A labelled range, and what is known of it.
///
/// A session on a large file holds one for each range that its workers ever had, so its fields are packed: 72 bytes.
struct RangeRecord: ~Copyable, Sendable {
  /// What was last written to it.
  var content: Content?
  var history: RangeHistory
  // 0 is the command.
  private let worker: UInt32
  var holding: Holding

  private init(_ holding: consuming Holding, _ content: Content?, by author: Author, _ history: RangeHistory) {
    (self.content, self.history) = (content, history)
    worker = if case .worker(let number) = author { UInt32(number) } else { 0 }
    self.holding = holding
  }

  init(_ range: consuming AllocatedRange, by author: Author) {
    self.init(.allocated(range), nil, by: author, RangeHistory())
  }

  init(_ receipt: consuming WriteReceipt, _ content: Content, by author: Author) {
    self.init(.written(receipt), content, by: author, RangeHistory(isSynced: false))
  }

  init(_ range: consuming FlushedRange, _ content: Content, by author: Author) {
    self.init(.flushed(range), content, by: author, RangeHistory(isSynced: true))
  }

  /// A part of a range that was split; what was written to it before belongs to the whole.
  init(_ part: consuming AllocatedRange, of whole: borrowing RangeRecord) {
    self.init(.allocated(part), nil, by: whole.author, RangeHistory(of: whole.history))
  }

  /// What stands in for a record that a job has taken.
  fileprivate init(placeholderFor record: borrowing RangeRecord) {
    self.init(.busy(record.bytes), record.content, by: record.author, record.history)
  }

  var bytes: Range<Int> { holding.bytes }
  var author: Author { worker == 0 ? .command : .worker(Int(worker)) }
  var pageCount: Int { Alignment.pages(in: bytes.count) }
  var stage: RangeSummary.Stage { holding.stage }

  mutating func wasWritten(with content: Content) {
    self.content = content
    history.wasWritten()
  }

  mutating func wasPunched() {
    content = nil
    history.wasReused()
  }
}

/// When the steps of a range were made.
package struct RangeHistory: Sendable, Equatable {
  /// How many writes no sync has made durable; `several` also where that is not counted.
  enum PendingWrites: Sendable { case none, one, several }

  /// When it was handed out, or taken in from a worker.
  package let allocated: WallTime
  /// When it was made durable, if it was after the last write.
  @WholeSecond package private(set) var synced: WallTime?
  /// When it was made writable again, if it was after the last write.
  @WholeSecond package private(set) var reused: WallTime?
  package private(set) var written: WallTime?
  private(set) var pending = PendingWrites.none

  init(at time: WallTime = .now) { allocated = time }

  // A part of a range was handed out with the whole.
  fileprivate init(of whole: RangeHistory) { self.init(at: whole.allocated) }

  /// Of a worker's range, which comes when all was done to it.
  init(isSynced: Bool, at time: WallTime = .now) {
    self.init(at: time)
    written = time
    if isSynced { synced = time } else { pending = .several }
  }

  mutating func wasWritten(at time: WallTime = .now) {
    pending = pending == .none ? .one : .several
    (written, synced, reused) = (time, nil, nil)
  }

  mutating func wasSynced() { (synced, pending) = (.now, .none) }

  mutating func wasReused() { reused = .now }
}

/// A time to the second, in four bytes; right to the year 2106.
@propertyWrapper
package struct WholeSecond: Sendable, Equatable {
  // Since 1970; 0 is none.
  private var seconds: UInt32 = 0

  package init() {}

  package var wrappedValue: WallTime? {
    get { seconds == 0 ? nil : WallTime(milliseconds: Int(seconds) * 1000) }
    set { seconds = newValue.map { max(1, UInt32(clamping: $0.milliseconds / 1000)) } ?? 0 }
  }
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
  // Of 32 bits: so many ranges are 16 TiB at least.
  private var byPlace: [UInt32] = []
  private var sortedCount = 0

  var count: Int { records.count }

  /// Gives the record the next label, and returns it.
  @discardableResult
  mutating func append(_ record: consuming RangeRecord) -> Int {
    records.append(record)
    byPlace.append(UInt32(records.count))
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
    guard next > 0, placed(next - 1).contains(offset) else { return nil }
    return Int(byPlace[next - 1])
  }

  // Ranges arrive nearly in their order, so only an end has to be sorted: what has arrived, and what lies behind the
  // first of it. Sorting at each arrival would take the square of their number where a million arrive at once.
  private mutating func sort() {
    guard sortedCount < byPlace.count else { return }
    let first = byPlace[sortedCount...].map { bytes(Int($0)).lowerBound }.min() ?? 0
    let start = place(after: first)
    var end = Array(byPlace[start...])
    end.sort { bytes(Int($0)).lowerBound < bytes(Int($1)).lowerBound }
    byPlace.replaceSubrange(start..., with: end)
    sortedCount = byPlace.count
  }

  private func placed(_ index: Int) -> Range<Int> { bytes(Int(byPlace[index])) }

  // The index among the sorted ones of the first range that starts after an offset.
  private func place(after offset: Int) -> Int {
    firstIndex(below: sortedCount) { placed($0).lowerBound > offset }
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
