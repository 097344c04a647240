import Inspector
import TerminalCanvas

extension RunLoop {
  /// Takes a key while the past is shown; `false` where no past is.
  ///
  /// The script that is played listens to no key meanwhile: it would go on unseen.
  func takeInPast(_ key: Key) -> Bool {
    guard interface.past != nil else { return false }
    let steersScript = session.isResting || interface.replay != nil
    switch key {
    case .escape: perform(.step(inPast: .now))
    case .character(" "), .enter, .character("."):
      if steersScript { refuseInPast() } else { press(key) }
    default: press(key)
    }
    return true
  }

  func refuseInPast() { session.note(Event(.failure, [PastView.refusal])) }

  /// What a command is in the past: itself, with the cursor in what is shown, or `nil` where it is refused.
  func commandInPast(_ command: Command) -> Command? {
    guard let past = interface.past else { return command }
    guard command.worksInPast else { return nil }
    return command.pageToGo.map { .goto(page: past.clamped($0)) } ?? command
  }

  /// Keeps what is shown now, in the past too; another file has a past of its own.
  func keepPast() {
    if let identity = session.sampledFile?.identity, identity != pastIdentity {
      if interface.past != nil {
        session.note(Event(.notice, ["Another file is open; the past was of the last one."]))
      }
      (past, pastIdentity) = (Past(), identity)
    }
    past.keep(interface, session)
    showPast()
  }

  func step(inPast step: PastStep) throws(CommandError) -> [String] {
    guard session.file != nil else { throw CommandError("no file is open, and there is no past") }
    switch step {
    case .back(let count):
      // What is left is kept, though the kernel has not answered for it yet.
      if past.shown == nil { past.keep(interface, session, asIs: true) }
      let steps = past.stepBack(count)
      guard steps > 0 else { throw CommandError(past.end) }
      interface.focus = .grid
      showPast()
      return steps < count || past.isAtEnd && past.hasForgotten ? [past.end] : []
    case .forward(let count):
      guard past.shown != nil else { throw CommandError("this is now; `[` or `back` steps back in the past") }
      past.stepForward(count)
    case .now: past.leave()
    }
    showPast()
    return []
  }

  private func showPast() {
    interface.past = past.shown.map { shown in
      PastView(
        moment: shown.moment, steps: shown.steps, depth: past.depth,
        presentCursor: interface.past?.presentCursor ?? session.view.cursor)
    }
  }
}
