import RangedMmap

/// Starts writeback.
package struct FlushAction: Action {
  let ranges: RangeSelection

  static let verb = Verb("flush", .range, help: "start the writeback of a range, and don't wait", example: "flush r1") {
    FlushAction(ranges: $0)
  }

  package var words: [String] { ["flush", "\(ranges)"] }
  package var neededLabels: ClosedRange<Int>? { ranges.labels }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.flush(ranges) }
}

extension Command {
  package static func flush(_ ranges: RangeSelection) -> Command { Command(FlushAction(ranges: ranges)) }
}

extension Session {
  fileprivate func flush(_ selection: RangeSelection) throws(CommandError) -> Event {
    _ = try document.writableFile()
    let labels = try labels(selection, at: .written, for: "flush")
    return try send(
      labels, "flush \(selection)", .flush, telling: "writeback of \(selection) started\(total(labels))"
    ) { .flush($0) }
  }
}
