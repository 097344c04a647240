import Glibc
import PageCache
import RangedMmap

/// A wait until the kernel counts as many pages as a script expects.
final class KernelWait: Sendable {
  let job: Job
  private let file: MmapFile
  private let wanted: KernelCount
  private let number: KernelNumber
  private let pages: ClosedRange<Int>?
  private let time: Duration

  init(
    _ file: MmapFile, _ wanted: KernelCount, _ number: KernelNumber, of pages: ClosedRange<Int>?, within time: Duration
  ) {
    let expectation = Expectation.kernel(wanted, number, of: pages.map { .numbered($0) }, within: .zero)
    job = Job("expect \(expectation)", pages: 0)
    self.pages = pages
    self.file = file
    self.wanted = wanted
    self.number = number
    self.time = time
  }

  func event(_ found: Int) -> Event {
    let rest = number.isLeast ? ", found \(found)" : ""
    return .asExpected(
      "\(Expectation.kernel(wanted, number, of: pages.map { .numbered($0) }, within: .zero))\(rest)", isMeasured: true)
  }

  /// Counts until there are as many, or time is up.
  func run() throws(CommandError) -> Int {
    let deadline = ContinuousClock.now + time
    while true {
      let found = try count()
      if let found, number.matches(found) { return found }
      guard ContinuousClock.now < deadline, !job.wasStopped else {
        let rest = found.map { "found \($0)" } ?? "but the file ends before"
        let end = job.wasStopped ? "stopped: " : ""
        throw CommandError("\(end)expected the kernel to count \(number) \(wanted.rawValue)\(place), \(rest)")
      }
      usleep(1000)
    }
  }

  private var place: String { pages.map { " in \(named(Range($0)))" } ?? "" }

  // Each time to the present end of the file: others may make it longer. `nil` if it ends before the pages.
  private func count() throws(CommandError) -> Int? {
    if let pages, pages.upperBound >= file.presentPages { return nil }
    do throws(PageCacheError) {
      let answer =
        if let pages {
          try KernelAnswer<KernelCell>(file.descriptor, bytes: Alignment.bytes(of: Range(pages)))
        } else {
          try KernelAnswer<KernelCell>(whole: file.descriptor)
        }
      guard let count = wanted.of(answer.value) else { throw answer.lacking ?? .notSupported }
      return count
    } catch { throw CommandError("expected \(number) \(wanted.rawValue), but how many are is unknown: \(error)") }
  }
}

extension CommandError {
  init(unknown reason: PageCacheError) { self.init("what the kernel knows of this file is unknown: \(reason)") }
}

extension KernelCount {
  var state: CachedPage {
    switch self {
    case .cached: .cached
    case .dirty: .dirty
    case .writeback: .writeback
    }
  }

  func of(_ cell: KernelCell) -> Int? {
    switch self {
    case .cached: cell.cached
    case .dirty: cell.dirty
    case .writeback: cell.writeback
    }
  }
}
