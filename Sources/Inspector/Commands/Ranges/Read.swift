import RangedMmap

struct ReadAction: RangeAction {
  let ranges: RangeSelection
  let offset: Int
  let length: Int?

  static let verb = Verb(
    "read", .range, .optional(.offset), .optional(.length), help: "show bytes of a range as xxd does",
    example: "read r1 0 64"
  ) { ReadAction(ranges: $0, offset: $1 ?? 0, length: $2) }

  var words: [String?] {
    [
      "read", "\(ranges)", offset > 0 || length != nil ? Literal.describe(offset: offset) : nil,
      length.map(Literal.describe(size:)),
    ]
  }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    let label = try singleLabel("read r1 0 64")
    _ = try session.known(label...label)
    let range = session.document.ranges.bytes(label)
    guard offset < range.count else {
      throw CommandError("read r\(label): offset \(offset) is past its \(range.count) bytes")
    }
    let end = min(range.count, offset + min(length ?? 256, range.count))
    let found = try file.presentBytes(range.lowerBound + offset..<range.lowerBound + end)
    let dump = Event(.output, HexDump.lines(found.bytes, at: range.lowerBound + offset))
    guard let shortfall = found.shortfall else { return dump }
    // What is there is shown all the same.
    session.note(dump)
    throw CommandError("read r\(label): \(file.path): \(shortfall)")
  }
}

extension Command {
  package static func read(_ ranges: RangeSelection, offset: Int, length: Int?) -> Command {
    Command(ReadAction(ranges: ranges, offset: offset, length: length))
  }
}
