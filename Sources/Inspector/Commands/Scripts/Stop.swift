struct StopAction: ReadOnlyAction {
  let leavesScript: Bool

  static let verb = Verb(
    "stop",
    help:
      "end what goes on: a long step, a script that `source` plays, the selection, or else the caption; `stop script` leaves the "
      + "script that is played; Esc for short",
    example: "stop",
    forms: [
      Form(keyword: nil) { StopAction(leavesScript: false) }, Form("script") { StopAction(leavesScript: true) },
    ])

  var words: [String?] { ["stop", leavesScript ? "script" : nil] }

  func perform(in session: Session) throws(CommandError) -> Event {
    if leavesScript {
      guard session.scripts.leave() else {
        throw CommandError("stop script: no script is played; `stop` ends a long step or the selection")
      }
    } else if let job = session.job {
      job.stop()
    } else if session.isSourcing {
      session.scripts.leaveSource()
    } else if session.view.selection == nil, session.view.captions.current != nil {
      try session.perform(.say(""))
    } else {
      try session.perform(.select(nil))
    }
    return Event(.done, [])
  }

  // A recording has the step as far as it came, the script as far as it was played, and the selection by its own command.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}

extension Command {
  package static let stop = Command(StopAction(leavesScript: false))
  package static let stopScript = Command(StopAction(leavesScript: true))
}
