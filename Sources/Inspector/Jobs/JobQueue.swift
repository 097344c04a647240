import Synchronization

/// The long step of a session, one at a time: carried out at once without a screen, on a thread of its own with one.
final class JobQueue {
  typealias Ending = (Session) throws(CommandError) -> Event

  /// How long a step may keep the caller waiting before it goes on by itself; `nil` for as long as it takes.
  var patience: Duration?
  private var current: (job: Job, ending: Ending)?
  private var failure: CommandError?
  /// Whether a script waits for the step, and reports its failure with the place.
  var isAwaitedByScript = false
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  var job: Job? { current?.job }

  /// Does the work of a job.
  ///
  /// - Returns: What came of it; an empty event if it goes on.
  func start<Value: Sendable>(
    _ job: Job, in session: Session, goesOn: Bool = false,
    work body: @escaping @Sendable () throws(CommandError) -> Value,
    ending: @escaping (Session, Value) throws(CommandError) -> Event
  ) throws(CommandError) -> Event {
    let outcome = Outcome<Value>()
    let wholeEnding: Ending = { session throws(CommandError) in try ending(session, try outcome.get()) }
    let work: @Sendable () -> Void = {
      outcome.set(body)
      job.end()
    }
    let wakeUp = wakeUp
    let thread =
      patience == nil && !goesOn
      ? nil
      : Thread {
        work()
        wakeUp.signal()
      }
    guard thread != nil else {
      if goesOn { throw CommandError("\(job.name): the system gives no thread for it; close some programs") }
      work()
      return try wholeEnding(session)
    }
    // A short step ends as if it had been carried out at once.
    if !goesOn, let patience, job.waitForEnd(atMost: patience) { return try wholeEnding(session) }
    current = (job, wholeEnding)
    return Event(.done, [])
  }

  /// Ends the step that is under way in another way, if it is not the one that was before.
  func replaceEnding(unless before: Job?, _ make: (@escaping Ending) -> Ending) -> Bool {
    guard let (job, ending) = current, job !== before else { return false }
    current = (job, make(ending))
    return true
  }

  func takeEnding() -> Ending? {
    guard let (job, ending) = current, job.hasEnded else { return nil }
    current = nil
    return ending
  }

  func fail(_ error: CommandError) { failure = error }

  /// Why the last step failed; `nil` the next time.
  func takeFailure() -> CommandError? { failure.take() }

  func stopAndWait() {
    job?.stop()
    job?.waitForEnd()
  }
}

private final class Outcome<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, CommandError>?>(nil)

  func set(_ body: () throws(CommandError) -> Value) {
    let found: Result<Value, CommandError>
    do throws(CommandError) { found = .success(try body()) } catch { found = .failure(error) }
    result.withLock { $0 = found }
  }

  func get() throws(CommandError) -> Value {
    guard let found = result.withLock({ $0.take() }) else { throw CommandError("the step has not ended yet") }
    return try found.get()
  }
}
