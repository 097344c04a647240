struct ScreenAction: ReadOnlyAction {
  let path: String?
  let isForced: Bool

  static let verb = Verb(
    "screen", .optional(.path), .flag("force"),
    help: "print the frame as text, or save it as .txt, .ansi or .svg", example: "screen frame.svg"
  ) { ScreenAction(path: $0, isForced: $1) }

  var words: [String?] { ["screen", path.map(Word.quote), path != nil && isForced ? "force" : nil] }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard let takeScreen = session.host.takeScreen else { throw CommandError("screen: nothing is drawn here") }
    guard let path else { return Event(.output, try takeScreen(nil)) }
    _ = try takeScreen(session.output(path, isForced: isForced, command: "screen"))
    return .done("saved \(path)")
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    path == nil ? .command(Command(self)) : .nothing
  }
}
