/// Decides what a sync proves.
///
/// The kernel tells a failed writeback *once*, to whichever sync of the open file (`OwnFile`) asks first; the next is told
/// that all is well, while the bytes are gone. So a failure counts for everything that was not durable: it begins a new
/// *epoch*, and what was written in an older one is lost (``PageStates`` reads it so, and its receipts are refused).
///
/// Of two syncs at the same time the other one may be told. Therefore a sync that was told "done" waits for those
/// that were under way when it ended, and only then looks whether its epoch is still the current one.
final class Durability: Sendable {
  private struct Log {
    var next: UInt64 = 0
    var underWay: Set<UInt64> = []
  }

  private let log = Monitor(Log())
  private let states: PageStates
  /// Held by whoever syncs the whole file: two would promote each other's pages.
  let wholeFile = Monitor(())

  init(_ states: PageStates) { self.states = states }

  /// Runs one sync; when it returns with success, the answers of all that ran beside it count as well.
  ///
  /// The `body` gives `nil` for success. Every failure begins a new epoch.
  func attempt<Failure>(_ body: () -> Failure?) -> Failure? {
    let ticket = log.withLock { log in
      defer { log.next += 1 }
      log.underWay.insert(log.next)
      return log.next
    }
    let failure = body()
    let horizon = log.withLock { log in
      if failure != nil { states.beginEpoch() }
      log.underWay.remove(ticket)
      return log.next
    }
    if failure == nil { log.wait { log in log.underWay.contains { $0 < horizon } ? nil : () } }
    return failure
  }

  /// Counts a failure that the kernel did not tell.
  func fail() { log.withLock { _ in states.beginEpoch() } }
}
