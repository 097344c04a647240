import PageCache
import Synchronization
import SystemPackage

/// Looks at what is in view from a thread of its own, and wakes whoever draws after each look.
package final class Sampler: Sendable {
  private struct Inbox {
    var file: SampledFile?
    var request: KernelRequest?
    var isWorking = false
    var isOver = false
    /// Whether it is another question than that of the last look.
    var isNew = false
    /// Whether a person waits for the next look.
    var isUrgent = false
    /// What it took to draw what was seen last.
    var frame = Duration.zero
  }

  /// What was seen last.
  package struct Look: Sendable {
    fileprivate let request: KernelRequest
    package let sample: KernelSample
    package let cost: Duration
    package let time: WallTime
    /// When the next look comes, if it is later than it should be for what looks cost.
    package fileprivate(set) var delay: Duration?
  }

  private let inbox = Mutex(Inbox())
  private let latest = Mutex<Look?>(nil)
  // Wakes the thread: there is something new to look at.
  private let alarm: WakeUp
  // Wakes whoever draws.
  private let news: WakeUp
  private let usesEvents: Bool

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - news: What to signal after each look, and when somebody has done something to the file.
  ///   - usesEvents: Whether the kernel is asked to tell of changes.
  /// - Throws: When the system has no descriptors or threads left.
  package init(waking news: WakeUp, usesEvents: Bool = true) throws(CommandError) {
    self.news = news
    self.usesEvents = usesEvents
    alarm = try WakeUp()
    guard Thread({ [self] in run() }) != nil else {
      throw CommandError("the system gives no thread to watch the kernel with; close some programs")
    }
  }

  // How soon after events the next ones are taken: somebody who writes all the time is looked at ten times a second.
  private static let eventTime = Duration.milliseconds(100)

  /// Says what is open and in view from now on; costs nothing if that is what it was.
  ///
  /// - Parameters:
  ///   - file: The file whose events wake whoever draws, or `nil` for none.
  ///   - request: What to ask of the kernel, or `nil` for nothing.
  ///   - isWorking: Whether workers change the file meanwhile.
  ///   - isUrgent: Whether something was just done, so that it is worth a look at once.
  package func look(at file: SampledFile?, _ request: KernelRequest?, isWorking: Bool, isUrgent: Bool) {
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

  /// The last look at a file, if there was one; at one that has grown since, too.
  package func sample(of file: SampledFile?) -> Look? {
    latest.withLock { latest in latest.flatMap { $0.request.file.identity == file?.identity ? $0 : nil } }
  }

  /// Takes in what it took to draw a frame, which each look brings about: processor time.
  package func charge(_ frame: Duration) { inbox.withLock { $0.frame = frame } }

  /// Ends the thread, which lets go of the file.
  package func stop() {
    inbox.withLock { $0.isOver = true }
    alarm.signal()
  }

  // MARK: On the thread itself

  private func run() {
    var probe = KernelProbe()
    var pace = Pace()
    var watch: FileWatch?
    // When the next look may be taken, and when it is to be taken though nothing is told.
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
      // What others do can wait, such as a file that they make longer all the time.
      let early = due - .now
      if early > .zero, !inbox.isUrgent {
        alarm.wait(atMost: early)
        continue
      }
      // Before the look, so that nothing slips in between.
      if watch?.file.identity != inbox.file?.identity { watch = inbox.file.map { FileWatch($0, usesEvents) } }
      let isTouched = watch?.takeChange() == true
      let isDue = isTouched || isNew || next.map { $0 <= .now } ?? false
      if isDue {
        (isNew, next) = (false, nil)
        var hasMoved = false
        var cost = inbox.frame
        if let request = inbox.request {
          let (start, used) = (ContinuousClock.now, Thread.processorTime)
          let sample = probe.look(at: request)
          hasMoved = latest.withLock { latest in
            defer {
              latest = Look(
                request: request, sample: sample, cost: ContinuousClock.now - start, time: .now, delay: latest?.delay)
            }
            return latest?.request != request || latest?.sample != sample
          }
          cost += Thread.processorTime - used
          let isMoving = hasMoved || isTouched || inbox.isWorking
          next = pace.next(hasMoved: isMoving, atMost: sample.longestPause, cost: cost).map { .now + $0 }
          let (usual, least) = (isTouched ? Self.eventTime : Pace.shortest, Pace.least(for: cost))
          // What is said of it comes and goes with a frame; how long it is changes with each look.
          if tell(isMoving && least > usual ? least : nil) { hasMoved = true }
        }
        due = .now + max(Pace.least(for: cost), hasMoved || isTouched ? Self.eventTime : .zero)
        if isTouched { next = due }
        // What looks the same to the kernel may not to who sees its bytes, and how old it is has changed.
        if isTouched || inbox.request != nil { news.signal() }
      }
      let pause = next.map { max(.zero, $0 - .now) }
      alarm.wait(also: isTouched ? nil : watch?.descriptor, atMost: [pause, watch?.interval].compactMap { $0 }.min())
    }
  }

  // Whether there is a delay now and was none, or the other way round.
  private func tell(_ delay: Duration?) -> Bool {
    latest.withLock { latest in
      defer { latest?.delay = delay }
      return (latest?.delay == nil) != (delay == nil)
    }
  }
}

/// Notices what others do to a file: by events, and where the system has none left for this user (`max_user_instances`
/// of inotify is 128) by looking at its status once a second.
private struct FileWatch {
  let file: SampledFile
  private var events: FileEvents?
  private var last: [Int] = []

  init(_ file: SampledFile, _ usesEvents: Bool) {
    self.file = file
    events = usesEvents ? try? FileEvents(of: file.descriptor, includingReads: file.isReadUnnoticed) : nil
    last = changes
  }

  /// What to poll for reading, if that tells of changes.
  var descriptor: Int32? { events?.descriptor }
  /// How often to look, if nothing tells of changes.
  var interval: Duration? { events == nil ? .seconds(1) : nil }

  /// Whether something has happened since this was asked last.
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
