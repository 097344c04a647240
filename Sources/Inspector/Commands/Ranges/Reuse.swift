import RangedMmap

struct ReuseAction: RangeAction {
  let ranges: RangeSelection

  static let verb = Verb("reuse", .range, help: "make a written range writable again", example: "reuse r1") {
    ReuseAction(ranges: $0)
  }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.document.writableFile()
    let labels = try session.writtenLabels(ranges, for: "reuse")
    for label in labels {
      try session.document.ranges.update(label) { record throws(CommandError) in
        switch record.holding.take() {
        case .written(let receipt): record.holding = .allocated(file.reuse(receipt))
        case .flushed(let range): record.holding = .allocated(file.reuse(range))
        case .allocated(let range): record.holding = .allocated(range)
        case .busy: return
        }
        record.history.wasReused()
      }
    }
    return .done("took \(ranges) back, to be written again\(session.total(labels))")
  }
}

extension Command {
  package static func reuse(_ ranges: RangeSelection) -> Command { Command(ReuseAction(ranges: ranges)) }
}
