/// Holds a script back for a time, or until a key is pressed where there are keys.
package struct PauseAction: Action {
  let time: Duration?

  static let verb = Verb(
    "pause", .optional(.time), help: "hold a script back for a time, or until Space is pressed (with --plain: Enter)",
    example: "pause 2s"
  ) { PauseAction(time: $0) }

  package var words: [String] { ["pause"] + (time.map { [Literal.describe(time: $0)] } ?? []) }

  package func perform(in session: Session) throws(CommandError) -> Event {
    session.scripts.rest(time)
    return Event(.done, [])
  }

  // By its true length: the speed is that of whoever plays the recording.
  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    .command(.pause(time.map { min($0 / session.speed.factor, Literal.longestTime) }))
  }
}

extension Command {
  package static func pause(_ time: Duration?) -> Command { Command(PauseAction(time: time)) }

  /// How long it pauses, if it does for a time.
  package var pause: Duration? { (action as? PauseAction)?.time }
}
