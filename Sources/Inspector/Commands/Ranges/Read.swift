import RangedMmap

struct ReadAction: RangeAction {
  let ranges: RangeSelection
  let offset: Int
  let length: Int?

  static let verb = Verb(
    "read", .target, .optional(.offset), .optional(.length),
    help:
      "show bytes of a range, or of any pages, as xxd does; of pages all, and what is not in memory is not left there",
    example: "read r1 0 64"
  ) {
    switch $0 {
    case .ranges(let labels): return ReadAction(ranges: .labels(labels), offset: $1 ?? 0, length: $2)
    case let pages: return ReadPagesAction(pages: pages, offset: $1 ?? 0, length: $2)
    }
  }

  var words: [String?] { Self.words("\(ranges)", offset, length) }

  fileprivate static func words(_ source: String, _ offset: Int, _ length: Int?) -> [String?] {
    [
      "read", source, offset > 0 || length != nil ? Literal.describe(offset: offset) : nil,
      length.map(Literal.describe(size:)),
    ]
  }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    if !file.isWritable {
      throw CommandError(
        "read \(ranges): \(file.path) is open for reading only, and has no ranges; "
          + "\(file.isDevice ? Rule.noDevice : Rule.noRanges); `read 0` shows the bytes of page 0")
    }
    let label = try singleLabel("read r1 0 64")
    _ = try session.known(label...label)
    let range = session.document.ranges.bytes(label)
    guard offset < range.count else {
      throw CommandError("read r\(label): offset \(offset) is past its \(range.count) bytes")
    }
    let end = min(range.count, offset + min(length ?? 256, range.count))
    let found = try session.jobs.measure(of: file) { () throws(CommandError) in
      try file.presentBytes(range.lowerBound + offset..<range.lowerBound + end)
    }
    return try session.show(found, at: range.lowerBound + offset, "read r\(label)")
  }
}

/// Shows the bytes of pages, whoever wrote them.
struct ReadPagesAction: ReadOnlyAction {
  /// Of the file, and not of ranges.
  let pages: PageTarget
  let offset: Int
  let length: Int?

  var words: [String?] { ReadAction.words("\(pages)", offset, length) }
  var isTimed: Bool { true }

  // A person reads no more, and for more there is dd(1).
  private static let most = 1 << 20

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    let name = "read \(pages)"
    let wanted = try session.pages(pages, of: file, for: "read").first ?? 0..<0
    let all = Alignment.bytes(of: wanted).clamped(to: 0..<max(file.size, file.presentSize))
    guard offset < all.count else { throw CommandError("\(name): offset \(offset) is past its \(all.count) bytes") }
    let bytes = all.dropFirst(offset).prefix(length ?? all.count)
    guard bytes.count <= Self.most else {
      throw CommandError("\(name): \(bytes.count) bytes are too many to be shown; at most 1m: `\(name) 0 1m`")
    }
    let sampled = try session.reachableFile("read")
    // Leaves in memory what was there, and no more.
    let contents = try FileContents(of: sampled.descriptor, bytes, stopping: Job("read", pages: wanted.count))
    let found: [UInt8]
    do throws(Errno) {
      found = try session.jobs.measure(of: file) { () throws(Errno) in try contents.bytes(in: bytes) }
    } catch {
      throw CommandError("\(file.path): can't read the file: \(error)")
    }
    return try session.show(file.found(found, of: bytes), at: bytes.lowerBound, name)
  }
}

extension Session {
  // What is there is shown, though some of it is gone.
  fileprivate func show(_ found: FoundBytes, at offset: Int, _ name: String) throws(CommandError) -> Event {
    let dump = Event(.output, HexDump.lines(found.bytes, at: offset))
    guard let shortfall = found.shortfall else { return dump }
    note(dump)
    throw CommandError("\(name): \(try openFile().path): \(shortfall)")
  }
}

extension Command {
  package static func read(_ ranges: RangeSelection, offset: Int, length: Int?) -> Command {
    Command(ReadAction(ranges: ranges, offset: offset, length: length))
  }
}
