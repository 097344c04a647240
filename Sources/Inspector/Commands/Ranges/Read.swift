import RangedMmap

/// Shows the bytes of a range.
package struct ReadAction: Action {
  let ranges: RangeSelection
  let offset: Int
  let length: Int?

  static let verb = Verb(
    "read", .range, .optional(.offset), .optional(.length), help: "show bytes of a range as xxd does",
    example: "read r1 0 64"
  ) { ReadAction(ranges: $0, offset: $1 ?? 0, length: $2) }

  package var words: [String] {
    ["read", "\(ranges)"] + (offset > 0 || length != nil ? [Literal.describe(offset: offset)] : [])
      + (length.map { [Literal.describe(size: $0)] } ?? [])
  }

  package var neededLabels: ClosedRange<Int>? { ranges.labels }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try session.read(ranges, offset: offset, length: length)
  }
}

extension Command {
  package static func read(_ ranges: RangeSelection, offset: Int, length: Int?) -> Command {
    Command(ReadAction(ranges: ranges, offset: offset, length: length))
  }
}

extension Session {
  fileprivate func read(_ selection: RangeSelection, offset: Int, length: Int?) throws(CommandError) -> Event {
    let file = try openFile()
    guard case .labels(let wanted) = selection, wanted.count == 1 else {
      throw CommandError("read \(selection): one range at a time, as in `read r1 0 64`")
    }
    let label = try known(wanted)[0]
    let range = document.ranges.bytes(label)
    guard offset < range.count else {
      throw CommandError("read r\(label): offset \(offset) is past its \(range.count) bytes")
    }
    let end = min(range.count, offset + min(length ?? 256, range.count))
    let found = try file.look(at: range.lowerBound + offset..<range.lowerBound + end)
    let dump = Event(.output, HexDump.lines(found.bytes, at: range.lowerBound + offset))
    guard let shortfall = found.shortfall else { return dump }
    // What is there is shown all the same.
    note(dump)
    throw CommandError("read r\(label): \(file.path): \(shortfall)")
  }
}
