import RangedMmap

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
  private var unrecorded: [NamedTurn] = []
  private var unrecordedSteps = 0
  /// What is done in the steps that are under way, where it is to be said at their end.
  var tally: StepTally?
  // Whether some were started whose end is not reported yet, and how many operations there had been before.
  private var isEndUnreported = false
  private var operationsBefore = 0
  private var failures: [String] = []
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  package var running: Int { workers.count { !$0.hasEnded } }
  package var operations: Int { workers.reduce(0) { $0 + $1.operations } }
  package var isPaused: Bool { running > 0 && gate.isShut }
  /// Whether they take turns, by `workers step` alone.
  package var isStepped: Bool { seed != nil }

  /// Whether threads are at work, whose order is unknown before they are done.
  var areFree: Bool { running > 0 && !isStepped }

  var newOperations: Int { operations - operationsBefore }

  /// How many operations there were when all have ended, once.
  func takeEnd() -> Int? {
    guard isEndUnreported, running == 0 else { return nil }
    isEndUnreported = false
    return newOperations
  }

  func keep(failure: String) { failures.append(failure) }

  /// The errors that ended workers since the last time.
  package func takeFailures() -> [String] {
    defer { failures = [] }
    return failures
  }

  /// Starts workers beside those that are running, or a new shift.
  func start(
    _ count: Int, _ order: WorkOrder, _ file: MmapFile, _ allocator: ConcurrentAllocator, _ fill: PatternFill,
    isRecorded: Bool
  ) throws(CommandError) {
    if !isEndUnreported { operationsBefore = operations }
    isEndUnreported = true
    // Workers that stop have a closed gate, which lets no others in.
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
    if running > 0 { unrecordedSteps += 1 }
    do throws(CommandError) {
      let turn = try turns?.take(&table)
      if let turn { tally?.count(turn) }
      return turn
    } catch {
      tally?.countFailure()
      throw error
    }
  }
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

// MARK: - What is recorded of them

extension WorkerPool {
  // Ranges get their labels in the order in which they were handed over, as they will when these turns are taken.
  private func collectOperations(_ log: OperationLog, into table: inout RangeTable) {
    let cut = log.next()
    let operations = workers.flatMap { worker in worker.takeOperations(before: cut).map { (worker, $0) } }
    for (worker, operation) in operations.sorted(by: { $0.1.number < $1.1.number }) {
      if operation.handsOver { worker.handOver(to: &table) }
      keep(worker.number, operation.kind)
    }
  }

  private func keep(_ worker: Int, _ kind: Operation.Kind) {
    guard kind == .advances else {
      unrecorded.append(NamedTurn(worker: worker, operation: .leaves))
      return
    }
    var count = 1
    if let last = unrecorded.last, last.worker == worker, case .advances(let before) = last.operation {
      count += before
      unrecorded.removeLast()
    }
    unrecorded.append(NamedTurn(worker: worker, operation: .advances(count)))
  }

  /// What recorded threads did since the last time.
  func takeTurnsToRecord() -> [NamedTurn] {
    defer { unrecorded = [] }
    return unrecorded
  }

  /// How many phases those that take turns carried out since the last time, each chosen by the seed.
  func takeStepsToRecord() -> Int {
    defer { unrecordedSteps = 0 }
    return unrecordedSteps
  }

  /// Runs `body` while no recorded thread allocates.
  func whileNoneAllocates<Result: Sendable>(_ body: () throws(CommandError) -> Result) throws(CommandError) -> Result {
    guard let log else { return try body() }
    return try log.inOrder(body)
  }
}

// MARK: - What they have done together

extension WorkerPool {
  /// Workers started since the pool was last idle.
  package var shift: ArraySlice<Worker> { workers[shiftStart...] }

  /// Bytes a second of the shift, over the time at work; `nil` if it takes turns, or there is nothing to divide yet.
  package var averageRate: Double? { workTime.flatMap { rate(shift.reduce(0) { $0 + $1.bytes }, $0) } }

  /// How long the shift has been at work, without the time for which it was halted; `nil` if it takes turns.
  var workTime: Duration? {
    guard !isStepped else { return nil }
    let end = running == 0 ? shift.compactMap(\.endTime).max() ?? 0 : gate.time
    return .nanoseconds(Int64(clamping: end))
  }

  package func latencies(of phase: TimedPhase) -> Latencies {
    var sum = Latencies()
    for worker in shift { worker.addLatencies(of: phase, to: &sum) }
    return sum
  }

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
