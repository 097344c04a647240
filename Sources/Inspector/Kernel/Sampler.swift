import PageCache
import Synchronization

/// Looks at what is in view from a thread of its own, and wakes whoever draws when something has changed.
public final class Sampler: Sendable {
  private struct Inbox {
    var request: KernelRequest?
    var isWorking = false
    var isOver = false
  }

  private let inbox = Mutex(Inbox())
  private let latest = Mutex<(request: KernelRequest, sample: KernelSample, cost: Duration)?>(nil)
  // Wakes the thread: there is something new to look at.
  private let alarm: WakeUp
  // Wakes whoever draws.
  private let news: WakeUp

  /// Starts the thread.
  ///
  /// - Parameter news: What to signal when a look differs from the last one.
  /// - Throws: When the system has no descriptors or threads left.
  public init(waking news: WakeUp) throws(CommandError) {
    self.news = news
    alarm = try WakeUp()
    guard Thread({ [self] in run() }) != nil else {
      throw CommandError("the system gives no thread to watch the kernel with; close some programs")
    }
  }

  /// Says what is in view from now on; costs nothing if that is what it was.
  ///
  /// - Parameters:
  ///   - request: What to look at, or `nil` for nothing.
  ///   - isWorking: Whether workers change the file meanwhile.
  ///   - isUrgent: Whether something was just done, so that it is worth a look at once.
  public func look(at request: KernelRequest?, isWorking: Bool, isUrgent: Bool) {
    let isNew = inbox.withLock { inbox in
      defer { (inbox.request, inbox.isWorking) = (request, isWorking) }
      return isUrgent && request != nil || inbox.request != request || inbox.isWorking != isWorking
    }
    if isNew { alarm.signal() }
  }

  /// The last look at a file, if there was one, and how long it took.
  public func sample(of file: SampledFile?) -> (sample: KernelSample, cost: Duration)? {
    latest.withLock { latest in
      latest.flatMap { $0.request.file === file ? ($0.sample, $0.cost) : nil }
    }
  }

  /// Ends the thread, which lets go of the file.
  public func stop() {
    inbox.withLock { $0.isOver = true }
    alarm.signal()
  }

  // MARK: On the thread itself

  private func run() {
    var probe = KernelProbe()
    var pace = Pace()
    var watched: SampledFile?
    var events: FileEvents?
    while true {
      alarm.clear()
      let (request, isWorking, isOver) = inbox.withLock { ($0.request, $0.isWorking, $0.isOver) }
      if isOver { return }
      guard let request else {
        (watched, events) = (nil, nil)
        alarm.wait()
        continue
      }
      // Before the look, so that nothing slips in between.
      if watched !== request.file {
        watched = request.file
        events = try? FileEvents(of: request.file.descriptor)
      }
      events?.clear()
      let start = ContinuousClock.now
      let sample = probe.look(at: request)
      let cost = ContinuousClock.now - start
      let hasMoved = latest.withLock { latest in
        defer { latest = (request, sample, cost) }
        return latest?.request != request || latest?.sample != sample
      }
      if hasMoved { news.signal() }
      let pause = pace.next(hasMoved: hasMoved || isWorking, isUnsettled: sample.isUnsettled, cost: cost)
      alarm.wait(also: events?.descriptor, atMost: pause)
    }
  }
}

extension KernelSample {
  /// Whether the kernel will move without anybody's doing, or others may without our being told.
  fileprivate var isUnsettled: Bool {
    // A store into a mapping makes no event.
    let isMapped = users?.users.contains { !$0.isSelf && $0.mapping == .writable } ?? false
    return isMapped || !marks.isEmpty || (totals.map { $0.dirty + $0.writeback > 0 } ?? false)
  }
}
