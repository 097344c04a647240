import RangedMmap
import Synchronization

/// What all workers pass before each operation: open, shut for a while, or closed for good.
final class Gate: Sendable {
  enum Position: Sendable {
    case open
    case shut
    case closed
  }

  // Read before every operation; the monitor is only for those that have to wait.
  private let isOpen = Atomic<Bool>(true)
  private let position = Monitor(Position.open)

  func move(to new: Position) {
    position.withLock { position in
      if position != .closed { position = new }
      isOpen.store(position == .open, ordering: .releasing)
    }
  }

  var isShut: Bool { position.withLock { $0 == .shut } }

  /// Waits while the gate is shut; false when it is closed.
  func pass() -> Bool {
    if isOpen.load(ordering: .acquiring) { return true }
    return position.wait { position in
      switch position {
      case .open: true
      case .shut: nil
      case .closed: false
      }
    }
  }

  /// Sleeps for a time, or until the gate is moved.
  func rest(_ time: Duration) {
    _ = position.wait(atMost: time) { position in position == .open ? nil : () }
  }
}
