import RangedMmap

struct GotoAction: ViewAction {
  let page: Int

  static let verb = Verb("goto", .page, help: "move the cursor to a page", example: "goto 17") { GotoAction(page: $0) }

  var words: [String?] { ["goto", "\(page)"] }
  func change(_ session: Session) throws(CommandError) {
    try session.openFile().requirePage(page)
    session.view.move(toByte: page * Alignment.page)
  }
}

extension Command {
  package static func goto(page: Int) -> Command { Command(GotoAction(page: page)) }

  /// The page that it brings the cursor to, if it names one.
  package var pageToGo: Int? { (action as? GotoAction)?.page }

  package var movesCursor: Bool { action is GotoAction || action is ByteAction }
}
