import RangedMmap

/// Makes written ranges writable again.
package struct ReuseAction: Action {
  let ranges: RangeSelection

  static let verb = Verb("reuse", .range, help: "make a written range writable again", example: "reuse r1") {
    ReuseAction(ranges: $0)
  }

  package var words: [String] { ["reuse", "\(ranges)"] }
  package var neededLabels: ClosedRange<Int>? { ranges.labels }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.reuse(ranges) }
}

extension Command {
  package static func reuse(_ ranges: RangeSelection) -> Command { Command(ReuseAction(ranges: ranges)) }
}

extension Session {
  fileprivate func reuse(_ selection: RangeSelection) throws(CommandError) -> Event {
    let file = try document.writableFile()
    let labels = try labels(selection, for: "reuse", needing: "to be written") {
      $0 == .written || $0 == .flushed
    }
    for label in labels {
      try document.ranges.update(label) { record throws(CommandError) in
        switch record.holding.take() {
        case .written(let receipt): record.holding = .allocated(file.reuse(receipt))
        case .flushed(let range): record.holding = .allocated(file.reuse(range))
        case .allocated(let range): record.holding = .allocated(range)
        case nil: return
        }
        record.wasReused()
      }
    }
    return .done("took \(selection) back, to be written anew\(total(labels))")
  }
}
