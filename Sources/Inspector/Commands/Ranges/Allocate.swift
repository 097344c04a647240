import RangedMmap

struct AllocateAction: Action {
  let byteCount: Int
  let times: Int

  static let verb = Verb(
    "allocate", .size, .optional(.times), help: "take the next pages of the file, N times, as r1, r2, …",
    example: "allocate 2p x4"
  ) { AllocateAction(byteCount: $0, times: $1 ?? 1) }

  var isTimed: Bool { true }
  var words: [String?] { ["allocate", Literal.describe(inPages: byteCount), times == 1 ? nil : "x\(times)"] }
  var newLabels: Int? { times }

  func perform(in session: Session) throws(CommandError) -> Event {
    let allocator = try session.document.writableAllocator()
    return try session.workers.whileNoneAllocates { () throws(CommandError) in
      // What workers allocated before is reported before.
      session.takeInWorkers()
      return try allocate(from: allocator, in: session)
    }
  }

  private func allocate(from allocator: ConcurrentAllocator, in session: Session) throws(CommandError) -> Event {
    let document = session.document
    let first = document.ranges.count + 1
    var bytes: Range<Int>?
    for _ in 0..<times {
      guard let range = allocator.allocate(byteCount) else { break }
      bytes = (bytes?.lowerBound ?? range.start)..<range.end
      document.ranges.append(RangeRecord(range, by: .command))
    }
    guard let bytes else {
      throw CommandError(
        "allocate: no pages are left; \(Rule.ofLibrary("each is handed out once")); `reuse` makes written ranges writable again"
      )
    }
    session.view.cursor = bytes.lowerBound / Alignment.page
    let labels = RangeSelection.labels(first...document.ranges.count)
    var line = "\(labels): \(counted(Alignment.pages(in: bytes.count), "page")) at \(address(bytes.lowerBound))"
    if document.ranges.count - first + 1 < times || bytes.count < byteCount { line += "; no more are left" }
    return .done(line)
  }
}

extension Command {
  package static func allocate(byteCount: Int, times: Int) -> Command {
    Command(AllocateAction(byteCount: byteCount, times: times))
  }
}
