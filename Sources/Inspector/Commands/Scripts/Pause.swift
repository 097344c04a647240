struct PauseAction: Action {
  let time: Duration?

  static let verb = Verb(
    "pause", .optional(.time),
    help: "hold a script back until Space is pressed (with --plain: Enter), or for a time: Space within it holds, "
      + "and the next goes on",
    example: "pause 2s"
  ) { PauseAction(time: $0) }

  var words: [String?] { ["pause", time.map(Literal.describe(time:))] }

  func perform(in session: Session) throws(CommandError) -> Event {
    session.scripts.rest(time)
    return Event(.done, [])
  }

  // The time that it really took: the recording is played at a speed of its own.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    .command(Command(PauseAction(time: time.map { min($0 / session.speed.factor, Literal.longestTime) })))
  }
}

extension Command {
  package var pause: Duration? { (action as? PauseAction)?.time }
  package var isPauseForKey: Bool { action is PauseAction && pause == nil }
}
