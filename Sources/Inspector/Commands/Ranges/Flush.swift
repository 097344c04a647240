struct FlushAction: RangeAction {
  let ranges: RangeSelection

  static let verb = Verb("flush", .range, help: "start the writeback of a range, and don't wait", example: "flush r1") {
    FlushAction(ranges: $0)
  }

  func perform(in session: Session) throws(CommandError) -> Event {
    _ = try session.document.writableFile()
    let labels = try session.labels(ranges, at: .written, for: "flush")
    let line = "writeback of \(ranges) started\(session.total(labels))"
    return try session.send(labels, "flush \(ranges)", .flush, reporting: line) { .flush($0) }
  }
}

extension Command {
  package static func flush(_ ranges: RangeSelection) -> Command { Command(FlushAction(ranges: ranges)) }
}
