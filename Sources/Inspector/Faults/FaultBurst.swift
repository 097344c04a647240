import PageCache
import RangedMmap

/// Faults that came together: one after the other within a tenth of a second, for a second at most.
struct FaultBurst {
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  // In the order in which they came.
  private var pages: [Int] = []
  private var majorCount = 0
  private var threads: Set<Int32> = []
  private var lostCount = 0
  // When the last of them was.
  private var time: Duration?

  private static let quietTime = Duration.milliseconds(100)
  private static let longest = Duration.seconds(1)
  // Some two rows of a window of 80 columns.
  private static let mostRuns = 12

  init(at now: ContinuousClock.Instant) { (start, last) = (now, now) }

  /// When it is over, if no more come.
  var end: ContinuousClock.Instant { min(last + Self.quietTime, start + Self.longest) }

  mutating func add(_ faults: [PageFault], lost: Int, at now: ContinuousClock.Instant) {
    last = now
    lostCount += lost
    time = faults.last?.time ?? time
    for fault in faults {
      pages.append(fault.page)
      if fault.isMajor { majorCount += 1 }
      threads.insert(fault.threadID)
    }
  }

  /// What is said of it, with the time of its last fault.
  func event(by process: String, _ processID: Int32) -> Event {
    var lines: [String] = []
    if !pages.isEmpty { lines.append("\(process) faulted " + facts(processID).joined(separator: ", ")) }
    if lostCount > 0 {
      let verb = lostCount == 1 ? "is" : "are"
      lines.append(
        "\(process): \(counted(lostCount, "record")) of faults came too fast and \(verb) lost; what they were of is unknown"
      )
    }
    var event = Event(.news, lines, isMeasured: true)
    event.time = time.map(WallTime.init(sinceEpoch:))
    return event
  }

  private func facts(_ processID: Int32) -> [String] {
    let runs = [Range<Int>].joining(pages)
    let count = runs.reduce(0) { $0 + $1.count }
    let numbers = runs.prefix(Self.mostRuns).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound - 1)"
    }
    let rest = runs.count > numbers.count ? " and \(counted(runs.count - numbers.count, "run")) more" : ""
    var facts = ["\(count == 1 ? "page" : "pages") " + numbers.joined(separator: ", ") + rest]
    if runs.count > 1 { facts[0] += ": \(counted(count, "page"))" }
    if pages.count != count { facts.append(counted(pages.count, "fault")) }
    if majorCount > 0 { facts.append(majorCount == pages.count ? "from storage" : "\(majorCount) from storage") }
    if threads.count > 1 {
      facts.append("by \(threads.count) threads")
    } else if let thread = threads.first, thread != processID {
      facts.append("by its thread \(thread)")
    }
    return facts
  }
}

extension [Range<Int>] {
  /// Pages in any order as runs in order.
  static func joining(_ pages: [Int]) -> Self {
    pages.sorted().reduce(into: []) { runs, page in
      if let last = runs.last, page < last.upperBound { return }
      runs.join(page..<page + 1)
    }
  }
}
