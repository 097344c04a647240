import RangedMmap

/// Says all that is known of a page, or of the one under the cursor.
package struct PageAction: Action {
  let number: Int?

  static let verb = Verb(
    "page", .optional(.page), help: "all that is known of a page, or of the one under the cursor", example: "page 17"
  ) { PageAction(number: $0) }

  package var words: [String] { ["page"] + (number.map { ["\($0)"] } ?? []) }
  package var isForLooking: Bool { true }
  package func perform(in session: Session) throws(CommandError) -> Event { try session.page(number) }
}

extension Command {
  package static func page(_ number: Int?) -> Command { Command(PageAction(number: number)) }
}

extension Session {
  fileprivate func page(_ number: Int?) throws(CommandError) -> Event {
    let file = try openFile()
    let page = number ?? view.cursor
    guard page < file.states.count else {
      throw CommandError("page \(page): the last page is \(file.states.count - 1)")
    }
    let offset = page * Alignment.page
    var lines = [
      "page \(page) at 0x\(hex(offset, width: 1)) = \(offset)",
      "state: \(file.isWritable ? "\(file.states[page])" : "not ours")",
    ]
    if let range = range(ofPage: page) {
      lines.append("range: \(range.facts.joined(separator: ", "))")
      if let pattern = range.pattern { lines.append("bytes: \(pattern)") }
      lines.append("when: \(range.history.steps.joined(separator: ", "))")
    } else if let holder = workers.holder(ofPage: page) {
      lines.append("range: in the hands of worker \(holder.number)")
    }
    func add(_ name: String, _ told: () throws(CommandError) -> Event) {
      do throws(CommandError) { lines += try told().lines.map { "\(name): \($0)" } } catch {
        lines.append("\(name): \(error)")
      }
    }
    add("kernel") { () throws(CommandError) in try kernel(page...page) }
    lines.append("file: \(place(of: file))")
    add("users") { () throws(CommandError) in try users() }
    return Event(.output, lines, isMeasured: true)
  }
}

extension RangeSummary {
  /// Its label, its place and who allocated it.
  package var facts: [String] {
    let pages = bytes.lowerBound / Alignment.page..<Alignment.pages(in: bytes.upperBound)
    let place = pages.count == 1 ? "this page" : "pages \(pages.lowerBound)-\(pages.upperBound - 1)"
    return ["r\(label)", place, "by \(author)"]
  }
}

extension RangeHistory {
  /// The steps with their times, the last one first.
  package var steps: [String] {
    [(reused, "taken back"), (synced, "durable"), (written, "written"), (allocated, "allocated")]
      .compactMap { time, step in time.map { "\(step) \($0)" } }
  }
}
