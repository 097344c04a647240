import PageCache
import RangedMmap
import Synchronization

/// Reports what becomes of a file's pages, its size and its name, line by line, from a thread of its own.
///
/// It samples at the sampler's pace: after an event of the file, and less and less often while nothing changes. What makes
/// no event, as an eviction, is seen by a sample every few seconds, which takes some microseconds.
final class PageWatch: Sendable {
  let job: Job
  // Another file takes its place if the watch follows the name.
  private let subject: Mutex<SampledFile>
  // `nil` for all, however many they become.
  private let pages: ClosedRange<Int>?
  let asJSON: Bool
  private let time: Duration?
  private let alarm: WakeUp
  // Wakes the thread that prints.
  private let news: WakeUp
  private let report = Mutex(Report())

  private struct Report {
    var lines: [String] = []
    var changed: [Range<Int>] = []
    var count = 0
    var seen: Seen?
  }

  /// The file of the last sample, and how that stood.
  struct Seen {
    let file: SampledFile
    let standing: FileStanding?
  }

  /// What it has reported last; `nil` before the first sample.
  var seen: Seen? { report.withLock { $0.seen } }

  private struct Sample {
    var runs: [CacheRun] = []
    var lacking: PageCacheError?
    var standing: FileStanding?
    /// The pages whose bytes differ from those of the sample before.
    var changed: [Int] = []
    /// How many pages there were, if they were too many for that.
    var uncompared: Int?

    func state(of page: Int) -> CachedPage {
      let next = firstIndex(below: runs.count) { runs[$0].pages.lowerBound > page }
      return next > 0 && runs[next - 1].pages.contains(page) ? runs[next - 1].state : []
    }
  }

  // 32 MiB, which take 10 ms where all may have changed: so there is still a sample after each tenth of a second.
  static let mostCompared = 1 << 13

  init(
    _ file: SampledFile, _ pages: ClosedRange<Int>?, asJSON: Bool, for time: Duration?, waking news: WakeUp
  ) throws(CommandError) {
    alarm = try WakeUp()
    job = Job("watch", pages: 0, alarm: alarm)
    subject = Mutex(file)
    self.pages = pages
    self.asJSON = asJSON
    self.time = time
    self.news = news
  }

  /// Goes on with another file.
  func turn(to file: SampledFile) {
    subject.withLock { $0 = file }
    alarm.signal()
  }

  /// The lines since the last time, and the pages that they name.
  func takeNews() -> (lines: [String], changed: [Range<Int>]) {
    report.withLock { report in
      defer { (report.lines, report.changed) = ([], []) }
      return (report.lines, report.changed)
    }
  }

  /// What is printed when it has ended.
  var ending: [String] {
    let count = report.withLock { $0.count }
    let path = subject.withLock { $0.path }
    return asJSON ? line("end", [("changes", JSON(count))], "") : ["watched \(path): \(counted(count, "change"))"]
  }

  func run() {
    let deadline = time.map { ContinuousClock.now + $0 }
    var file: SampledFile?
    var events: FileEvents?
    var pace = Pace()
    var last = Sample()
    var bytes = ChangeWatch()
    while true {
      let left = deadline.map { $0 - .now }
      // Before the sample: what has changed until the end is reported.
      let isLast = job.wasStopped || left.map { $0 <= .zero } ?? false
      let current = subject.withLock { $0 }
      let isNew = file !== current
      if isNew { (file, events, bytes) = (current, try? FileEvents(of: current.descriptor), ChangeWatch()) }
      // Before the sample: nothing slips in between.
      let isTouched = events?.clear() == true
      let start = ContinuousClock.now
      let now = sample(current, &bytes, isTouched: isTouched || events == nil)
      let cost = ContinuousClock.now - start
      if isNew { add(beginning(now, current)) }
      let hasMoved = isNew || addChanges(from: last, to: now, of: current)
      last = now
      report.withLock { $0.seen = Seen(file: current, standing: now.standing) }
      if isLast { return }
      var pause = pace.next(hasMoved: hasMoved || isTouched, atMost: Pace.longest, cost: cost)
      if isTouched { pause = max(Sampler.eventTime, Pace.least(for: cost)) }
      alarm.wait(also: isTouched ? nil : events?.descriptor, atMost: [pause, left].compactMap { $0 }.min())
    }
  }

  private func sample(_ file: SampledFile, _ bytes: inout ChangeWatch, isTouched: Bool) -> Sample {
    var sample = Sample()
    sample.standing = file.standing
    let count = Alignment.pages(in: sample.standing?.size ?? 0)
    let wanted = pages.map { Range($0) } ?? 0..<count
    do throws(PageCacheError) {
      let answer = try KernelAnswer(file.descriptor, each: wanted.clamped(to: 0..<count))
      (sample.runs, sample.lacking) = (answer.value, answer.lacking)
    } catch { sample.lacking = error }
    guard file.isWatched, let first = sample.runs.first?.pages.lowerBound else { return sample }
    let states = sample.runs.flatMap { repeatElement($0.state, count: $0.pages.count) }
    guard states.count <= Self.mostCompared else {
      sample.uncompared = states.count
      return sample
    }
    let now = ContinuousClock.now
    // By events, and not by the file's time: a query of that has an effect on the next write.
    _ = bytes.compare(
      file, first..<first + states.count, states, isDoubtful: isTouched || sample.lacking != nil,
      at: now)
    sample.changed = bytes.changed(at: now)
    return sample
  }

  // What became dirty is reported by that, and what came into memory too.
  private func changedBytes(from last: Sample, to now: Sample) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for page in now.changed {
      let (before, state) = (last.state(of: page), now.state(of: page))
      guard before.contains(.cached), before.contains(.dirty) || !state.contains(.dirty) else { continue }
      found.join(page..<page + 1)
    }
    return found
  }

  private func beginning(_ sample: Sample, _ file: SampledFile) -> [String] {
    let counts = KernelCell(sample.runs, isResidencyOnly: sample.lacking != nil)
    let size = sample.standing?.size
    let fields = [
      ("file", JSON(file.path.string)), ("size", JSON(size)),
      ("cached", JSON(sample.lacking != nil && sample.runs.isEmpty ? nil : counts.cached)),
      ("dirty", JSON(counts.dirty)), ("reason", JSON(sample.lacking?.description)),
      ("comparesBytes", JSON(file.isWatched && sample.uncompared == nil)),
    ]
    let words =
      sample.lacking.map { "dirty and writeback are unknown: \($0)" }
      ?? "\(counts.cached) cached, \(counts.dirty ?? 0) dirty"
    let limit = sample.uncompared.map { _ in
      "; bytes are not compared in more than \(Self.mostCompared) pages: `watch 0-\(Self.mostCompared - 1)` compares"
    }
    let start = line(
      "start", fields, "watching \(file.path): \(counted(size ?? 0, "byte")), \(words)\(limit ?? "")")
    // A file that is followed may have lost its name before its first sample.
    guard let standing = sample.standing, standing.name != .kept else { return start }
    return start + name(standing, file)
  }

  private func name(_ standing: FileStanding, _ file: SampledFile) -> [String] {
    let path = standing.newPath?.string
    let fields = [
      ("fate", JSON(standing.name.fate)), ("path", JSON(standing.name == .kept ? file.path.string : path)),
    ]
    return line("name", fields, "name: \(standing.name.fate)" + (path.map { ", is \($0) now" } ?? ""))
  }

  private func addChanges(from last: Sample, to now: Sample, of file: SampledFile) -> Bool {
    var lines: [String] = []
    if let (before, size) = differing(last.standing?.size, now.standing?.size) {
      lines += line(
        "size", [("was", JSON(before)), ("is", JSON(size))], "size: \(counted(size, "byte")), was \(before)")
    }
    if differing(last.standing?.name, now.standing?.name) != nil, let standing = now.standing {
      lines += name(standing, file)
    }
    let changes = PageChange.changes(from: last.runs + grown(last, now), to: now.runs)
    for change in changes {
      let (word, before) =
        now.lacking == nil
        ? (change.word, "\(change.before)")
        : (change.now.isEmpty ? "evicted" : "cached", change.before.isEmpty ? "not cached" : "cached")
      let fields = [
        ("first", JSON(change.pages.lowerBound)), ("last", JSON(change.pages.upperBound - 1)), ("is", JSON(word)),
        ("was", JSON(before)),
      ]
      lines += line("pages", fields, "\(named(change.pages)): \(word), was \(before)")
    }
    let changed = changedBytes(from: last, to: now)
    for pages in changed {
      let fields = [("first", JSON(pages.lowerBound)), ("last", JSON(pages.upperBound - 1))]
      lines += line("bytes", fields, "\(named(pages)): other bytes")
    }
    if now.lacking != last.lacking, let reason = now.lacking {
      lines += line("unknown", [("reason", JSON(reason.description))], "unknown: \(reason)")
    }
    add(lines, changes.map(\.pages) + changed)
    report.withLock { $0.count += lines.count }
    return !lines.isEmpty
  }

  private func differing<Value: Equatable>(_ one: Value?, _ other: Value?) -> (Value, Value)? {
    guard let one, let other, one != other else { return nil }
    return (one, other)
  }

  // Pages that the file did not have at the last sample were not cached.
  private func grown(_ last: Sample, _ now: Sample) -> [CacheRun] {
    guard let end = now.runs.last?.pages.upperBound, last.lacking == now.lacking else { return [] }
    let start = last.runs.last?.pages.upperBound ?? now.runs[0].pages.lowerBound
    return start < end ? [CacheRun(pages: start..<end, state: [])] : []
  }

  private func line(_ event: String, _ fields: [(String, JSON)], _ words: String) -> [String] {
    let now = WallTime.now
    return asJSON
      ? ["\(JSON([("time", JSON(now.date)), ("event", JSON(event))] + fields))"] : ["\(now.timeOfDay) \(words)"]
  }

  private func add(_ lines: [String], _ changed: [Range<Int>] = []) {
    guard !lines.isEmpty else { return }
    report.withLock { report in
      report.lines += lines
      report.changed += changed
    }
    news.signal()
  }
}
