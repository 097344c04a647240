import Glibc
import PageCache
import RangedMmap
import Synchronization

/// A wait until the kernel counts as many pages as a script expects.
final class KernelWait: Sendable {
  let job: Job
  private let file: MmapFile
  private let wanted: KernelCount
  private let number: KernelNumber
  private let time: Duration
  private let failure = Mutex<CommandError?>(nil)

  init(_ file: MmapFile, _ wanted: KernelCount, _ number: KernelNumber, within time: Duration) {
    job = Job("expect kernel \(wanted) \(number.pages)", pages: 0)
    self.file = file
    self.wanted = wanted
    self.number = number
    self.time = time
  }

  func run() {
    do throws(CommandError) { try look() } catch { failure.withLock { [error] in $0 = error } }
    job.end()
  }

  /// What is as it should be needs no words.
  func finish() throws(CommandError) -> Event {
    if let failure = failure.withLock({ $0 }) { throw failure }
    return Event(.done, [])
  }

  private func look() throws(CommandError) {
    let deadline = ContinuousClock.now + time
    while true {
      let found = try counts()[keyPath: wanted.counts]
      if number.matches(found) { return }
      guard ContinuousClock.now < deadline, !job.wasStopped else {
        throw CommandError("expected the kernel to count \(number) \(wanted.rawValue), found \(found)")
      }
      usleep(1000)
    }
  }

  private func counts() throws(CommandError) -> CacheCounts {
    do throws(UnknownReason) { return try PageCache.counts(of: file.descriptor, bytes: 0..<file.size) } catch {
      throw CommandError(unknown: error)
    }
  }
}

extension CommandError {
  /// What is asked of the kernel can't be known.
  init(unknown reason: UnknownReason) { self.init("what the kernel knows of this file is unknown: \(reason)") }
}

extension KernelCount {
  fileprivate var counts: KeyPath<CacheCounts, Int> {
    switch self {
    case .cached: \.cached
    case .dirty: \.dirty
    case .writeback: \.writeback
    }
  }
}
