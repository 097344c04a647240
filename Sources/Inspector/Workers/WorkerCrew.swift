import RangedMmap

/// The worker threads of a session.
public final class WorkerCrew {
  /// All that were started on the open file, the ended ones too.
  public private(set) var workers: [Worker] = []
  private var threads: [Thread] = []
  private var gate = Gate()
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  /// How many have not ended.
  public var running: Int { workers.count { !$0.hasEnded } }
  /// How many ranges all have finished.
  public var operations: Int { workers.reduce(0) { $0 + $1.operations } }
  /// Whether they are halted.
  public var isPaused: Bool { running > 0 && gate.isShut }

  func start(
    _ count: Int, _ order: WorkOrder, _ file: MmapFile, _ allocator: ConcurrentAllocator
  ) throws(CommandError) {
    if running == 0 { gate = Gate() }
    for _ in 0..<count {
      let worker = Worker(workers.count + 1, order)
      let (gate, wakeUp) = (gate, wakeUp)
      let thread = Thread {
        worker.run(file, allocator, gate)
        wakeUp.signal()
      }
      guard let thread else {
        throw CommandError("workers start: the system gives no more threads; \(running) are running")
      }
      workers.append(worker)
      threads.append(thread)
    }
  }

  func pause() { gate.move(to: .shut) }
  func resume() { gate.move(to: .open) }
  func stop() { gate.move(to: .closed) }

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
  }
}
