/// Ends the innermost of what goes on: a long step, a script that is played, or else the selection.
package struct StopAction: Action {
  static let verb = Verb(
    "stop", help: "end what goes on: a long step, a script that `source` plays, or else the selection; Esc for short",
    example: "stop"
  ) { StopAction() }

  package var words: [String] { ["stop"] }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    if let job = session.jobs.job {
      job.stop()
    } else if session.scripts.isPlaying {
      session.scripts.goOn()
      session.scripts.stopPlaying()
    } else {
      try session.perform(.select(nil))
    }
    return Event(.done, [])
  }

  // A step is told as far as it came, a script as far as it was played, and the selection by its own command.
  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}

extension Command {
  package static let stop = Command(StopAction())
}
