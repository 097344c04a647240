import DequeModule
import RangedMmap

extension Session {
  package var job: Job? { jobs.job }

  /// How long a command may keep the caller waiting before it goes on by itself; `nil` for as long as it takes.
  ///
  /// A longer command gives an empty event, ``job`` has its progress, ``isWaiting`` holds scripts back, and ``collect()``
  /// takes in its end.
  package var patience: Duration? {
    get { jobs.patience }
    set { jobs.patience = newValue }
  }

  /// Moves ranges on, and reports it when all have arrived.
  func send(
    _ labels: [Int], _ name: String, _ step: RangeStep, reporting line: String,
    asPart part: @escaping (RangeSelection) -> Command
  ) throws(CommandError) -> Event {
    let file = try openFile()
    let stored = step.writesBack ? storedCount(ofRanges: labels, isSynced: step.isSync) : nil
    var records = UniqueDeque<RangeRecord>()
    for label in labels { records.append(document.ranges.take(label)) }
    var pages = labels.reduce(0) { $0 + Alignment.pages(in: document.ranges.bytes($1).count) }
    // The wait for the whole file is what takes long; after it the ranges' own are none.
    if case .syncAll = step { pages = file.states.count }
    let rangeJob = RangeJob(step, file, Job(name, pages: pages, dropsDirtyPages: step.isPunch), records)
    return try jobs.start(rangeJob.job, in: self, work: rangeJob.run) { session, _ throws(CommandError) in
      var load = rangeJob.takeLoad()
      for label in labels {
        if let record = load.finished.popFirst() { session.document.ranges.put(record, at: label) }
      }
      if let failure = load.failure {
        session.recorder.achieved = session.achieved(labels, arrived: load.arrived, step, part)
        throw failure
      }
      var event = Event.done(line)
      event.stored = stored
      return event
    }
  }

  // What was done of a step that failed, as commands.
  private func achieved(
    _ labels: [Int], arrived: Int, _ step: RangeStep, _ part: (RangeSelection) -> Command
  ) -> [Command] {
    var commands = Self.runs(labels.prefix(arrived)).map { part(.labels($0)) }
    // A sync that ended early has begun with writeback.
    if step.isSync, let states = file?.states {
      let flushing = labels.dropFirst(arrived).filter {
        states[document.ranges.summary($0).bytes.lowerBound / Alignment.page] == .flushing
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
    throw CommandError("\(verb): `\(job.name)` is still under way; \(Rule.oneStep); wait for it, or stop it with Esc")
  }

  func collectJob() {
    guard let (end, isAwaitedByScript) = jobs.takeEnding() else { return }
    let cost = jobs.takeCost()
    lastAct = .now
    do throws(CommandError) {
      note(priced(try end(self), cost))
      recordEnd(hasFailed: false)
    } catch {
      recordEnd(hasFailed: true)
      if !isAwaitedByScript {
        note(priced(Event(.failure, [error.description]), cost))
      }
      jobs.fail(error)
    }
  }

  func finishJob() {
    jobs.stopAndWait()
    collectJob()
  }
}
