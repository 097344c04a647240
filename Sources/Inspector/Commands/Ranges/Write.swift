import RangedMmap

struct WriteAction: RangeAction {
  let ranges: RangeSelection
  let pattern: Pattern

  static let verb = Verb("write", .range, .pattern, help: "fill a range with a pattern", example: "write r1 0xa5") {
    WriteAction(ranges: $0, pattern: $1)
  }

  var words: [String?] { ["write", "\(ranges)", Word.quote("\(pattern)")] }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.document.writableFile()
    let labels = try session.labels(ranges, at: .allocated, for: "write")
    let fill = try PatternFill(pattern, for: file.descriptor)
    session.view.pattern = pattern
    let line = "wrote \(ranges) with \(pattern)\(session.total(labels))"
    return try session.send(labels, "write \(ranges)", .write(fill), reporting: line) { .write($0, pattern) }
  }
}

extension Command {
  package static func write(_ ranges: RangeSelection, _ pattern: Pattern) -> Command {
    Command(WriteAction(ranges: ranges, pattern: pattern))
  }
}
