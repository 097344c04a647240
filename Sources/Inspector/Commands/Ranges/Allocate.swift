import RangedMmap

/// Takes pages from the allocator, once or several times.
package struct AllocateAction: Action {
  let byteCount: Int
  let times: Int

  static let verb = Verb(
    "allocate", .size, .optional(.times), help: "take the next pages of the file, N times, as r1, r2, …",
    example: "allocate 2p x4"
  ) { AllocateAction(byteCount: $0, times: $1 ?? 1) }

  package var words: [String] {
    ["allocate", Literal.describe(pages: byteCount)] + (times == 1 ? [] : ["x\(times)"])
  }

  package var newLabels: Int? { times }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try session.allocate(byteCount, times: times)
  }
}

extension Command {
  package static func allocate(byteCount: Int, times: Int) -> Command {
    Command(AllocateAction(byteCount: byteCount, times: times))
  }
}

extension Session {
  fileprivate func allocate(_ byteCount: Int, times: Int) throws(CommandError) -> Event {
    let allocator = try document.writableAllocator()
    return try workers.whileNoneAllocates { () throws(CommandError) in
      // What workers have allocated before is told before.
      takeInWorkers()
      return try allocate(byteCount, times: times, allocator)
    }
  }

  private func allocate(
    _ byteCount: Int, times: Int, _ allocator: ConcurrentAllocator
  ) throws(CommandError) -> Event {
    let first = document.ranges.count + 1
    var bytes: Range<Int>?
    for _ in 0..<times {
      guard let range = allocator.allocate(byteCount) else { break }
      bytes = (bytes?.lowerBound ?? range.start)..<range.end
      document.ranges.append(RangeRecord(range, by: .command))
    }
    guard let bytes else {
      throw CommandError("allocate: no pages are left; `reuse` makes written ranges writable again")
    }
    view.cursor = bytes.lowerBound / Alignment.page
    let labels = RangeSelection.labels(first...document.ranges.count)
    let pages = Alignment.pages(in: bytes.count)
    var line = "\(labels): \(counted(pages, "page")) at 0x\(hex(bytes.lowerBound, width: 1))"
    if document.ranges.count - first + 1 < times || bytes.count < byteCount { line += "; no more are left" }
    return .done(line)
  }
}
