import RangedMmap

/// Cuts an allocated range in two.
package struct SplitAction: Action {
  let ranges: RangeSelection
  let position: Int
  let rounding: SplitRounding

  static let verb = Verb(
    "split", .range, .size, .optional(.choice("way to round", [.up, .down])),
    help: "cut an allocated range in two, SIZE bytes from its start, at the next page boundary or the one before",
    example: "split r1 2p"
  ) { SplitAction(ranges: $0, position: $1, rounding: $2 ?? .up) }

  package var words: [String] {
    ["split", "\(ranges)", Literal.describe(pages: position)] + (rounding == .up ? [] : ["\(rounding)"])
  }

  package var neededLabels: ClosedRange<Int>? { ranges.labels }
  package var newLabels: Int? { 1 }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try session.split(ranges, at: position, rounding)
  }
}

extension Session {
  fileprivate func split(_ selection: RangeSelection, at position: Int, _ rounding: SplitRounding) throws(CommandError)
    -> Event
  {
    _ = try document.writableFile()
    guard case .labels(let wanted) = selection, wanted.count == 1 else {
      throw CommandError("split \(selection): one range at a time, as in `split r1 2p`")
    }
    let label = try labels(selection, at: .allocated, for: "split")[0]
    var record = document.ranges.take(label)
    let result = Self.cut(&record, at: position, rounding)
    document.ranges.put(record, at: label)
    switch consume result {
    case .cut(let low, let high):
      document.ranges.put(low, at: label)
      document.ranges.append(high)
    case .nothingToCut:
      let bytes = document.ranges.bytes(label).count
      throw CommandError(
        "split r\(label): at \(Literal.describe(pages: position)) nothing is left to part; it has "
          + "\(counted(Alignment.pages(in: bytes), "page")), and is cut between two of them")
    }
    let parts = [label, document.ranges.count].map { label in
      let bytes = document.ranges.bytes(label)
      return "r\(label): \(counted(Alignment.pages(in: bytes.count), "page")) at 0x\(hex(bytes.lowerBound, width: 1))"
    }
    return .done(parts.joined(separator: ", "))
  }

  private enum Cut: ~Copyable {
    case cut(low: RangeRecord, high: RangeRecord)
    case nothingToCut
  }

  // Where nothing is cut, the record has its range back.
  private static func cut(_ record: inout RangeRecord, at position: Int, _ rounding: SplitRounding) -> Cut {
    // At its end the library would cut off an empty part.
    guard position < record.bytes.count, case .allocated(let range)? = record.holding.take() else {
      return .nothingToCut
    }
    switch range.split(at: position, rounding: rounding) {
    case .parts(let low, let high):
      return .cut(low: RangeRecord(low, of: record), high: RangeRecord(high, of: record))
    case .whole(let range): record.holding = .allocated(range)
    case .outOfBounds(let range): record.holding = .allocated(range)
    }
    return .nothingToCut
  }
}
