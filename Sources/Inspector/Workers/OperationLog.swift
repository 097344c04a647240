import RangedMmap
import Synchronization

/// The order in which threads did what they did, for a recording.
///
/// Every operation draws a number while its worker's outbox is locked. So whoever draws one and then looks into all outboxes
/// finds every operation with a lower number there: a cut through all threads at one moment.
final class OperationLog: Sendable {
  private let counter = Atomic<UInt64>(0)
  // The kernel hands a contended `Mutex` from thread to thread in turn, which would halt them all for each allocation.
  private let allocation = Monitor<Void>(())
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  func next() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).oldValue }

  /// Runs `body` while nobody else whose operations are logged allocates.
  ///
  /// What is allocated in it and noted in it has numbers in the order of the places in the file.
  func inOrder<Result: ~Copyable & Sendable, Failure>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try allocation.withLock { _ throws(Failure) in try body() }
  }

  /// Asks the session to come for the operations, of which there are many by now.
  func call() { wakeUp.signal() }
}

/// One thing that a thread did.
struct Operation: Sendable {
  enum Kind: Sendable {
    case advances
    /// It ended, by an error or because it was told to.
    case leaves
  }

  let number: UInt64
  let kind: Kind
  /// Whether it handed a range over with it.
  let handsOver: Bool
}
