/// Shows the frame, or saves it.
package struct ScreenAction: Action {
  let path: String?
  let isForced: Bool

  static let verb = Verb(
    "screen", .optional(.path), .flag("force"),
    help: "print the frame as text, or save it as .txt, .ansi or .svg", example: "screen frame.svg"
  ) { ScreenAction(path: $0, isForced: $1) }

  package var words: [String] {
    ["screen"] + (path.map { [Word.quote($0)] + (isForced ? ["force"] : []) } ?? [])
  }

  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.screen(path, isForced) }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    path == nil ? .command(Command(self)) : .nothing
  }
}

extension Session {
  fileprivate func screen(_ path: String?, _ isForced: Bool) throws(CommandError) -> Event {
    guard let takeScreen = host.takeScreen else { throw CommandError("screen: nothing is drawn here") }
    guard let path else { return Event(.output, try takeScreen(nil)) }
    _ = try takeScreen(output(path, isForced: isForced, command: "screen"))
    return .done("saved \(path)")
  }
}
