import RangedMmap

/// Compares ranges with the pattern last written to them.
package struct VerifyAction: Action {
  let ranges: RangeSelection

  static let verb = Verb(
    "verify", .range, help: "compare a range with the pattern last written to it", example: "verify r1"
  ) { VerifyAction(ranges: $0) }

  package var words: [String] { ["verify", "\(ranges)"] }
  package var neededLabels: ClosedRange<Int>? { ranges.labels }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.verify(ranges) }
}

extension Command {
  package static func verify(_ ranges: RangeSelection) -> Command { Command(VerifyAction(ranges: ranges)) }
}

extension Session {
  fileprivate func verify(_ selection: RangeSelection) throws(CommandError) -> Event {
    let labels = try labels(selection, for: "verify", needing: "to be written") {
      $0 == .written || $0 == .flushed
    }
    return try send(labels, "verify \(selection)", .verify, telling: "verified \(selection)\(total(labels))") {
      .verify($0)
    }
  }
}
