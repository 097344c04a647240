import PageCache
import RangedMmap

struct DiffAction: FactsAction {
  let name: String
  let asJSON: Bool

  static let verb = Verb(
    "diff", .mark, .flag("json"), help: "what has changed since a mark: states, the kernel's pages, bytes",
    example: "diff before"
  ) { DiffAction(name: $0, asJSON: $1) }

  var words: [String?] { ["diff", name, asJSON ? "json" : nil] }
  var isTimed: Bool { true }

  func lines(of file: MmapFile, in session: Session) throws(CommandError) -> [String] {
    let changes = try FileChanges(since: name, of: file, in: session)
    let arrow = session.view.isASCII ? "->" : "→"
    var lines: [String] = []
    if let end = changes.newEnd { lines.append("size: " + end) }
    for change in changes.library ?? [] {
      lines.append("library: \(named(change.pages)): \(change.was.word) \(arrow) \(change.is.word)")
    }
    for change in changes.stored ?? [] {
      let was = change.pages.count == 1 ? "was" : "were"
      lines.append("stored: \(named(change.pages)) \(was) \(change.is ? "stored to" : "synced")")
    }
    for change in changes.kernel {
      lines.append("kernel: \(named(change.pages)): \(changes.word(change.was)) \(arrow) \(changes.word(change.is))")
    }
    for (pages, bytes) in zip(changes.bytes.differing, changes.bytes.differingBytes) {
      let what = bytes.map { bytes in
        bytes.count == 1
          ? "1 byte differs, at \(address(bytes.first))"
          : "\(bytes.count) bytes differ, the first at \(address(bytes.first))"
      }
      lines.append("bytes: \(named(pages)): \(what ?? "differ")")
    }
    let since = "since `\(name)`, \(changes.mark.time), \(WallTime.now.age(of: changes.mark.time)):"
    let first = lines.isEmpty ? since + " nothing has changed that is known" : since
    lines += omissions(changes.bytes.omitted)
    if let reason = changes.lacking {
      let what = changes.isKernelUnknown ? "unknown" : "dirty and writeback are unknown"
      lines.append("kernel: \(what): \(reason)")
    }
    return [first] + lines
  }

  // More of a kind would bury what has changed.
  private static let mostOmissions = 3

  private func omissions(_ all: [(pages: Range<Int>, reason: ByteComparison.Reason)]) -> [String] {
    ByteComparison.Reason.allCases.flatMap { reason in
      let runs = all.filter { $0.reason == reason }.map(\.pages)
      let end = "not compared: \(reason.rawValue)"
      guard runs.count > Self.mostOmissions else { return runs.map { "bytes: \(named($0)): \(end)" } }
      let pages = counted(runs.reduce(0) { $0 + $1.count }, "page")
      return ["bytes: \(pages) in \(runs.count) places: \(end); `diff \(Word.quote(name)) json` lists them"]
    }
  }

  func json(of file: MmapFile, in session: Session) throws(CommandError) -> JSON {
    let changes = try FileChanges(since: name, of: file, in: session)
    func list<Value>(_ changes: [FileChanges.Change<Value>], _ word: (Value) -> String) -> JSON {
      JSON(
        changes.map { change -> JSON in
          JSON(fields(change.pages) + [("was", JSON(word(change.was))), ("is", JSON(word(change.is)))])
        })
    }
    func fields(_ pages: Range<Int>) -> [(String, JSON)] {
      [("first", JSON(pages.lowerBound)), ("last", JSON(pages.upperBound - 1))]
    }
    let omitted = changes.bytes.omitted.map { JSON(fields($0.pages) + [("reason", JSON($0.reason.rawValue))]) }
    let differing = zip(changes.bytes.differing, changes.bytes.differingBytes).map { pages, bytes in
      JSON(fields(pages) + [("bytes", JSON(bytes?.count)), ("offset", JSON(bytes?.first))])
    }
    return [
      "mark": JSON(name), "file": JSON(file.path.string), "time": JSON(changes.mark.time.date),
      "size": ["was": JSON(changes.mark.state.size), "is": JSON(changes.now.size)],
      "library": changes.library.map { list($0, \.word) } ?? JSON.null,
      "kernel": changes.isKernelUnknown ? JSON.null : list(changes.kernel, changes.word),
      "stored": changes.stored.map { JSON($0.map { JSON(fields($0.pages) + [("is", JSON($0.is))]) }) } ?? JSON.null,
      "reason": JSON(changes.lacking?.description),
      "bytes": [
        "compared": JSON(changes.bytes.compared), "differ": JSON(differing),
        "notCompared": JSON(omitted),
      ],
    ]
  }
}
