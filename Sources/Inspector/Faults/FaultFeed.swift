import PageCache
import RangedMmap
import SystemPackage

/// Watches the faults of a process on the open file, on a thread of its own that sleeps while there are none.
///
/// Every member may be used from any thread.
final class FaultFeed: Sendable {
  /// Whether it was named as the child of a lesson.
  let isChild: Bool
  let since = WallTime.now
  private let watch: FaultWatch
  // Wakes this thread.
  private let alarm: WakeUp
  // Wakes the thread that draws.
  private let news: WakeUp
  private let state: Monitor<State>

  private struct State {
    var table: FaultTable
    var flashes = FaultFlashes()
    var counts = FaultCounts()
    // A process that turns to another program gets another name.
    var name: String
    var lostSeen = 0
    var burst: FaultBurst?
    var bursts: [FaultBurst] = []
    // What has come and is not in the table yet.
    var pending: [PageFault] = []
    var isStopped = false
    var hasEnded = false
    var endIsReported = false
  }

  // 30 frames a second, which look like motion.
  private static let frameTime = Duration.milliseconds(33)
  // A ring holds 8,000 faults, which is what a processor can do in 5 ms, and in some 50 ms where it is watched.
  private static let pause = Duration.milliseconds(8)

  init(
    _ file: SampledFile, by process: Int32, isChild: Bool, waking news: WakeUp
  ) throws(CommandError) {
    do throws(FaultWatchError) {
      watch = try FaultWatch(of: file.descriptor, by: process, requiresMapping: false)
    } catch { throw CommandError(error, watching: process) }
    alarm = try WakeUp()
    (self.isChild, self.news) = (isChild, news)
    state = Monitor(State(table: FaultTable(from: .milliseconds(since.milliseconds)), name: watch.processName))
    guard Thread({ [self] in run() }) != nil else {
      throw CommandError("faults \(process): the system gives no thread for it; close some programs")
    }
  }

  var processID: Int32 { watch.processID }
  var name: String { state.withLock { $0.name } }
  /// Its name and number.
  var process: String { "\(name) \(processID)" }
  var mapsFile: Bool { watch.mapsFile }
  var includesSystemCalls: Bool { watch.includesSystemCalls }
  var hasEnded: Bool { state.withLock { $0.hasEnded } }
  var wasStopped: Bool { state.withLock { $0.isStopped } }

  // MARK: On the thread itself

  private func run() {
    var earliest = ContinuousClock.now
    while true {
      let hasCome = alarm.wait(also: watch.descriptor, atMost: timeLeft(earliest))
      let now = ContinuousClock.now
      let (isNews, isOver) = state.withLock { state in
        if state.isStopped { return (false, true) }
        take(&state, at: now)
        if state.hasEnded { close(&state) }
        if let burst = state.burst, burst.end <= now { close(&state) }
        let isDue = !state.pending.isEmpty && now >= earliest
        if isDue { settle(&state, at: now) }
        return (isDue || !state.bursts.isEmpty || state.hasEnded, state.hasEnded)
      }
      if isNews {
        earliest = now + Self.frameTime
        news.signal()
      }
      if isOver { return }
      if hasCome { alarm.wait(atMost: Self.pause) }
    }
  }

  private func timeLeft(_ earliest: ContinuousClock.Instant) -> Duration? {
    state.withLock { state in
      [state.pending.isEmpty ? nil : earliest, state.burst?.end].compactMap { $0 }.min().map { max(.zero, $0 - .now) }
    }
  }

  // MARK: With the lock held

  private func take(_ state: inout State, at now: ContinuousClock.Instant) {
    let faults = watch.take()
    let lost = watch.lostCount - state.lostSeen
    state.lostSeen += lost
    if watch.hasEnded { state.hasEnded = true }
    guard !faults.isEmpty || lost > 0 else { return }
    if state.burst == nil { state.name = watch.processName }
    var burst = state.burst ?? FaultBurst(at: now)
    burst.add(faults, lost: lost, at: now)
    state.burst = burst
    state.pending += faults
    state.counts.add(faults, lost: lost)
  }

  private func settle(_ state: inout State, at now: ContinuousClock.Instant) {
    for fault in state.pending { state.table.add(fault) }
    state.flashes.add(.joining(state.pending.map(\.page)), at: now)
    state.pending.removeAll(keepingCapacity: true)
    state.counts.pages = state.table.pageCount
  }

  private func close(_ state: inout State) {
    if let burst = state.burst.take() { state.bursts.append(burst) }
  }

  // With all that has come until now.
  private func withFaults<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
    state.withLock { state in
      let now = ContinuousClock.now
      if !state.isStopped { take(&state, at: now) }
      settle(&state, at: now)
      return body(&state)
    }
  }
}

/// How many faults of a process were seen.
struct FaultCounts: Sendable {
  private(set) var faults = 0
  /// How many of them waited for storage.
  private(set) var major = 0
  /// On how many pages they were.
  fileprivate(set) var pages = 0
  /// How many records came too fast.
  private(set) var lost = 0
  private(set) var last: WallTime?

  fileprivate mutating func add(_ new: [PageFault], lost more: Int) {
    faults += new.count
    major += new.count { $0.isMajor }
    lost += more
    last = new.last.map { WallTime(sinceEpoch: $0.time) } ?? last
  }

  var words: String {
    let parts = [counted(faults, "fault") + " on \(counted(pages, "page"))", "\(major) from storage"]
    return (parts + (lost > 0 ? ["\(counted(lost, "record")) lost"] : [])).joined(separator: ", ")
  }
}

extension FaultFeed {
  /// What was seen until now.
  var counts: FaultCounts { withFaults { $0.counts } }
  var runs: [Range<Int>] { withFaults { $0.table.runs } }

  /// The pages among these that were not seen to fault.
  func missing(of pages: ClosedRange<Int>) -> [Range<Int>] {
    withFaults { state in
      pages.reduce(into: []) { missing, page in if state.table[page] == nil { missing.join(page..<page + 1) } }
    }
  }

  /// Sleeps until another thread has taken faults, or for a time.
  func wait(atMost time: Duration) {
    let before = state.withLock { $0.counts.faults }
    _ = state.wait(atMost: time) { $0.counts.faults != before || $0.isStopped || $0.hasEnded ? true : nil }
  }

  /// When a page faulted last.
  func fault(ofPage page: Int, takesNew: Bool) -> SeenFault? {
    let seen = takesNew ? withFaults { $0.table[page] } : state.withLock { $0.table[page] }
    return seen.map { SeenFault(process: process, time: $0.time, isMajor: $0.isMajor) }
  }

  func marks(of pages: Range<Int>, each pagesPerCell: Int) -> [KernelSample.Mark?] {
    state.withLock { $0.flashes.marks(of: pages, each: pagesPerCell, at: .now) }
  }

  var areFresh: Bool { state.withLock { $0.flashes.areFresh(at: .now) } }
  /// How long until a mark changes that has faulted lately.
  var markTime: Duration? { state.withLock { $0.flashes.timeLeft(at: .now) } }

  /// How many pages were seen, for a frame.
  var pageCount: Int { state.withLock { $0.table.pageCount } }

  /// The bursts that are over and not reported yet, and once that the process has ended.
  func takeNews() -> [Event] {
    let (bursts, ending) = state.withLock { state in
      defer {
        state.bursts = []
        state.endIsReported = state.hasEnded
      }
      return (state.bursts, state.hasEnded && !state.endIsReported ? state.counts : nil)
    }
    return bursts.map { $0.event(by: process, processID) }
      + (ending.map { [Event(.news, ["\(process) has ended: \($0.words) were seen"], isMeasured: true)] } ?? [])
  }

  /// Ends it; what has come until now is news.
  func stop() {
    withFaults { state in
      close(&state)
      state.isStopped = true
    }
    alarm.signal()
  }
}

/// A fault that was seen on a page.
package struct SeenFault: Sendable {
  /// Name and number of the process.
  package let process: String
  package let time: WallTime
  /// Whether it waited for storage.
  package let isMajor: Bool

  /// By whom it was, when, and what it waited for.
  package var words: [String] { ["by \(process)", "at \(time)"] + (isMajor ? ["from storage"] : []) }
}
