struct VerifyAction: RangeAction {
  let ranges: RangeSelection

  static let verb = Verb(
    "verify", .range, help: "compare a range with the pattern last written to it", example: "verify r1"
  ) { VerifyAction(ranges: $0) }

  func perform(in session: Session) throws(CommandError) -> Event {
    let labels = try session.writtenLabels(ranges, for: "verify")
    let line = "verified \(ranges)\(session.total(labels))"
    return try session.send(labels, "verify \(ranges)", .verify, reporting: line) { .verify($0) }
  }
}

extension Command {
  package static func verify(_ ranges: RangeSelection) -> Command { Command(VerifyAction(ranges: ranges)) }
}
