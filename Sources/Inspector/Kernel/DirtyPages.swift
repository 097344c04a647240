import PageCache
import RangedMmap

/// Since when pages have been dirty, as one sample after the other shows it.
///
/// Of pages that are out of view nothing is known, and nothing is kept.
struct DirtyPages {
  /// When a page was first seen dirty, in samples that have it dirty without a gap.
  struct Since: Equatable {
    let seen: WallTime
    /// When the sample before saw it not dirty, or not in the file yet; `nil` if that did not look at it.
    let cleanUntil: WallTime?
  }

  /// Neighbouring pages that were first seen dirty together.
  struct Run: Equatable {
    fileprivate(set) var pages: Range<Int>
    let since: Since
  }

  /// In order.
  private(set) var runs: [Run] = []
  /// The last sample: the pages that it looked at, when it began, when it was there, and where the file ended at most.
  private(set) var last: (pages: Range<Int>, begun: ContinuousClock.Instant, time: WallTime, end: Int)?
  private(set) var age: WritebackAge?

  func since(page: Int) -> Since? {
    let next = firstIndex(below: runs.count) { runs[$0].pages.lowerBound > page }
    guard next > 0, runs[next - 1].pages.contains(page) else { return nil }
    return runs[next - 1].since
  }

  /// Takes a sample, and returns the pages that are not dirty any more and still in memory.
  ///
  /// Pages that are in memory no more are not among them: they may have been written back, or cut off.
  mutating func take(_ sample: KernelSample, begun: ContinuousClock.Instant, at time: WallTime) -> [Range<Int>] {
    let known = sample.knownRuns
    let pages = (known.first?.pages.lowerBound ?? 0)..<(known.last?.pages.upperBound ?? 0)
    var (old, now, left) = (runs[...], [Run](), [Range<Int>]())
    func add(_ pages: Range<Int>, _ since: Since) {
      if let end = now.last, end.since == since, end.pages.upperBound == pages.lowerBound {
        now[now.count - 1].pages = end.pages.lowerBound..<pages.upperBound
      } else if !pages.isEmpty {
        now.append(Run(pages: pages, since: since))
      }
    }
    func addNew(_ pages: Range<Int>) {
      let common = last.map { pages.clamped(to: $0.pages) } ?? pages.lowerBound..<pages.lowerBound
      let looked = common.isEmpty ? pages.lowerBound..<pages.lowerBound : common
      add(pages.lowerBound..<looked.lowerBound, Since(seen: time, cleanUntil: nil))
      add(looked, Since(seen: time, cleanUntil: last?.time))
      // The file did not have them at the last sample.
      let new = min(pages.upperBound, max(looked.upperBound, last?.end ?? .max))
      add(looked.upperBound..<new, Since(seen: time, cleanUntil: nil))
      add(new..<pages.upperBound, Since(seen: time, cleanUntil: last?.time))
    }
    for run in known {
      var page = run.pages.lowerBound
      while page < run.pages.upperBound {
        while let first = old.first, first.pages.upperBound <= page { old.removeFirst() }
        let first = old.first
        let wasDirty = first.map { $0.pages.lowerBound <= page } ?? false
        let next = (wasDirty ? first?.pages.upperBound : first?.pages.lowerBound) ?? run.pages.upperBound
        let part = page..<min(next, run.pages.upperBound)
        page = part.upperBound
        if run.state.contains(.dirty) {
          if wasDirty, let first { add(part, first.since) } else { addNew(part) }
        } else if wasDirty, run.state.contains(.cached) {
          left.append(part)
        }
      }
    }
    let end = sample.standing.map { Alignment.pages(in: $0.size) } ?? .max
    (runs, last, age) = (now, (pages, begun, time, end), sample.age)
    return left
  }
}

extension KernelSample {
  /// What is known page by page: of those in view, or where a cell stands for several, of those around the cursor.
  fileprivate var knownRuns: [CacheRun] {
    if isResidencyOnly { return [] }
    return runs.isEmpty ? state.map { [CacheRun(pages: alike, state: $0)] } ?? [] : runs
  }
}
