import RangedMmap
import Synchronization

/// A step that may take long: what it is, its progress, and whether it is to stop.
///
/// Every member may be used from any thread.
package final class Job: Sendable {
  package let name: String
  /// How many pages it is about; 0 if that says nothing of how long it takes.
  package let total: Int
  package let start = ContinuousClock.now
  private let doneCount = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let isOver = Monitor(false)
  private let alarm: WakeUp?

  /// Whether it goes on until it is stopped, or for a time that it knows.
  package var isOpenEnded: Bool { alarm != nil }

  init(_ name: String, pages total: Int, alarm: WakeUp? = nil) {
    self.name = name
    self.total = total
    self.alarm = alarm
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
  func end() { isOver.withLock { $0 = true } }
}

/// A step ended early because it was asked to.
struct Stopped: Error {}
