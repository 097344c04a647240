import PageCache
import RangedMmap

/// Since when a page has been dirty, and until when the kernel writes it back by itself.
package struct Dirtiness: Sendable, Equatable {
  package enum Due: Sendable, Equatable {
    /// At about this time at the latest; sooner if another page of the file was dirty before it.
    case by(WallTime)
    /// The time has passed: the kernel is late, or the page was dirty again before a sample saw it clean.
    case now
    /// Not for its age: the kernel does not look for old pages here.
    case never
    /// The kernel's settings can't be read.
    case unknown

    /// The parts of a sentence, the most important first.
    package var words: [String] {
      switch self {
      case .by(let time): ["by about \(time)", "by the kernel itself"]
      case .now: ["now, or dirty again by now", "if it was written back between two samples"]
      case .never: ["never by its age", "vm.dirty_writeback_centisecs is 0"]
      case .unknown: ["unknown", "/proc/sys/vm can't be read"]
      }
    }
  }

  package let since: WallTime
  /// Whether it may have been dirty before.
  package let isOlder: Bool
  /// When it was not dirty yet, if it may have been dirty before and that is known.
  package let cleanAt: WallTime?
  package let due: Due

  /// Since when, as far as it is known: the shortest of these that has room for it.
  package var sinceWords: [String] {
    guard isOlder else { return ["since \(since)"] }
    guard let cleanAt else { return ["since before \(since)", "before \(since)"] }
    let time = WallTime.span(from: cleanAt, to: since)
    return ["since \(time)", time]
  }
}

extension Session {
  /// What is known of a page that the last sample saw dirty; `nil` of others.
  package func dirtiness(ofPage page: Int) -> Dirtiness? {
    document.dirtyPages.since(page: page).map { dirtiness($0, ofPage: page, document.dirtyPages.age) }
  }

  /// The same of a page that is dirty now, whether or not samples are taken; `nil` of others, and where that is unknown.
  func presentDirtiness(ofPage page: Int) -> Dirtiness? {
    guard let file, let run = try? PageCache.runs(of: file.descriptor, pages: page..<page + 1).first,
      run.state.contains(.dirty)
    else { return nil }
    let seen = document.dirtyPages.since(page: page) ?? DirtyPages.Since(seen: .now, cleanUntil: nil)
    return dirtiness(seen, ofPage: page, WritebackAge())
  }

  private func dirtiness(_ seen: DirtyPages.Since, ofPage page: Int, _ age: WritebackAge?) -> Dirtiness {
    let (since, isOlder) = seen.start(range(ofPage: page)?.history)
    let due: Dirtiness.Due =
      switch (age, age?.longest) {
      case (nil, _): .unknown
      case (_, nil): .never
      case (_, let longest?): since.advanced(by: longest) > .now ? .by(since.advanced(by: longest)) : .now
      }
    return Dirtiness(since: since, isOlder: isOlder, cleanAt: isOlder ? seen.cleanUntil : nil, due: due)
  }

  /// Takes what a sample of the open file shows, and reports pages written here that were written back with nothing done
  /// for it here.
  package func take(_ sample: KernelSample, begun: ContinuousClock.Instant, at time: WallTime) {
    requireOwner()
    if let totals = sample.totals { take(totals, at: time) }
    // What threads and long steps do meanwhile is not known to the page.
    if areWorkersMoving || job != nil && !isWatching { lastAct = .now }
    let before = document.dirtyPages
    let left = document.dirtyPages.take(sample, begun: begun, at: time)
    guard let file, file.isWritable, let last = before.last, lastAct < last.begun else { return }
    let writtenBack = WrittenBack.among(left.joined().filter { file.states[$0] == .written }) {
      range(ofPage: $0)?.history.written
    }
    guard !writtenBack.isEmpty else { return }
    // The kernel goes by a file's oldest page.
    let oldest = (before.runs.map(\.since.seen) + writtenBack.map(\.written)).min() ?? time
    let isDue = before.age.map { time.seconds(since: oldest) >= Int($0.expiry / .seconds(1)) } ?? false
    let isAlone = sample.users?.allSatisfy(\.isSelf) ?? false
    note(
      Event(
        .news, WrittenBack.lines(writtenBack, between: last.time, and: time, byItself: isDue && isAlone),
        isMeasured: true))
  }
}

extension DirtyPages.Since {
  /// When the page became dirty, and whether that may have been before; its range, if it has one, was written here.
  func start(_ history: RangeHistory?) -> (WallTime, isOlder: Bool) {
    if let written = history?.written, written <= seen, cleanUntil.map({ $0 <= written }) ?? true {
      // A page that no sample saw clean may be dirty from a write before this one.
      return (written, cleanUntil == nil && history?.pending != .one)
    }
    // What is shown to the second was seen to the second.
    return (seen, cleanUntil.map { !seen.isInSecond(of: $0) } ?? true)
  }
}

/// Neighbouring pages of one write that were written back with nothing done for it here.
struct WrittenBack: Equatable {
  private(set) var pages: Range<Int>
  let written: WallTime

  /// Joins neighbours of one write; pages in order, and those that were not written here are left out.
  static func among(_ pages: some Sequence<Int>, written: (Int) -> WallTime?) -> [WrittenBack] {
    var found: [WrittenBack] = []
    for page in pages {
      guard let time = written(page) else { continue }
      if let last = found.last, last.written == time, last.pages.upperBound == page {
        found[found.count - 1].pages = last.pages.lowerBound..<page + 1
      } else {
        found.append(WrittenBack(pages: page..<page + 1, written: time))
      }
    }
    return found
  }

  // More would push all else out of the log.
  private static let mostLines = 3

  /// What is known of them: it happened between two samples.
  static func lines(
    _ all: [WrittenBack], between before: WallTime, and now: WallTime, byItself isByItself: Bool
  ) -> [String] {
    let shown = all.count > mostLines ? all.prefix(mostLines - 1) : all[...]
    let rest = all[shown.endIndex...].reduce(0) { $0 + $1.pages.count }
    let lines = shown.map { part in
      let name = named(part.pages)
      let age = age(part.written, before, now)
      let end = "\(age) after the write; not durable before a sync"
      let verb = part.pages.count == 1 ? "was" : "were"
      return isByItself
        ? "the kernel wrote \(name) back by itself, as far as is seen, \(end)"
        : "\(name) \(verb) written back, not by this session, \(end)"
    }
    return rest == 0 ? lines : lines + ["and so \(rest == 1 ? "was" : "were") \(counted(rest, "page")) more"]
  }

  private static func age(_ written: WallTime, _ before: WallTime, _ now: WallTime) -> String {
    let (least, most) = (max(0, before.seconds(since: written)), max(0, now.seconds(since: written)))
    return most - least <= 1 ? "\(most) s" : "\(least) to \(most) s"
  }
}
