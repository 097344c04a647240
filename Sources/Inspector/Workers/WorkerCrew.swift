import RangedMmap

/// The workers of a session.
public final class WorkerCrew {
  /// All that were started on the open file, the ended ones too.
  public private(set) var workers: [Worker] = []
  /// The seed of those that take turns; `nil` of threads, which run freely.
  public private(set) var seed: UInt64?
  private var threads: [Thread] = []
  private var turns: Turns?
  private var shiftStart = 0
  private var gate = Gate()
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  /// How many have not ended.
  public var running: Int { workers.count { !$0.hasEnded } }
  /// How many ranges all have finished.
  public var operations: Int { workers.reduce(0) { $0 + $1.operations } }
  /// Whether they are halted.
  public var isPaused: Bool { running > 0 && gate.isShut }
  /// Whether they take turns, and only when they are told to.
  public var isStepped: Bool { seed != nil }

  /// Starts workers beside those that are running, or a new shift.
  func start(
    _ count: Int, _ order: WorkOrder, _ file: MmapFile, _ allocator: ConcurrentAllocator, _ fill: PatternFill
  ) throws(CommandError) {
    // Those that were told to stop may still be about it; their closed gate is no way in for others.
    if running == 0 || gate.isClosed {
      gate = Gate()
      shiftStart = workers.count
      seed = order.mode == .stepped ? order.seed ?? 1 : nil
      turns = seed.map { Turns(seed: $0) }
    } else if let seed = order.seed {
      self.seed = seed
      turns?.seed(seed)
    }
    for _ in 0..<count {
      let worker = Worker(workers.count + 1, order, pages: file.states.count, gate)
      if isStepped {
        turns?.append(Routine(worker, file, allocator, fill))
      } else {
        try startThread(worker, file, allocator, fill)
      }
      workers.append(worker)
    }
  }

  private func startThread(
    _ worker: Worker, _ file: MmapFile, _ allocator: ConcurrentAllocator, _ fill: PatternFill
  ) throws(CommandError) {
    let (gate, wakeUp) = (gate, wakeUp)
    let thread = Thread {
      // A halt is news, too: it comes after what the worker did last.
      Routine(worker, file, allocator, fill).run(gate) { wakeUp.signal() }
      wakeUp.signal()
    }
    guard let thread else {
      throw CommandError("workers start: the system gives no more threads; \(running) are running")
    }
    threads.append(thread)
  }

  func pause() { gate.move(to: .shut) }
  func resume() { gate.move(to: .open) }

  func stop() {
    gate.move(to: .closed)
    turns?.stop()
  }

  /// Lets one of those that take turns carry out one phase; `nil` if all have ended.
  func takeTurn(_ table: inout RangeTable) throws(CommandError) -> Turn? { try turns?.take(&table) }

  func join() {
    for thread in threads { thread.join() }
    threads = []
  }

  /// Takes in the ranges that the workers have finished with, and the errors that ended some.
  func collect(into table: inout RangeTable) -> [String] {
    for worker in workers { worker.drain(into: &table) }
    return workers.compactMap { $0.takeFailure() }
  }

  /// Forgets those that have ended; for a new file.
  func dismiss() {
    join()
    workers = []
    turns = nil
    (shiftStart, seed) = (0, nil)
  }
}

// MARK: - What they have done together

extension WorkerCrew {
  /// Those that were started since all before them had ended: the ones that are running, and their mates.
  public var shift: ArraySlice<Worker> { workers[shiftStart...] }

  /// Bytes a second of the shift, over the time at work; `nil` if it takes turns, or there is nothing to divide yet.
  public var averageRate: Double? {
    guard !isStepped else { return nil }
    let end = running == 0 ? shift.compactMap(\.endTime).max() ?? 0 : gate.time
    return rate(shift.reduce(0) { $0 + $1.bytes }, .nanoseconds(Int64(clamping: end)))
  }

  /// How long the phases of a kind took the shift so far.
  public func latencies(of phase: TimedPhase) -> Latencies {
    var sum = Latencies()
    for worker in shift { worker.addLatencies(of: phase, to: &sum) }
    return sum
  }

  /// Which phases the shift was ordered to make.
  public var orderedPhases: [TimedPhase] {
    let flushes = Set(shift.map(\.order.flush))
    return TimedPhase.allCases.filter { phase in
      switch phase {
      case .write: true
      case .flush: flushes.contains(.async)
      case .sync: flushes.contains(.sync)
      }
    }
  }

  /// The worker that has a page in its hands: it will go on with it.
  public func holder(ofPage page: Int) -> Worker? {
    shift.first { worker in
      switch worker.activity {
      case .idle, .done, .failed: false
      case .writing, .flushing, .syncing, .allocated, .written: worker.currentPages?.contains(page) == true
      }
    }
  }
}
