import Synchronization

/// A step that may take long: what it is, how far it has come, and whether somebody wants it stopped.
///
/// Every member may be used from any thread.
public final class Job: Sendable {
  /// The command, in a few words.
  public let name: String
  /// How many pages it is about; 0 if that says nothing of how long it takes.
  public let total: Int
  /// When it began.
  public let start = ContinuousClock.now
  private let doneCount = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let hasEndedFlag = Atomic<Bool>(false)

  init(_ name: String, pages total: Int) {
    self.name = name
    self.total = total
  }

  /// How many pages are done.
  public var done: Int { doneCount.load(ordering: .relaxed) }

  /// The time left if it goes on as it went; `nil` while that can't be told.
  public var timeLeft: Duration? {
    let done = done
    guard done > 0, done < total else { return nil }
    return (ContinuousClock.now - start) * (Double(total - done) / Double(done))
  }

  /// Asks for an early end, at the next place where nothing is left half done.
  public func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Whether it was asked to end early.
  public var wasStopped: Bool { isStopped.load(ordering: .relaxed) }

  var hasEnded: Bool { hasEndedFlag.load(ordering: .acquiring) }

  func advance(by pages: Int) { doneCount.wrappingAdd(pages, ordering: .relaxed) }
  func end() { hasEndedFlag.store(true, ordering: .releasing) }
}

/// Says that a step ended early because somebody asked for it.
struct Stopped: Error {}
