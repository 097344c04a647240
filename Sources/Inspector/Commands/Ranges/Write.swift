import RangedMmap

/// Fills ranges with a pattern.
package struct WriteAction: Action {
  let ranges: RangeSelection
  let pattern: Pattern

  static let verb = Verb("write", .range, .pattern, help: "fill a range with a pattern", example: "write r1 0xa5") {
    WriteAction(ranges: $0, pattern: $1)
  }

  package var words: [String] { ["write", "\(ranges)", Word.quote("\(pattern)")] }
  package var neededLabels: ClosedRange<Int>? { ranges.labels }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.write(ranges, pattern) }
}

extension Command {
  package static func write(_ ranges: RangeSelection, _ pattern: Pattern) -> Command {
    Command(WriteAction(ranges: ranges, pattern: pattern))
  }
}

extension Session {
  fileprivate func write(_ selection: RangeSelection, _ pattern: Pattern) throws(CommandError) -> Event {
    let file = try document.writableFile()
    let labels = try labels(selection, at: .allocated, for: "write")
    let fill = try PatternFill(pattern, for: file.descriptor)
    view.pattern = pattern
    return try send(
      labels, "write \(selection)", .write(fill), telling: "wrote \(selection) with \(pattern)\(total(labels))"
    ) { .write($0, pattern) }
  }
}
