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

  func refuseInPast() { session.note(Event(.failure, [Command.refusalInPast])) }

  /// What a command is in the past: itself, with the cursor in what is shown, or `nil` where it is refused.
  func commandInPast(_ command: Command) -> Command? {
    guard let past = interface.past else { return command }
    guard command.worksInPast else { return nil }
    return command.pageToGo.map { .goto(page: past.clamped($0)) } ?? command
  }

  func step(inPast step: PastStep) throws(CommandError) -> [String] {
    if interface.past == nil { isPastOfScript = !isPersonsCommand }
    defer {
      interface.past = browser.view
      if interface.past != nil { interface.focus = .grid }
    }
    return try browser.step(step, from: interface, session)
  }
}
