import Glibc
import PageCache
import RangedMmap

/// A wait until the kernel counts as many pages as a script expects.
final class KernelWait: Sendable {
  let job: Job
  private let file: MmapFile
  private let wanted: KernelCount
  private let number: ExpectedNumber
  private let pages: ClosedRange<Int>?
  private let time: Duration

  init(
    _ file: MmapFile, _ wanted: KernelCount, _ number: ExpectedNumber, of pages: ClosedRange<Int>?,
    within time: Duration
  ) {
    let expectation = Expectation.kernel(wanted, number, of: pages.map { .numbered($0) }, within: .zero)
    job = Job("expect \(expectation)", pages: 0)
    self.pages = pages
    self.file = file
    self.wanted = wanted
    self.number = number
    self.time = time
  }

  /// Counts until there are as many, or time is up; the last counts, or `nil` if the file ends before the pages.
  func run() throws(CommandError) -> KernelCell? {
    let deadline = ContinuousClock.now + time
    while true {
      let counts = try count()
      if isMet(by: counts) || ContinuousClock.now >= deadline || job.wasStopped { return counts }
      usleep(1000)
    }
  }

  /// What the last counts mean.
  func event(_ counts: KernelCell?) throws(CommandError) -> Event {
    let found = counts.flatMap(wanted.of)
    guard isMet(by: counts) else {
      let rest = found.map { "found \($0)" } ?? "but the file ends before"
      let end = job.wasStopped ? "stopped: " : ""
      throw CommandError(
        "\(end)expected the kernel to count \(number.describe(counted(number.value, "page"))) \(wanted.rawValue)\(place), \(rest)"
      )
    }
    let rest = number.isLeast ? ", found \(found ?? 0)" : ""
    return .asExpected(
      "\(Expectation.kernel(wanted, number, of: pages.map { .numbered($0) }, within: .zero))\(rest)", isMeasured: true)
  }

  private func isMet(by counts: KernelCell?) -> Bool { counts.flatMap(wanted.of).map(number.matches) ?? false }

  private var place: String { pages.map { " in \(named(Range($0)))" } ?? "" }

  // Each time to the present end of the file: others may make it longer. `nil` if it ends before the pages.
  private func count() throws(CommandError) -> KernelCell? {
    if let pages, pages.upperBound >= file.presentPages { return nil }
    do throws(PageCacheError) {
      let answer =
        if let pages {
          try KernelAnswer<KernelCell>(file.descriptor, bytes: Alignment.bytes(of: Range(pages)))
        } else {
          try KernelAnswer<KernelCell>(whole: file.descriptor)
        }
      guard wanted.of(answer.value) != nil else { throw answer.lacking ?? .notSupported }
      return answer.value
    } catch {
      throw CommandError(
        "expected \(number.describe(counted(number.value, "page"))) \(wanted.rawValue), but how many are is unknown: \(error)"
      )
    }
  }
}

extension CommandError {
  init(unknown reason: PageCacheError) { self.init("what the kernel knows of this file is unknown: \(reason)") }
}

extension KernelCount {
  /// What each of these pages is; `nil` where cachestat(2) counts them, and no page is shown as one.
  var state: CachedPage? {
    switch self {
    case .cached: .cached
    case .dirty: .dirty
    case .writeback: .writeback
    case .evicted, .recentlyEvicted: nil
    }
  }

  func of(_ cell: KernelCell) -> Int? {
    switch self {
    case .cached: cell.cached
    case .dirty: cell.dirty
    case .writeback: cell.writeback
    case .evicted: cell.evicted
    case .recentlyEvicted: cell.recentlyEvicted
    }
  }
}
