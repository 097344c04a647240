import BasicContainers

/// Workers that take turns on the session's own thread, one phase a turn; whose turn it is follows from a seed.
///
/// Nothing else has a say in it, no clock and no scheduler, so the same seed and the same commands come to the same end.
struct Turns: ~Copyable {
  private var routines = UniqueArray<Routine>()
  private var choice: SplitMix64

  init(seed: UInt64) { choice = SplitMix64(seed: seed) }

  mutating func seed(_ seed: UInt64) { choice = SplitMix64(seed: seed) }

  mutating func append(_ routine: consuming Routine) { routines.append(routine) }

  /// Lets one worker carry out one phase; `nil` if all have ended.
  ///
  /// What it has finished with is in the table afterwards, so that labels follow the turns.
  mutating func take(_ table: inout RangeTable) throws(CommandError) -> Turn? {
    guard !routines.isEmpty else { return nil }
    return try advance(choice.next(below: routines.count), &table)
  }

  mutating func take(_ number: Int, _ table: inout RangeTable) throws(CommandError) -> Turn {
    try advance(try index(of: number), &table)
  }

  /// Ends the worker of this number; what it holds is handed over to be written again.
  mutating func dismiss(_ number: Int, _ table: inout RangeTable) throws(CommandError) {
    var routine = routines.remove(at: try index(of: number))
    routine.giveUp(forReuse: true)
    routine.worker.drain(into: &table)
    routine.worker.finish()
  }

  private func index(of number: Int) throws(CommandError) -> Int {
    for index in routines.indices where routines[index].worker.number == number { return index }
    throw CommandError("workers turn: worker \(number) is not at work; `workers start 1 mode=stepped` starts one")
  }

  private mutating func advance(_ index: Int, _ table: inout RangeTable) throws(CommandError) -> Turn {
    let worker = routines[index].worker
    defer { worker.drain(into: &table) }
    do throws(CommandError) {
      let phase = try routines[index].advance()
      let turn = Turn(worker: worker.number, phase: phase, pages: worker.currentPages)
      if phase == .done || isSpent(index) {
        _ = routines.remove(at: index)
        worker.finish()
      } else {
        worker.set(phase.activity(isUnderway: routines[index].isUnderway))
      }
      return turn
    } catch {
      _ = routines.remove(at: index)
      worker.finish(error)
      throw CommandError(worker.takeFailure() ?? error.description)
    }
  }

  /// Ends all where they stand; what they hold is handed over.
  mutating func stop() {
    while !routines.isEmpty {
      var routine = routines.remove(at: 0)
      routine.giveUp()
      routine.worker.finish()
    }
  }

  // One that has made all its operations ends with the last, and takes no turn to say so.
  private func isSpent(_ index: Int) -> Bool {
    let worker = routines[index].worker
    return !routines[index].isUnderway && worker.operations == worker.order.operations
  }
}

struct Turn: Sendable, Equatable {
  let worker: Int
  let phase: Routine.Phase
  let pages: Range<Int>?
}

extension Turn: CustomStringConvertible {
  var description: String {
    guard let pages, phase != .done else { return "worker \(worker) finds no pages left, and ends" }
    return "worker \(worker): \(named(pages)) \(phase)"
  }
}

extension Routine.Phase {
  fileprivate func activity(isUnderway: Bool) -> Worker.Activity {
    guard isUnderway else { return .idle }
    return self == .allocated ? .allocated : .written
  }
}
