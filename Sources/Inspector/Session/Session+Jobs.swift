import DequeModule
import RangedMmap

// Steps that may take long: on the spot where nobody watches, on a thread of their own where somebody does.

extension Session {
  /// A job that is under way, and how its end is taken in.
  struct Pending {
    let job: Job
    let finish: (Session) throws(CommandError) -> Event
  }

  /// The long step that is under way, or `nil`.
  package var job: Job? { pending?.job }

  /// Asks the long step for an early end.
  package func stopJob() { pending?.job.stop() }

  /// Moves ranges on, and tells of it when all have arrived.
  func send(
    _ labels: [Int], _ name: String, _ step: RangeStep, telling line: String,
    asPart part: @escaping (RangeSelection) -> Command
  ) throws(CommandError) -> Event {
    let file = try openFile()
    var records = UniqueDeque<RangeRecord>()
    for label in labels { records.append(ranges.take(label)) }
    var pages = labels.reduce(0) { $0 + Alignment.pages(in: ranges.bytes($1).count) }
    // The wait for the whole file is what takes long; after it the ranges' own are none.
    if case .syncAll = step { pages = file.states.count }
    let errand = Errand(step, file, Job(name, pages: pages), records)
    let pending = Pending(job: errand.job) { session throws(CommandError) in
      var load = errand.takeLoad()
      for label in labels { if let record = load.finished.popFirst() { session.ranges.put(record, at: label) } }
      if let failure = load.failure {
        session.achieved = session.told(labels, arrived: load.arrived, part)
        throw failure
      }
      return .done(line)
    }
    return try start(pending) { errand.run() }
  }

  // What was done of a step that failed, as commands.
  private func told(_ labels: [Int], arrived: Int, _ part: (RangeSelection) -> Command) -> [Command] {
    var commands = Self.runs(labels.prefix(arrived)).map { part(.labels($0)) }
    // A sync that ended early has begun with writeback.
    if part(.all) == .sync(.all), let states = file?.states {
      let flushing = labels.dropFirst(arrived).filter {
        states[ranges.summary($0).bytes.lowerBound / Alignment.page] == .flushing
      }
      commands += Self.runs(flushing).map { .flush(.labels($0)) }
    }
    return commands
  }

  private static func runs(_ labels: some Sequence<Int>) -> [ClosedRange<Int>] {
    var runs: [ClosedRange<Int>] = []
    for label in labels {
      if let last = runs.last, last.upperBound == label - 1 {
        runs[runs.count - 1] = last.lowerBound...label
      } else {
        runs.append(label...label)
      }
    }
    return runs
  }

  func requireNoJob(_ verb: String) throws(CommandError) {
    guard let job else { return }
    throw CommandError("\(verb): `\(job.name)` is still under way; wait for it, or stop it with Esc")
  }

  /// Does the work of a job: here and now, or on a thread if the session's owner has no patience.
  func start(_ pending: Pending, _ body: @escaping @Sendable () -> Void) throws(CommandError) -> Event {
    guard let patience else {
      body()
      return try pending.finish(self)
    }
    let wakeUp = wakeUp
    guard
      Thread({
        body()
        wakeUp.signal()
      }) != nil
    else {
      body()
      return try pending.finish(self)
    }
    // What is soon over needs no second thought: it is told as if it had been done on the spot.
    if pending.job.waitForEnd(atMost: patience) { return try pending.finish(self) }
    self.pending = pending
    return Event(.done, [])
  }

  /// Takes in a job that has ended.
  func collectJob() {
    guard let ended = pending, ended.job.hasEnded else { return }
    pending = nil
    do throws(CommandError) {
      note(try ended.finish(self))
      recordEnd(hasFailed: false)
    } catch {
      recordEnd(hasFailed: true)
      let failure = Event(.failure, [error.description])
      note(failure)
      jobFailure = error
    }
  }

  /// Why the last long step failed, the first time it is asked for.
  func takeJobFailure() -> CommandError? {
    defer { jobFailure = nil }
    return jobFailure
  }

  /// Stops the long step and waits for its end.
  func finishJob() {
    stopJob()
    job?.waitForEnd()
    collectJob()
  }
}
