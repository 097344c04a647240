import RangedMmap
import Synchronization

/// The order in which threads did what they did, for a recording.
///
/// Every operation draws a number while its worker's outbox is locked. So a thread that draws one and then reads all
/// outboxes finds every operation with a lower number: a cut through all threads at one moment.
final class OperationLog: Sendable {
  private let counter = Atomic<UInt64>(0)
  // The kernel hands a contended `Mutex` from thread to thread in turn, which would halt them all for each allocation.
  private let allocation = Monitor<Void>(())
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  func next() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).oldValue }

  /// Runs `body` while no other logged thread allocates, so that numbers follow the places in the file.
  func inOrder<Result: ~Copyable & Sendable, Failure>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result { try allocation.withLock { _ throws(Failure) in try body() } }

  /// Wakes the session to take the operations, of which there are many by now.
  func call() { wakeUp.signal() }
}

struct Operation: Sendable {
  enum Kind: Sendable {
    case advances
    /// It ended, by an error or because it was stopped.
    case leaves
  }

  let number: UInt64
  let kind: Kind
  let handsOver: Bool
}
