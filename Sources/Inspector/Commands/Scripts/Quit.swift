/// Ends the program.
package struct QuitAction: Action {
  static let verb = Verb("quit", help: "end the program; q for short", example: "quit") { QuitAction() }

  package var words: [String] { ["quit"] }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    session.end()
    return .done("goodbye")
  }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}

extension Command {
  package static let quit = Command(QuitAction())
}
