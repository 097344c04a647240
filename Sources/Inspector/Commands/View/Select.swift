import RangedMmap

/// Selects pages for commands to act on, or none.
package struct SelectAction: Action {
  let pages: ClosedRange<Int>?

  static let verb = Verb(
    "select", help: "select pages; `write selected zero` acts on their ranges", example: "select 0-15",
    forms: [
      Form(keyword: nil, .pages) { SelectAction(pages: $0) }, Form("none") { SelectAction(pages: nil) },
    ])

  package var words: [String] { ["select", pages.map(Literal.describe(pages:)) ?? "none"] }
  package var isForLooking: Bool { true }
  package func perform(in session: Session) throws(CommandError) -> Event { try session.select(pages) }
}

extension Command {
  package static func select(_ pages: ClosedRange<Int>?) -> Command { Command(SelectAction(pages: pages)) }
}

extension Session {
  fileprivate func select(_ pages: ClosedRange<Int>?) throws(CommandError) -> Event {
    guard let pages else {
      view.selection = nil
      return Event(.done, [])
    }
    let file = try openFile()
    guard pages.upperBound < file.states.count else {
      throw CommandError("page \(pages.upperBound): the last page is \(file.states.count - 1)")
    }
    view.selection = pages.lowerBound..<pages.upperBound + 1
    return Event(.done, [])
  }
}
