import RangedMmap

/// The workers of a session.
package final class WorkerPool {
  /// All that were started on the open file, the ended ones too.
  package private(set) var workers: [Worker] = []
  /// The seed of those that take turns; `nil` of threads, which run freely.
  package private(set) var seed: UInt64?
  private var threads: [Thread] = []
  private var turns: Turns?
  private var shiftStart = 0
  private var gate = PauseGate()
  // Where threads that are recorded get the order of their operations; all of one file have one.
  private var log: OperationLog?
  private var untold: [NamedTurn] = []
  private var untoldSteps = 0
  // Whether some were started whose end was not told yet, and how many operations there had been before.
  private var isEndUntold = false
  private var operationsBefore = 0
  // Errors that ended some, for scripts to end with.
  private var failures: [String] = []
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  package var running: Int { workers.count { !$0.hasEnded } }
  /// How many ranges all have finished.
  package var operations: Int { workers.reduce(0) { $0 + $1.operations } }
  package var isPaused: Bool { running > 0 && gate.isShut }
  /// Whether they take turns, and only when they are told to.
  package var isStepped: Bool { seed != nil }

  /// Whether threads are at work, whose order nobody knows before they have done what they do.
  var areFree: Bool { running > 0 && !isStepped }

  /// How many operations there were since no end was untold.
  var newOperations: Int { operations - operationsBefore }

  /// How many operations there were when all have ended, once.
  func takeEnd() -> Int? {
    guard isEndUntold, running == 0 else { return nil }
    isEndUntold = false
    return newOperations
  }

  func keep(failure: String) { failures.append(failure) }

  /// The errors that ended workers since the last time that somebody asked.
  package func takeFailures() -> [String] {
    defer { failures = [] }
    return failures
  }

  /// Starts workers beside those that are running, or a new shift.
  func start(
    _ count: Int, _ order: WorkOrder, _ file: MmapFile, _ allocator: ConcurrentAllocator, _ fill: PatternFill,
    isRecorded: Bool
  ) throws(CommandError) {
    if !isEndUntold { operationsBefore = operations }
    isEndUntold = true
    // Those that were told to stop may still be about it; their closed gate is no way in for others.
    if running == 0 || gate.isClosed {
      gate = PauseGate()
      shiftStart = workers.count
      seed = order.mode == .stepped ? order.seed ?? 1 : nil
      turns = seed.map { Turns(seed: $0) }
    } else if let seed = order.seed {
      self.seed = seed
      turns?.seed(seed)
    }
    let isLogged = isRecorded && !isStepped
    if isLogged, log == nil { log = OperationLog(wakeUp) }
    for _ in 0..<count {
      let worker = Worker(workers.count + 1, order, pages: file.states.count, gate, isLogged ? log : nil)
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
  func takeTurn(_ table: inout RangeTable) throws(CommandError) -> Turn? {
    if running > 0 { untoldSteps += 1 }
    return try turns?.take(&table)
  }
  /// Lets the one of this number carry out one phase.
  func takeTurn(_ number: Int, _ table: inout RangeTable) throws(CommandError) -> Turn? {
    try turns?.take(number, &table)
  }
  /// Ends the one of this number as an error would.
  func dismiss(_ number: Int, _ table: inout RangeTable) throws(CommandError) { try turns?.dismiss(number, &table) }

  func join() {
    for thread in threads { thread.join() }
    threads = []
  }

  /// Takes in the ranges that the workers have finished with, and the errors that ended some.
  func collect(into table: inout RangeTable) -> [String] {
    if let log { collectOperations(log, into: &table) }
    for worker in workers where worker.log == nil { worker.drain(into: &table) }
    return workers.compactMap { $0.takeFailure() }
  }

  /// Forgets those that have ended; for a new file.
  func dismiss() {
    join()
    workers = []
    turns = nil
    log = nil
    (shiftStart, seed) = (0, nil)
  }
}

// MARK: - What a recording tells of them

extension WorkerPool {
  // Ranges get their labels in the order in which they were handed over, as they will when these turns are taken.
  private func collectOperations(_ log: OperationLog, into table: inout RangeTable) {
    let cut = log.next()
    let operations = workers.flatMap { worker in worker.takeOperations(before: cut).map { (worker, $0) } }
    for (worker, operation) in operations.sorted(by: { $0.1.number < $1.1.number }) {
      if operation.handsOver { worker.handOver(to: &table) }
      tell(worker.number, operation.kind)
    }
  }

  private func tell(_ worker: Int, _ kind: Operation.Kind) {
    guard kind == .advances else {
      untold.append(NamedTurn(worker: worker, operation: .leaves))
      return
    }
    var count = 1
    if let last = untold.last, last.worker == worker, case .advances(let before) = last.operation {
      count += before
      untold.removeLast()
    }
    untold.append(NamedTurn(worker: worker, operation: .advances(count)))
  }

  /// What recorded threads did since the last time.
  func takeTurnsToTell() -> [NamedTurn] {
    defer { untold = [] }
    return untold
  }

  /// How many phases those that take turns carried out since the last time, each chosen by the seed.
  func takeStepsToTell() -> Int {
    defer { untoldSteps = 0 }
    return untoldSteps
  }

  /// Runs `body` while no recorded thread allocates.
  func whileNoneAllocates<Result: Sendable>(_ body: () throws(CommandError) -> Result) throws(CommandError) -> Result {
    guard let log else { return try body() }
    return try log.inOrder(body)
  }
}

// MARK: - What they have done together

extension WorkerPool {
  /// Those that were started since all before them had ended: the ones that are running, and their mates.
  package var shift: ArraySlice<Worker> { workers[shiftStart...] }

  /// Bytes a second of the shift, over the time at work; `nil` if it takes turns, or there is nothing to divide yet.
  package var averageRate: Double? {
    guard !isStepped else { return nil }
    let end = running == 0 ? shift.compactMap(\.endTime).max() ?? 0 : gate.time
    return rate(shift.reduce(0) { $0 + $1.bytes }, .nanoseconds(Int64(clamping: end)))
  }

  /// How long the phases of a kind took the shift so far.
  package func latencies(of phase: TimedPhase) -> Latencies {
    var sum = Latencies()
    for worker in shift { worker.addLatencies(of: phase, to: &sum) }
    return sum
  }

  /// Which phases the shift was ordered to make.
  package var orderedPhases: [TimedPhase] {
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
  package func holder(ofPage page: Int) -> Worker? {
    shift.first { worker in
      switch worker.activity {
      case .idle, .done, .failed: false
      case .writing, .flushing, .syncing, .allocated, .written: worker.currentPages?.contains(page) == true
      }
    }
  }
}
