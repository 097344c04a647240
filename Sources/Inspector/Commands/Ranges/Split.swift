import RangedMmap

struct SplitAction: RangeAction {
  let ranges: RangeSelection
  let position: Int
  let rounding: SplitRounding

  static let verb = Verb(
    "split", .range, .size, .optional(.choice("way to round", [.up, .down])),
    help: "cut an allocated range in two, SIZE bytes from its start, at the next page boundary or the one before",
    example: "split r1 2p"
  ) { SplitAction(ranges: $0, position: $1, rounding: $2 ?? .up) }

  var words: [String?] {
    ["split", "\(ranges)", Literal.describe(inPages: position), rounding == .up ? nil : "\(rounding)"]
  }

  var newLabels: Int? { 1 }

  func perform(in session: Session) throws(CommandError) -> Event {
    let document = session.document
    _ = try document.writableFile()
    _ = try singleLabel("split r1 2p")
    let label = try session.labels(ranges, at: .allocated, for: "split")[0]
    var record = document.ranges.take(label)
    let result = cut(&record)
    document.ranges.put(record, at: label)
    switch consume result {
    case .cut(let low, let high):
      document.ranges.put(low, at: label)
      document.ranges.append(high)
    case .nothingToCut:
      let pages = Alignment.pages(in: document.ranges.bytes(label).count)
      throw CommandError(
        "split r\(label): at \(Literal.describe(inPages: position)) nothing is left to part; it has "
          + "\(counted(pages, "page")), and is cut between two of them")
    }
    let parts = [label, document.ranges.count].map { label in
      let bytes = document.ranges.bytes(label)
      return "r\(label): \(counted(Alignment.pages(in: bytes.count), "page")) at \(address(bytes.lowerBound))"
    }
    return .done(parts.joined(separator: ", "))
  }

  private enum Cut: ~Copyable {
    case cut(low: RangeRecord, high: RangeRecord)
    case nothingToCut
  }

  // Where nothing is cut, the record has its range back.
  private func cut(_ record: inout RangeRecord) -> Cut {
    // At its end the library would cut off an empty part.
    guard position < record.bytes.count, case .allocated(let range) = record.holding.take() else {
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
