import RangedMmap

/// A wait until a process has faulted the pages that a script expects.
final class FaultWait: Sendable {
  let job: Job
  private let feed: FaultFeed
  private let pages: ClosedRange<Int>
  private let time: Duration

  init(_ feed: FaultFeed, _ pages: ClosedRange<Int>, within time: Duration) {
    job = Job("expect \(Expectation.faulted(.numbered(pages), within: .zero))", pages: 0)
    (self.feed, self.pages, self.time) = (feed, pages, time)
  }

  // How soon it ends after it was asked to.
  private static let pause = Duration.milliseconds(20)

  /// Waits until all were seen, or there is nothing more to wait for; those that were not.
  func run() -> [Range<Int>] {
    let deadline = ContinuousClock.now + time
    while true {
      // What came before the end counts.
      let isLast = ContinuousClock.now >= deadline || job.wasStopped || feed.hasEnded || feed.wasStopped
      let missing = feed.missing(of: pages)
      if missing.isEmpty || isLast { return missing }
      feed.wait(atMost: min(Self.pause, max(.zero, deadline - .now)))
    }
  }

  /// What those that are missing mean.
  func event(_ missing: [Range<Int>]) throws(CommandError) -> Event {
    guard !missing.isEmpty else {
      return .asExpected("\(Expectation.faulted(.numbered(pages), within: .zero))", isMeasured: true)
    }
    let end =
      job.wasStopped
      ? "stopped: "
      : feed.wasStopped ? "the watch has ended: " : feed.hasEnded ? "the process has ended: " : ""
    let count = missing.reduce(0) { $0 + $1.count }
    let others = missing.count > 1 ? " and others" : ""
    let found =
      pages.count == 1
      ? "and it was not"
      : count == pages.count ? "none was" : "\(named(missing[0]))\(others) \(count == 1 ? "was" : "were") not"
    throw CommandError(
      "\(end)expected \(feed.process) to have faulted \(named(Range(pages))), \(found) seen; a page that is mapped already "
        + "makes no fault")
  }
}
