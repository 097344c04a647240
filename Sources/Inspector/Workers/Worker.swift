import DequeModule
import RangedMmap
import Synchronization

/// One worker, as the session and the screen see it: every member may be read at any time.
public final class Worker: Sendable {
  /// What a worker is doing.
  public enum Activity: UInt8, Sendable {
    /// Halted, or resting between operations.
    case idle
    /// Filling a range.
    case writing
    /// Starting writeback.
    case flushing
    /// Waiting for the disk.
    case syncing
    /// Its turn is over, and it has a range that it will write.
    case allocated
    /// Its turn is over, and it has written a range that it will flush or sync.
    case written
    /// Ended: the file is full, or it was told to.
    case done
    /// Ended by an error, which is in the log.
    case failed
  }

  /// Its number, counted from 1.
  public let number: Int
  /// What it was told to do.
  public let order: WorkOrder
  // Counters have one writer, the worker, so plain stores do.
  private let operationCount = Atomic<Int>(0)
  private let byteCount = Atomic<Int>(0)
  private let page = Atomic<Int>(-1)
  private let pageLimit: Int
  private let code = Atomic<UInt8>(Activity.idle.rawValue)
  private let gate: Gate
  // By the gate's clock, which stands while all are halted.
  private let start: UInt64
  private let end = Atomic<UInt64>(.max)
  private let writes = LatencyHistogram()
  private let flushes = LatencyHistogram()
  private let syncs = LatencyHistogram()
  // Its own until the session comes for it, so the lock is hardly ever contended.
  private let outbox = Mutex(UniqueDeque<RangeRecord>())
  private let failure = Mutex<String?>(nil)

  /// A worker that has not begun.
  ///
  /// - Parameters:
  ///   - number: Counted from 1.
  ///   - order: What it is to do.
  ///   - pages: How many the file has.
  ///   - gate: What it passes before each operation.
  init(_ number: Int, _ order: WorkOrder, pages: Int, _ gate: Gate) {
    self.number = number
    self.order = order
    self.gate = gate
    pageLimit = pages
    start = gate.time
  }

  /// How many ranges it has finished.
  public var operations: Int { operationCount.load(ordering: .relaxed) }
  /// How many bytes it has written.
  public var bytes: Int { byteCount.load(ordering: .relaxed) }
  /// The pages of the range that it works on, or did last.
  public var currentPages: Range<Int>? {
    let first = page.load(ordering: .relaxed)
    return first < 0 ? nil : first..<min(first + Alignment.pages(in: order.byteCount), pageLimit)
  }
  /// What it is doing.
  public var activity: Activity { Activity(rawValue: code.load(ordering: .acquiring)) ?? .failed }
  /// Whether it has ended.
  public var hasEnded: Bool { activity == .done || activity == .failed }

  /// How long it has been at work, without the time for which it was halted; `nil` if it takes turns.
  public var timeAtWork: Duration? {
    guard order.mode == .free else { return nil }
    let end = end.load(ordering: .acquiring)
    return .nanoseconds(Int64(clamping: (end == .max ? gate.time : end) &- start))
  }

  /// Bytes a second, over the time at work; `nil` if there is nothing to divide yet.
  public var averageRate: Double? { rate(bytes, timeAtWork) }

  /// Adds how long its phases of a kind took to a sum.
  func addLatencies(of phase: TimedPhase, to sum: inout Latencies) { histogram(phase).add(to: &sum) }

  /// How long its phases of a kind took so far.
  public func latencies(of phase: TimedPhase) -> Latencies {
    var sum = Latencies()
    addLatencies(of: phase, to: &sum)
    return sum
  }

  /// Hands over the ranges that it has finished with.
  func drain(into table: inout RangeTable) {
    var finished = outbox.withLock { outbox in
      var taken = UniqueDeque<RangeRecord>()
      swap(&taken, &outbox)
      return taken
    }
    while let record = finished.popFirst() { table.append(record) }
  }

  /// The error that ended it, the first time it is asked for.
  func takeFailure() -> String? { failure.withLock { $0.take() } }

  /// When it ended by the gate's clock; `nil` while it has not.
  var endTime: UInt64? {
    let end = end.load(ordering: .acquiring)
    return end == .max ? nil : end
  }

  private func histogram(_ phase: TimedPhase) -> LatencyHistogram {
    switch phase {
    case .write: writes
    case .flush: flushes
    case .sync: syncs
    }
  }
}

// MARK: - What only whoever does the work may call

extension Worker {
  func set(_ activity: Activity) { code.store(activity.rawValue, ordering: .releasing) }

  func begin(at offset: Int) { page.store(offset / Alignment.page, ordering: .relaxed) }

  func count(bytes: Int) { byteCount.store(byteCount.load(ordering: .relaxed) &+ bytes, ordering: .relaxed) }

  func countOperation() { operationCount.store(operationCount.load(ordering: .relaxed) &+ 1, ordering: .relaxed) }

  func record(_ phase: TimedPhase, since start: UInt64) {
    histogram(phase).record(MonotonicTime.now &- start)
  }

  func hand(_ record: consuming RangeRecord) {
    var record: RangeRecord? = record
    outbox.withLock { outbox in if let record = record.take() { outbox.append(record) } }
  }

  /// Ends it, and tells of the error that ended it.
  func finish(_ error: CommandError? = nil) {
    if let error { failure.withLock { $0 = "worker \(number): \(error)" } }
    page.store(-1, ordering: .relaxed)
    end.store(gate.time, ordering: .releasing)
    set(error == nil ? .done : .failed)
  }
}

/// Bytes a second; `nil` where there is nothing to divide.
func rate(_ bytes: Int, _ time: Duration?) -> Double? {
  guard let time, time > .zero, bytes > 0 else { return nil }
  return Double(bytes) / (time / .seconds(1))
}
