import RangedMmap

/// Moves the cursor to a page.
package struct GotoAction: Action {
  let page: Int

  static let verb = Verb("goto", .page, help: "move the cursor to a page", example: "goto 17") { GotoAction(page: $0) }

  package var words: [String] { ["goto", "\(page)"] }
  package var isForLooking: Bool { true }
  package func perform(in session: Session) throws(CommandError) -> Event { try session.goto(page) }
}

extension Command {
  package static func goto(page: Int) -> Command { Command(GotoAction(page: page)) }
}

extension Session {
  fileprivate func goto(_ page: Int) throws(CommandError) -> Event {
    let file = try openFile()
    guard page < file.states.count else {
      throw CommandError("page \(page): the last page is \(file.states.count - 1)")
    }
    view.move(toByte: page * Alignment.page)
    // Nothing to tell: each press of an arrow comes through here.
    return Event(.done, [])
  }
}
