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
    let expectation = Expectation.kernel(wanted, number, of: pages, within: .zero)
    job = Job("expect \(expectation)", pages: 0)
    self.pages = pages
    self.file = file
    self.wanted = wanted
    self.number = number
    self.time = time
  }

  /// What is told when so many are found.
  func event(_ found: Int) -> Event {
    let rest = number.isLeast ? ", found \(found)" : ""
    return .asExpected("\(Expectation.kernel(wanted, number, of: pages, within: .zero))\(rest)", isMeasured: true)
  }

  /// Looks until there are as many, or time is up.
  func look() throws(CommandError) -> Int {
    let deadline = ContinuousClock.now + time
    while true {
      let found = try count()
      if let found, number.matches(found) { return found }
      guard ContinuousClock.now < deadline, !job.wasStopped else {
        let rest = found.map { "found \($0)" } ?? "but the file ends before"
        throw CommandError("expected the kernel to count \(number) \(wanted.rawValue)\(place), \(rest)")
      }
      usleep(1000)
    }
  }

  private var place: String { pages.map { " in \(named($0.lowerBound..<$0.upperBound + 1))" } ?? "" }

  // At each question to the end that the file has then: others may make it longer. `nil` if it ends before the pages.
  private func count() throws(CommandError) -> Int? {
    if let pages, pages.upperBound >= file.presentPages { return nil }
    do throws(PageCacheError) {
      let bytes = pages.map { $0.lowerBound * Alignment.page..<($0.upperBound + 1) * Alignment.page }
      let answer =
        if let bytes {
          try KernelAnswer<KernelCell>(file.descriptor, bytes: bytes)
        } else {
          try KernelAnswer<KernelCell>(whole: file.descriptor)
        }
      guard let count = wanted.of(answer.value) else { throw answer.lacking ?? .notSupported }
      return count
    } catch { throw CommandError("expected \(number) \(wanted.rawValue), but how many are is unknown: \(error)") }
  }
}

extension CommandError {
  /// What is asked of the kernel can't be known.
  init(unknown reason: PageCacheError) { self.init("what the kernel knows of this file is unknown: \(reason)") }
}

extension KernelCount {
  fileprivate func of(_ cell: KernelCell) -> Int? {
    switch self {
    case .cached: cell.cached
    case .dirty: cell.dirty
    case .writeback: cell.writeback
    }
  }
}
