struct SelectAction: ViewAction {
  let pages: PageSelection?

  static let verb = Verb(
    "select", help: "select pages; `write selected zero` acts on their ranges", example: "select 0-15",
    forms: [
      Form(keyword: nil, .pages) { SelectAction(pages: $0) }, Form("none") { SelectAction(pages: nil) },
    ])

  var words: [String?] { ["select", pages.map { "\($0)" } ?? "none"] }
  func change(_ session: Session) throws(CommandError) {
    let pages = try session.somePages(pages, for: "select")
    if let pages { try session.openFile().requirePage(pages.upperBound) }
    session.view.selection = pages.map { Range($0) }
  }
}

extension Command {
  package static func select(_ pages: ClosedRange<Int>?) -> Command {
    Command(SelectAction(pages: pages.map { .numbered($0) }))
  }

  package var selects: Bool { action is SelectAction }
}
