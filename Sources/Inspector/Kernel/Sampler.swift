import PageCache
import Synchronization
import SystemPackage

/// Samples what is in view on a thread of its own, and wakes the thread that draws after each sample.
package final class Sampler: Sendable {
  private struct Inbox {
    var file: SampledFile?
    var request: KernelRequest?
    var isWorking = false
    var isOver = false
    /// Whether the request has changed since the last sample.
    var isNew = false
    /// Whether a person waits for the next sample.
    var isUrgent = false
    /// The processor time of the last frame.
    var frame = Duration.zero
  }

  package struct Answer: Sendable {
    fileprivate let request: KernelRequest
    package let sample: KernelSample
    package let cost: Duration
    package let begun: ContinuousClock.Instant
    package let time: WallTime
    /// When the next sample comes, if samples cost so much that it is late.
    package fileprivate(set) var delay: Duration?
  }

  private let inbox = Mutex(Inbox())
  private let latest = Mutex<Answer?>(nil)
  // Wakes this thread.
  private let alarm: WakeUp
  // Wakes the thread that draws.
  private let news: WakeUp
  // The same where that waits for a sample and for nothing else.
  private let answered: WakeUp
  private let usesEvents: Bool

  /// Starts the thread, which signals after each sample, and when another process has changed the file.
  package init(waking news: WakeUp, usesEvents: Bool = true) throws(CommandError) {
    self.news = news
    self.usesEvents = usesEvents
    alarm = try WakeUp()
    answered = try WakeUp()
    guard Thread({ [self] in run() }) != nil else {
      throw CommandError("the system gives no thread to watch the kernel with; close some programs")
    }
  }

  // How soon after events the next ones are taken: a process that writes all the time causes ten samples a second.
  static let eventTime = Duration.milliseconds(100)

  /// Takes what is open and in view from now on; costs nothing if that is what it was.
  ///
  /// The file's events are followed. `isWorking`: workers change the file meanwhile. `isUrgent`: something was just done that
  /// is worth a sample at once.
  package func turn(to file: SampledFile?, _ request: KernelRequest?, isWorking: Bool, isUrgent: Bool) {
    let isNew = inbox.withLock { inbox in
      defer { (inbox.file, inbox.request, inbox.isWorking) = (file, request, isWorking) }
      if isUrgent && request != nil || inbox.file?.identity != file?.identity
        || inbox.request.map(\.view) != request.map(\.view)
      {
        inbox.isUrgent = true
      }
      if inbox.isUrgent || inbox.file !== file || inbox.request != request || inbox.isWorking != isWorking {
        inbox.isNew = true
      }
      return inbox.isNew
    }
    if isNew { alarm.signal() }
  }

  /// The last answer about a file, if there is one, even if the file has grown since.
  package func sample(of file: SampledFile?) -> Answer? {
    latest.withLock { latest in latest.flatMap { $0.request.file.identity == file?.identity ? $0 : nil } }
  }

  /// Waits for a sample that began after a moment, but not for one that will take as long as the wait or longer.
  package func awaitSample(of file: SampledFile?, begunAfter moment: ContinuousClock.Instant, atMost time: Duration) {
    let end = moment + time
    while true {
      answered.clear()
      let last = sample(of: file)
      let left = end - .now
      if left <= .zero || last.map({ $0.begun > moment || $0.cost > time }) == true { return }
      answered.wait(atMost: left)
    }
  }

  /// Takes the processor time of drawing a frame, which each sample causes.
  package func charge(_ frame: Duration) { inbox.withLock { $0.frame = frame } }

  /// Ends the thread, which closes the file.
  package func stop() {
    inbox.withLock { $0.isOver = true }
    alarm.signal()
  }

  // MARK: On the thread itself

  private func run() {
    var probe = KernelProbe()
    var pace = Pace()
    var watch: FileWatch?
    // When the next sample may be taken, and when it is to be taken though there was no event.
    var due = ContinuousClock.now
    var next: ContinuousClock.Instant?
    var isNew = false
    while true {
      alarm.clear()
      let inbox = inbox.withLock { inbox in
        defer { (inbox.isUrgent, inbox.isNew) = (false, false) }
        return inbox
      }
      if inbox.isOver { return }
      isNew = isNew || inbox.isNew
      // Events can wait: another process may write all the time.
      let early = due - .now
      if early > .zero, !inbox.isUrgent {
        alarm.wait(atMost: early)
        continue
      }
      // Before the sample: nothing slips in between.
      if watch?.file.identity != inbox.file?.identity { watch = inbox.file.map { FileWatch($0, usesEvents) } }
      let isTouched = watch?.takeChange() == true
      let isDue = isTouched || isNew || next.map { $0 <= .now } ?? false
      if isDue {
        (isNew, next) = (false, nil)
        var hasMoved = false
        var cost = inbox.frame
        if let request = inbox.request {
          let (start, used) = (ContinuousClock.now, Thread.processorTime)
          let sample = probe.sample(request)
          hasMoved = latest.withLock { latest in
            defer {
              latest = Answer(
                request: request, sample: sample, cost: ContinuousClock.now - start, begun: start, time: .now,
                delay: latest?.delay)
            }
            return latest?.request != request || latest?.sample != sample
          }
          cost += Thread.processorTime - used - probe.costOfUsers
          let isMoving = hasMoved || isTouched || inbox.isWorking
          next = pace.next(hasMoved: isMoving, atMost: sample.longestPause, cost: cost).map { .now + $0 }
          let (usual, least) = (isTouched ? Self.eventTime : Pace.shortest, Pace.least(for: cost))
          // Only whether there is a delay makes another frame; its length changes with each sample.
          if setDelay(isMoving && least > usual ? least : nil) { hasMoved = true }
        }
        due = .now + max(Pace.least(for: cost), hasMoved || isTouched ? Self.eventTime : .zero)
        if isTouched { next = due }
        // Even if the sample is the same: the bytes may differ, and the sample's time does.
        if isTouched || inbox.request != nil {
          news.signal()
          answered.signal()
        }
      }
      let pause = next.map { max(.zero, $0 - .now) }
      alarm.wait(also: isTouched ? nil : watch?.descriptor, atMost: [pause, watch?.interval].compactMap { $0 }.min())
    }
  }

  // Whether there is a delay now and was none, or the other way round.
  private func setDelay(_ delay: Duration?) -> Bool {
    latest.withLock { latest in
      defer { latest?.delay = delay }
      return (latest?.delay == nil) != (delay == nil)
    }
  }
}

/// Notices changes of a file: by events, and where the system has none left for this user (`max_user_instances` of inotify
/// is 128) by its status once a second.
private struct FileWatch {
  let file: SampledFile
  private var events: FileEvents?
  private var last: [Int] = []

  init(_ file: SampledFile, _ usesEvents: Bool) {
    self.file = file
    events = usesEvents ? try? FileEvents(of: file.descriptor, includingReads: file.isReadUnnoticed) : nil
    last = changes
  }

  /// What to poll for reading, if there are events.
  var descriptor: Int32? { events?.descriptor }
  /// How often to query, if there are no events.
  var interval: Duration? { events == nil ? .seconds(1) : nil }

  /// Whether something has happened since the last call.
  mutating func takeChange() -> Bool {
    if let events {
      let hadAny = events.clear()
      if events.isArmed { return hadAny }
      self.events = nil
    }
    let before = last
    last = changes
    return last != before
  }

  private var changes: [Int] { (try? file.descriptor.stat())?.changes ?? [] }
}
