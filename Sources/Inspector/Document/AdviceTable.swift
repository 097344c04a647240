import PageCache
import Synchronization

/// In which order the pages of the open file are said to be read, for acts that read them by a mapping of their own.
final class AdviceTable: Sendable {
  // In the order in which it was given: the last one counts.
  private let given = Mutex<[(pages: Range<Int>, advice: AccessAdvice)]>([])

  func set(_ advice: AccessAdvice, _ pages: Range<Int>) {
    given.withLock { given in
      // What is wholly covered has no effect any more.
      given.removeAll { $0.pages.clamped(to: pages) == $0.pages }
      given.append((pages, advice))
    }
  }

  /// Pages in order, neighbours of one advice together.
  func runs(in pages: Range<Int>) -> [(pages: Range<Int>, advice: AccessAdvice)] {
    let given = given.withLock { $0 }
    let edges = Set(given.flatMap { [$0.pages.lowerBound, $0.pages.upperBound] }.filter(pages.contains))
    let starts = ([pages.lowerBound] + edges).sorted()
    var runs: [(pages: Range<Int>, advice: AccessAdvice)] = []
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : pages.upperBound
      guard start < end else { continue }
      let advice = given.last { $0.pages.contains(start) }?.advice ?? .normal
      if let last = runs.last, last.advice == advice {
        runs[runs.count - 1].pages = last.pages.lowerBound..<end
      } else {
        runs.append((start..<end, advice))
      }
    }
    return runs
  }
}
