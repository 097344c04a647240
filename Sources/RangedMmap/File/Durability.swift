/// Decides what a sync proves.
///
/// The kernel reports a failed writeback *once*, to the next sync of the open file (`OwnFile`); the one after it
/// succeeds, while the bytes are gone. So a failure counts for everything that was not durable: it begins a new
/// *epoch*, and what was written in an older one is lost (``PageStates`` reads it so, and its receipts are refused).
///
/// Of two syncs at the same time either may get the report. So a sync that succeeded waits for those that were under
/// way when it ended, and then checks whether its epoch is still the current one.
final class Durability: Sendable {
  private struct Log {
    var next: UInt64 = 0
    var underWay: Set<UInt64> = []
  }

  private let log = Monitor(Log())
  private let states: PageStates
  /// Held by a sync of the whole file: two would promote each other's pages.
  let wholeFile = Monitor(())

  init(_ states: PageStates) { self.states = states }

  /// Runs one sync, whose failure begins a new epoch.
  ///
  /// A success counts only if no concurrent sync failed: it waits for those, and the caller then compares epochs.
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

  /// Counts a failure that the kernel did not report.
  func fail() { log.withLock { _ in states.beginEpoch() } }
}
