struct SelectAction: ViewAction {
  let pages: ClosedRange<Int>?

  static let verb = Verb(
    "select", help: "select pages; `write selected zero` acts on their ranges", example: "select 0-15",
    forms: [
      Form(keyword: nil, .pages) { SelectAction(pages: $0) }, Form("none") { SelectAction(pages: nil) },
    ])

  var words: [String?] { ["select", pages.map(Literal.describe(pages:)) ?? "none"] }
  func change(_ session: Session) throws(CommandError) {
    if let pages { try session.openFile().requirePage(pages.upperBound) }
    session.view.selection = pages.map { Range($0) }
  }
}

extension Command {
  package static func select(_ pages: ClosedRange<Int>?) -> Command { Command(SelectAction(pages: pages)) }

  package var selects: Bool { action is SelectAction }
}
