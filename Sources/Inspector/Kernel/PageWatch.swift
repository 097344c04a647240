import PageCache
import RangedMmap
import Synchronization
import SystemPackage

/// Tells what becomes of a file's pages, its size and its name, line by line, from a thread of its own.
///
/// It looks at the sampler's pace: after an event of the file, and less and less often while nothing changes. What makes no
/// event, as an eviction, is seen by a look every few seconds, which takes some microseconds.
final class PageWatch: Sendable {
  let job: Job
  // Another one takes its place where its name is gone along with.
  private let subject: Mutex<SampledFile>
  // Those that are watched, or `nil` for all, however many they become.
  private let pages: ClosedRange<Int>?
  let asJSON: Bool
  private let time: Duration?
  private let alarm: WakeUp
  // Wakes whoever prints.
  private let news: WakeUp
  private let told = Mutex(Told())

  private struct Told {
    var lines: [String] = []
    var changed: [Range<Int>] = []
    var count = 0
    var seen: Seen?
  }

  /// Which file it has looked at last, and how that stood.
  struct Seen {
    let file: SampledFile
    let standing: FileStanding?
  }

  /// What it has told of last; `nil` before the first look.
  var seen: Seen? { told.withLock { $0.seen } }

  // What one look has shown.
  private struct Look {
    var runs: [CacheRun] = []
    var lacking: PageCacheError?
    var standing: FileStanding?
  }

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

  /// The lines since the last time, and the pages that they tell of.
  func takeNews() -> (lines: [String], changed: [Range<Int>]) {
    told.withLock { told in
      defer { (told.lines, told.changed) = ([], []) }
      return (told.lines, told.changed)
    }
  }

  /// What is told when it has ended.
  var ending: [String] {
    let count = told.withLock { $0.count }
    let path = subject.withLock { $0.path }
    return asJSON ? line("end", [("changes", JSON(count))], "") : ["watched \(path): \(counted(count, "change"))"]
  }

  func run() {
    defer { job.end() }
    let deadline = time.map { ContinuousClock.now + $0 }
    var file: SampledFile?
    var events: FileEvents?
    var pace = Pace()
    var last = Look()
    while true {
      let left = deadline.map { $0 - .now }
      // Before the look: what has changed until the end is told.
      let isLast = job.wasStopped || left.map { $0 <= .zero } ?? false
      let current = subject.withLock { $0 }
      let isNew = file !== current
      if isNew { (file, events) = (current, try? FileEvents(of: current.descriptor)) }
      // Before the look, so that nothing slips in between.
      let isTouched = events?.clear() == true
      let start = ContinuousClock.now
      let now = look(at: current)
      let cost = ContinuousClock.now - start
      if isNew { tell(beginning(now, current)) }
      let hasMoved = isNew || tell(from: last, to: now, of: current)
      last = now
      told.withLock { $0.seen = Seen(file: current, standing: now.standing) }
      if isLast { return }
      var pause = pace.next(hasMoved: hasMoved || isTouched, atMost: .seconds(4), cost: cost)
      // Somebody who writes all the time is looked at ten times a second.
      if isTouched { pause = max(.milliseconds(100), cost * 9) }
      alarm.wait(also: isTouched ? nil : events?.descriptor, atMost: [pause, left].compactMap { $0 }.min())
    }
  }

  // MARK: Looking

  private func look(at file: SampledFile) -> Look {
    var look = Look()
    look.standing = file.standing
    let count = Alignment.pages(in: look.standing?.size ?? 0)
    let wanted = pages.map { $0.lowerBound..<$0.upperBound + 1 } ?? 0..<count
    do throws(PageCacheError) {
      let answer = try KernelAnswer(file.descriptor, each: wanted.clamped(to: 0..<count))
      (look.runs, look.lacking) = (answer.value, answer.lacking)
    } catch { look.lacking = error }
    return look
  }

  // MARK: Telling

  private func beginning(_ look: Look, _ file: SampledFile) -> [String] {
    let cached = look.runs.reduce(0) { $0 + ($1.state.contains(.cached) ? $1.pages.count : 0) }
    let dirty = look.runs.reduce(0) { $0 + ($1.state.contains(.dirty) ? $1.pages.count : 0) }
    let isTold = look.lacking == nil
    let size = look.standing?.size
    let fields = [
      ("file", JSON(file.path.string)), ("size", JSON(size)),
      ("cached", JSON(isTold || !look.runs.isEmpty ? cached : nil)), ("dirty", JSON(isTold ? dirty : nil)),
      ("reason", JSON(look.lacking?.description)),
    ]
    let words =
      look.lacking.map { "dirty and writeback are unknown: \($0)" } ?? "\(cached) cached, \(dirty) dirty"
    return line("start", fields, "watching \(file.path): \(counted(size ?? 0, "byte")), \(words)")
  }

  private func tell(from last: Look, to now: Look, of file: SampledFile) -> Bool {
    var lines: [String] = []
    if let (before, size) = differing(last.standing?.size, now.standing?.size) {
      lines += line(
        "size", [("was", JSON(before)), ("is", JSON(size))], "size: \(counted(size, "byte")), was \(before)")
    }
    if let (_, name) = differing(last.standing?.name, now.standing?.name) {
      let path = now.standing?.newPath?.string
      let fields = [("fate", JSON(name.fate)), ("path", JSON(name == .kept ? file.path.string : path))]
      lines += line("name", fields, "name: \(name.fate)" + (path.map { ", is \($0) now" } ?? ""))
    }
    let changes = PageChange.changes(from: last.runs + grown(last, now), to: now.runs)
    for change in changes {
      let isTold = now.lacking == nil
      let (word, before) =
        isTold
        ? (change.word, "\(change.before)")
        : (change.now.isEmpty ? "evicted" : "cached", change.before.isEmpty ? "not cached" : "cached")
      let fields = [
        ("first", JSON(change.pages.lowerBound)), ("last", JSON(change.pages.upperBound - 1)), ("is", JSON(word)),
        ("was", JSON(before)),
      ]
      lines += line("pages", fields, "\(named(change.pages)): \(word), was \(before)")
    }
    if now.lacking != last.lacking, let reason = now.lacking {
      lines += line("unknown", [("reason", JSON(reason.description))], "unknown: \(reason)")
    }
    tell(lines, changes.map(\.pages))
    told.withLock { $0.count += lines.count }
    return !lines.isEmpty
  }

  private func differing<Value: Equatable>(_ one: Value?, _ other: Value?) -> (Value, Value)? {
    guard let one, let other, one != other else { return nil }
    return (one, other)
  }

  // Pages that the file did not have at the last look were not cached.
  private func grown(_ last: Look, _ now: Look) -> [CacheRun] {
    guard let end = now.runs.last?.pages.upperBound, last.lacking == now.lacking else { return [] }
    let start = last.runs.last?.pages.upperBound ?? now.runs[0].pages.lowerBound
    return start < end ? [CacheRun(pages: start..<end, state: [])] : []
  }

  private func line(_ event: String, _ fields: [(String, JSON)], _ words: String) -> [String] {
    let now = Moment.now
    return asJSON
      ? ["\(JSON([("time", JSON(now.date)), ("event", JSON(event))] + fields))"] : ["\(now.timeOfDay) \(words)"]
  }

  private func tell(_ lines: [String], _ changed: [Range<Int>] = []) {
    guard !lines.isEmpty else { return }
    told.withLock { told in
      told.lines += lines
      told.changed += changed
    }
    news.signal()
  }
}
