import RangedMmap
import Synchronization

/// A step that may take long: what it is, its progress, and whether it is to stop.
///
/// Every member may be used from any thread.
package final class Job: Sendable {
  package let name: String
  /// How many pages it is about; 0 if that says nothing of how long it takes.
  package let total: Int
  /// Whether it heeds ``stop()`` before it is done.
  package let isStoppable: Bool
  package let start = ContinuousClock.now
  private let doneCount = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  // What its work cost, once that has ended.
  private let cost = Mutex<ActCost?>(nil)
  private let isOver = Monitor(false)
  private let alarm: WakeUp?
  /// Whether dirty pages may go with it and not be written.
  let dropsDirtyPages: Bool

  /// Whether it goes on until it is stopped, or for a time that it knows.
  package var isOpenEnded: Bool { alarm != nil }

  init(
    _ name: String, pages total: Int, alarm: WakeUp? = nil, isStoppable: Bool = true, dropsDirtyPages: Bool = false
  ) {
    self.name = name
    self.total = total
    self.alarm = alarm
    self.isStoppable = isStoppable
    self.dropsDirtyPages = dropsDirtyPages
  }

  package var done: Int { doneCount.load(ordering: .relaxed) }

  /// The time left if it goes on as it went; `nil` while it is unknown.
  package var timeLeft: Duration? {
    let done = done
    guard done > 0, done < total else { return nil }
    return (ContinuousClock.now - start) * (Double(total - done) / Double(done))
  }

  /// Asks for an early end, at the next place where nothing is left half done.
  package func stop() {
    isStopped.store(true, ordering: .releasing)
    alarm?.signal()
  }

  package var wasStopped: Bool { isStopped.load(ordering: .acquiring) }

  var hasEnded: Bool { isOver.wait { $0 } }

  /// Sleeps until it has ended, by no wake-up of others; whether it had ended when time was up.
  func waitForEnd(atMost time: Duration) -> Bool { isOver.wait(atMost: time) { $0 ? true : nil } ?? false }
  func waitForEnd() { isOver.wait { $0 ? () : nil } }

  func advance(by pages: Int) { doneCount.wrappingAdd(pages, ordering: .relaxed) }
  // By the queue alone, when the outcome is there.
  fileprivate func end(at cost: ActCost) {
    self.cost.withLock { $0 = cost }
    isOver.withLock { $0 = true }
  }
  fileprivate var costTaken: ActCost? { cost.withLock { $0 } }
}

/// A step ended early because it was asked to.
struct Stopped: Error {}

/// The long step of a session, one at a time: carried out at once without a screen, on a thread of its own with one.
final class JobQueue {
  typealias Ending = (Session) throws(CommandError) -> Event

  /// How long a step may keep the caller waiting before it goes on by itself; `nil` for as long as it takes.
  var patience: Duration?
  // A script that waits for the step reports its failure with the place.
  private var current: (job: Job, ending: Ending, isAwaitedByScript: Bool)?
  private var failure: CommandError?
  private var cost: ActCost?
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  var job: Job? { current?.job }

  /// Does the work of a job, on a thread where it `goesOn` until it is stopped; an empty event if it has not ended yet.
  func start<Value: Sendable>(
    _ job: Job, in session: Session, goesOn: Bool = false,
    work body: @escaping @Sendable () throws(CommandError) -> Value,
    ending: @escaping (Session, Value) throws(CommandError) -> Event
  ) throws(CommandError) -> Event {
    let outcome = Outcome<Value>()
    let wholeEnding: Ending = { session throws(CommandError) in try ending(session, try outcome.get()) }
    // What goes on by itself only looks.
    let file = goesOn ? nil : session.file
    let work: @Sendable () -> Void = {
      let meter = ActMeter(file, countsCleaned: !job.dropsDirtyPages)
      outcome.set(body)
      job.end(at: meter.cost())
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
      cost = job.costTaken
      return try wholeEnding(session)
    }
    // A short step ends as if it had been carried out at once.
    if !goesOn, let patience, job.waitForEnd(atMost: patience) {
      cost = job.costTaken
      return try wholeEnding(session)
    }
    current = (job, wholeEnding, false)
    return Event(.done, [])
  }

  /// Ends the step that is under way in another way, if it is not the one that was before.
  func replaceEnding(unless before: Job?, _ make: (@escaping Ending) -> Ending) -> Bool {
    guard let (job, ending, isAwaited) = current, job !== before else { return false }
    current = (job, make(ending), isAwaited)
    return true
  }

  /// Lets the script that started the step wait for it; whether there is one.
  func awaitByScript() -> Bool {
    current?.isAwaitedByScript = true
    return current != nil
  }

  /// The ending of a step that has ended, once, and whether a script waits for it.
  func takeEnding() -> (end: Ending, isAwaitedByScript: Bool)? {
    guard let (job, end, isAwaited) = current, job.hasEnded else { return nil }
    current = nil
    cost = job.costTaken
    return (end, isAwaited)
  }

  func fail(_ error: CommandError) { failure = error }

  /// Why the last step failed; `nil` the next time.
  func takeFailure() -> CommandError? { failure.take() }

  /// What the work of the last step cost, without the wait for its thread and what was made for the screen of it; `nil`
  /// the next time.
  func takeCost() -> ActCost? { cost.take() }

  /// Does a part of a short step, and takes what it cost for the cost of the step.
  func measure<Value, Failure: Error>(
    of file: MmapFile?, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let meter = ActMeter(file)
    defer { cost = meter.cost() }
    return try body()
  }

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
