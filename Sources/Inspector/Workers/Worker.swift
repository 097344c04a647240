import DequeModule
import RangedMmap
import Synchronization

/// One worker, as the session and the screen see it: every member may be read at any time.
package final class Worker: Sendable {
  package enum Activity: UInt8, Sendable {
    /// Halted, or resting between operations.
    case idle
    case writing
    case flushing
    case syncing
    /// Its turn is over, and it has a range that it will write.
    case allocated
    /// Its turn is over, and it has written a range that it will flush or sync.
    case written
    /// Ended: the file is full, or it was stopped.
    case done
    /// Ended by an error, which is in the log.
    case failed
  }

  package let number: Int
  package let order: WorkOrder
  // Counters have one writer, the worker, so plain stores do.
  private let operationCount = Atomic<Int>(0)
  private let byteCount = Atomic<Int>(0)
  private let page = Atomic<Int>(-1)
  private let pageLimit: Int
  private let code = Atomic<UInt8>(Activity.idle.rawValue)
  private let gate: PauseGate
  // By the gate's clock, which stands while all are halted.
  private let start: UInt64
  private let end = Atomic<UInt64>(.max)
  private let writes = LatencyHistogram()
  private let flushes = LatencyHistogram()
  private let syncs = LatencyHistogram()
  // Its own until the session comes for it, so the lock is hardly ever contended.
  private let outbox = Mutex(Outbox())
  /// Where its operations get their order, if it is recorded.
  let log: OperationLog?
  private let failure = Mutex<String?>(nil)

  init(_ number: Int, _ order: WorkOrder, pages: Int, _ gate: PauseGate, _ log: OperationLog? = nil) {
    self.number = number
    self.order = order
    self.gate = gate
    self.log = log
    pageLimit = pages
    start = gate.time
  }

  package var operations: Int { operationCount.load(ordering: .relaxed) }
  var hasMadeAll: Bool { operations >= order.operations ?? .max }
  package var bytes: Int { byteCount.load(ordering: .relaxed) }
  package var currentPages: Range<Int>? {
    let first = page.load(ordering: .relaxed)
    return first < 0 ? nil : first..<min(first + Alignment.pages(in: order.byteCount), pageLimit)
  }
  package var activity: Activity { Activity(rawValue: code.load(ordering: .acquiring)) ?? .failed }
  package var hasEnded: Bool { activity == .done || activity == .failed }

  /// How long it has been at work, without the time for which it was halted; `nil` if it takes turns.
  package var timeAtWork: Duration? {
    guard order.mode == .free else { return nil }
    let end = end.load(ordering: .acquiring)
    return .nanoseconds(Int64(clamping: (end == .max ? gate.time : end) &- start))
  }

  package var averageRate: Double? { rate(bytes, timeAtWork) }

  func addLatencies(of phase: TimedPhase, to sum: inout Latencies) { histogram(phase).add(to: &sum) }

  package func latencies(of phase: TimedPhase) -> Latencies {
    var sum = Latencies()
    addLatencies(of: phase, to: &sum)
    return sum
  }

  func drain(into table: inout RangeTable) {
    var finished = outbox.withLock { outbox in
      var taken = UniqueDeque<RangeRecord>()
      swap(&taken, &outbox.ranges)
      return taken
    }
    while let record = finished.popFirst() { table.append(record) }
  }

  func takeOperations(before cut: UInt64) -> [Operation] {
    outbox.withLock { outbox in
      let kept = outbox.operations.firstIndex { $0.number >= cut } ?? outbox.operations.count
      defer { outbox.operations.removeFirst(kept) }
      return Array(outbox.operations[..<kept])
    }
  }

  /// Hands over the range of its earliest operation that has one.
  func handOver(to table: inout RangeTable) {
    if let record = outbox.withLock({ $0.ranges.popFirst() }) { table.append(record) }
  }

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

// MARK: - For the thread that does the work

extension Worker {
  func set(_ activity: Activity) { code.store(activity.rawValue, ordering: .releasing) }

  func begin(at offset: Int) { page.store(offset / Alignment.page, ordering: .relaxed) }

  func count(bytes: Int) { byteCount.store(byteCount.load(ordering: .relaxed) &+ bytes, ordering: .relaxed) }

  func countOperation() { operationCount.store(operationCount.load(ordering: .relaxed) &+ 1, ordering: .relaxed) }

  func record(_ phase: TimedPhase, since start: UInt64) {
    histogram(phase).record(MonotonicTime.now &- start)
  }

  func hand(_ record: consuming RangeRecord, _ kind: Operation.Kind = .advances) {
    var record: RangeRecord? = record
    outbox.withLock { outbox in
      if let record = record.take() { outbox.ranges.append(record) }
      if let log { outbox.note(kind, handsOver: true, log) }
    }
  }

  func note(_ kind: Operation.Kind) {
    guard let log else { return }
    outbox.withLock { $0.note(kind, handsOver: false, log) }
  }

  func allocate(_ allocator: ConcurrentAllocator) -> AllocatedRange? {
    guard let log else { return allocator.allocate(order.byteCount) }
    return log.inOrder {
      let range = allocator.allocate(order.byteCount)
      note(.advances)
      return range
    }
  }

  func finish(_ error: CommandError? = nil) {
    if let error { failure.withLock { $0 = "worker \(number): \(error)" } }
    page.store(-1, ordering: .relaxed)
    end.store(gate.time, ordering: .releasing)
    set(error == nil ? .done : .failed)
  }
}

/// What a worker has finished with, and the operations by which it did, if they are recorded.
private struct Outbox: ~Copyable, Sendable {
  var ranges = UniqueDeque<RangeRecord>()
  var operations: [Operation] = []

  // With a screen the session comes by itself; without one it sleeps until all have ended. 4096 operations are 64 KiB.
  private static let callAt = 4096

  mutating func note(_ kind: Operation.Kind, handsOver: Bool, _ log: OperationLog) {
    operations.append(Operation(number: log.next(), kind: kind, handsOver: handsOver))
    if operations.count % Self.callAt == 0 { log.call() }
  }
}

/// Bytes a second; `nil` where there is nothing to divide.
func rate(_ bytes: Int, _ time: Duration?) -> Double? {
  guard let time, time > .zero, bytes > 0 else { return nil }
  return Double(bytes) / (time / .seconds(1))
}
