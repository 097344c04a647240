import RangedMmap

struct PageAction: ReadOnlyAction {
  let number: Int?

  static let verb = Verb(
    "page", .optional(.page), help: "all that is known of a page, or of the one under the cursor", example: "page 17"
  ) { PageAction(number: $0) }

  var words: [String?] { ["page", number.map(String.init)] }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    let page = number ?? session.view.cursor
    try file.requirePage(page)
    let offset = page * Alignment.page
    var lines = [
      "page \(page) at \(address(offset)) = \(offset)",
      "state: \(file.word(for: file.states[page]))",
    ]
    if let range = session.range(ofPage: page) {
      lines.append("range: \(range.facts.joined(separator: ", "))")
      if let pattern = range.pattern { lines.append("bytes: \(pattern)") }
      lines.append("when: \(range.history.steps.joined(separator: ", "))")
    } else if let holder = session.workers.holder(ofPage: page) {
      lines.append("range: in the hands of worker \(holder.number)")
    }
    func add(_ name: String, _ action: some FactsAction) {
      do throws(CommandError) { lines += try action.lines(of: file, in: session).map { "\(name): \($0)" } } catch {
        lines.append("\(name): \(error)")
      }
    }
    add("kernel", KernelAction(pages: .numbered(page...page), asJSON: false, showsStores: false))
    if let dirtiness = session.presentDirtiness(ofPage: page) {
      lines.append("dirty: \(dirtiness.sinceWords[0])")
      lines.append("due: \(dirtiness.due.words.joined(separator: ", "))")
    }
    if let fault = session.document.faults?.fault(ofPage: page, takesNew: true) {
      lines.append("faulted: \(fault.words.joined(separator: ", "))")
    }
    if let stored = session.storesFact(ofPage: page) {
      lines.append("stored: \(stored)")
      lines += session.storesSummary(of: file)
    }
    lines += Self.kernelsReasons(page, file, session)
    lines.append("file: \(session.place(of: file))")
    add("users", UsersAction(asJSON: false))
    return Event(.output, lines, isMeasured: true)
  }

  // Of which pages around it the kernel says the same, and why it says other things than the library.
  private static func kernelsReasons(_ page: Int, _ file: MmapFile, _ session: Session) -> [String] {
    guard let sampled = session.sampledFile, page < file.presentPages else { return [] }
    var probe = KernelProbe()
    let sample = probe.sample(KernelRequest(sampled, pages: page..<page + 1, cursor: page))
    guard sample.state != nil else { return [] }
    return (sample.alike.count > 1 ? ["alike, within 2 MiB: \(named(sample.alike))"] : [])
      + (Disagreement(file, sample)?.sentence.map { ["why: \($0)"] } ?? [])
  }
}

extension RangeSummary {
  package var facts: [String] {
    let pages = Alignment.pages(of: bytes)
    return ["r\(label)", pages.count == 1 ? "this page" : named(pages), "by \(author)"]
  }
}

extension RangeHistory {
  package var steps: [String] {
    [(reused, "taken back"), (synced, "durable"), (written, "written"), (allocated, "allocated")]
      .compactMap { time, step in time.map { "\(step) \($0)" } }
  }
}

extension Command {
  /// All that is known of a page, or of the one under the cursor.
  package static func page(_ number: Int?) -> Command { Command(PageAction(number: number)) }
}
