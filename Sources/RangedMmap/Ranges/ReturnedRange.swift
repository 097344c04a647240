import Synchronization

/// The range that a failed step had consumed, for the first caller that takes it.
///
/// If it is not taken, an allocated range goes back to its file: see ``MmapFile/takeAbandoned()``. A receipt is
/// dropped.
final class ReturnedRange: Sendable {
  private let start: Int
  private let count: Int
  private let file: UInt64
  private let epoch: UInt32
  private let stage: ObjectIdentifier
  private let isTaken = Atomic(false)

  init<Stage>(_ range: consuming PageRange<Stage>) {
    (start, count, file, epoch) = (range.start, range.count, range.file, range.epoch)
    stage = ObjectIdentifier(Stage.self)
  }

  deinit {
    guard stage == ObjectIdentifier(Allocated.self), count > 0, !isTaken.load(ordering: .acquiring) else { return }
    Identity.states(of: file)?.abandon(AllocatedRange(start: start, count: count, file: file))
  }

  /// Gives the range back as what it was; `nil` after the first call, and if it is of another stage.
  func take<Stage>(_ wanted: Stage.Type = Stage.self) -> PageRange<Stage>? {
    guard stage == ObjectIdentifier(wanted), claim() else { return nil }
    // Consumed by `init`, and given out here alone, once.
    return PageRange(start: start, count: count, file: file, epoch: epoch)
  }

  /// Gives the range back to be written again, whatever it was.
  func takeAllocated() -> AllocatedRange? {
    guard claim() else { return nil }
    let range = AllocatedRange(start: start, count: count, file: file)
    if stage != ObjectIdentifier(Allocated.self) { Identity.states(of: file)?.markAllocated(range) }
    return range
  }

  private func claim() -> Bool {
    isTaken.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
  }
}
