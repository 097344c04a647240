import DequeModule
import RangedMmap
import Synchronization

/// One worker thread, as the session and the screen see it: every member may be read at any time.
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
    /// Ended: the file is full, or it was told to.
    case done
    /// Ended by an error, which is in the log.
    case failed
  }

  /// Its number, counted from 1.
  public let number: Int
  /// What it was told to do.
  public let order: WorkOrder
  private let operationCount = Atomic<Int>(0)
  private let byteCount = Atomic<Int>(0)
  private let page = Atomic<Int>(-1)
  private let code = Atomic<UInt8>(Activity.idle.rawValue)
  // Its own until the session comes for it, so the lock is hardly ever contended.
  private let outbox = Mutex(UniqueDeque<RangeRecord>())
  private let failure = Mutex<String?>(nil)

  init(_ number: Int, _ order: WorkOrder) {
    self.number = number
    self.order = order
  }

  /// How many ranges it has finished.
  public var operations: Int { operationCount.load(ordering: .relaxed) }
  /// How many bytes it has written.
  public var bytes: Int { byteCount.load(ordering: .relaxed) }
  /// The first page of the range that it works on.
  public var currentPage: Int? {
    let value = page.load(ordering: .relaxed)
    return value < 0 ? nil : value
  }
  /// What it is doing.
  public var activity: Activity { Activity(rawValue: code.load(ordering: .acquiring)) ?? .failed }
  /// Whether it has ended.
  public var hasEnded: Bool { activity == .done || activity == .failed }

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

  // MARK: On the thread itself

  func run(_ file: MmapFile, _ allocator: ConcurrentAllocator, _ gate: Gate) {
    var end = Activity.done
    do throws(CommandError) {
      let fill = try PatternFill(order.pattern, byteCount: min(order.byteCount, file.size))
      while operations < order.operations ?? .max, gate.pass() {
        guard let range = allocator.allocate(order.byteCount) else { break }
        try work(on: range, file, fill)
        operationCount.wrappingAdd(1, ordering: .relaxed)
        if order.delay > .zero {
          set(.idle)
          gate.rest(order.delay)
        }
      }
    } catch {
      failure.withLock { $0 = "worker \(number): \(error)" }
      end = .failed
    }
    page.store(-1, ordering: .relaxed)
    set(end)
  }

  private func work(on range: consuming AllocatedRange, _ file: MmapFile, _ fill: PatternFill) throws(CommandError) {
    let (start, count) = (range.start, range.count)
    page.store(start / Alignment.page, ordering: .relaxed)
    do throws(MmapFileError) {
      set(.writing)
      let receipt = try file.write(to: range) { output in try fill.fill(&output, start: start) }
      byteCount.wrappingAdd(count, ordering: .relaxed)
      switch order.flush {
      case .none: hand(RangeRecord(receipt, pattern: order.pattern, by: .worker(number)))
      case .async:
        set(.flushing)
        var refused: MmapFileError?
        do throws(MmapFileError) { try file.flush(receipt) } catch { refused = error }
        hand(RangeRecord(receipt, pattern: order.pattern, by: .worker(number)))
        if let refused { throw refused }
      case .sync:
        set(.syncing)
        hand(RangeRecord(try file.sync(receipt), pattern: order.pattern, by: .worker(number)))
      }
    } catch {
      if let range = error.takeRange() { hand(RangeRecord(range, by: .worker(number))) }
      throw CommandError(error)
    }
  }

  private func hand(_ record: consuming RangeRecord) {
    var record: RangeRecord? = record
    outbox.withLock { outbox in if let record = record.take() { outbox.append(record) } }
  }

  private func set(_ activity: Activity) { code.store(activity.rawValue, ordering: .releasing) }
}
