import RangedMmap
import Synchronization

/// The gate before each operation, and the clock of the work, which stands while the gate is shut.
final class PauseGate: Sendable {
  enum Position: Sendable {
    case open
    case shut
    case closed
  }

  private struct Log {
    var position = Position.open
    /// When the clock was started last; `nil` while it stands.
    var running: UInt64? = MonotonicTime.now
    var before: UInt64 = 0

    var time: UInt64 { before + (running.map { MonotonicTime.now &- $0 } ?? 0) }
  }

  // Read before every operation; the monitor is only for those that have to wait.
  private let isOpen = Atomic<Bool>(true)
  private let log = Monitor(Log())

  func move(to new: Position) {
    log.withLock { log in
      guard log.position != .closed else { return }
      log.before = log.time
      // Closed, it lets the last operations end, and they count.
      log.running = new == .shut ? nil : MonotonicTime.now
      log.position = new
      isOpen.store(new == .open, ordering: .releasing)
    }
  }

  // `wait` with an answer at once wakes no thread that rests, as `withLock` would.
  var isShut: Bool { log.wait { $0.position == .shut } }
  var isClosed: Bool { log.wait { $0.position == .closed } }
  var mayPass: Bool { isOpen.load(ordering: .acquiring) }

  /// How many nanoseconds it was not shut.
  var time: UInt64 { log.wait { $0.time } }

  func pass() -> Bool {
    if mayPass { return true }
    return log.wait { log in
      switch log.position {
      case .open: true
      case .shut: nil
      case .closed: false
      }
    }
  }

  /// Sleeps for a time, or until the gate is moved.
  func rest(_ time: Duration) { _ = log.wait(atMost: time) { log in log.position == .open ? nil : () } }
}
