import Inspector
import TerminalCanvas

/// The pace of the script that is played on the screen, and what keys do to it.
struct Replay {
  /// What the bottom line shows of it.
  struct Status {
    let line: Int
    let lastLine: Int
    let isPaused: Bool
  }

  private enum Pace: Equatable {
    case playing
    case paused
    /// Carries out so many commands, and pauses: keys may come faster than they can be done.
    case steps(Int)
    /// Goes on to the next caption as fast as it can.
    case seeking
    /// Goes on through the notes on a caption that was sought, and into the pause behind them, or pauses.
    case settling
  }

  private let keepsTimes: Bool
  // Whether it is shown and listens to keys.
  private let isGuided: Bool
  private var pace = Pace.playing
  // The time of the last command that had one in the recording, and when it was carried out here.
  private var last: (time: Duration, instant: ContinuousClock.Instant)?

  init(keepsTimes: Bool, isGuided: Bool) { (self.keepsTimes, self.isGuided) = (keepsTimes, isGuided) }

  /// Where the script stands, while there is something left to play; `nil` if it is not to be seen.
  func status(_ session: Session) -> Status? {
    let rest = session.isResting && !session.isSourcing ? session.player.last : nil
    guard isGuided, let position = session.player.upcoming?.position ?? rest else { return nil }
    return Status(
      line: position.line, lastLine: session.player.lastLine(of: position.name) ?? position.line,
      isPaused: isPaused(session))
  }

  private func isPaused(_ session: Session) -> Bool { pace == .paused || session.isWaitingForKey }

  /// When the next command's time comes, or came; `nil` if it waits for none.
  private func due(_ session: Session) -> ContinuousClock.Instant? {
    guard pace == .playing, keepsTimes, let last, let time = session.player.upcoming?.time, time > last.time else {
      return nil
    }
    return last.instant + (time - last.time) / session.speed.factor
  }

  /// Carries out the next command, if it may.
  ///
  /// The clock is read once: read again for how long to sleep, it could find that the time had come meanwhile, and the
  /// sleep would have no end.
  mutating func step(
    _ session: Session, at now: ContinuousClock.Instant = .now
  ) throws(ScriptError) -> Player.Progress {
    if pace == .settling, session.player.upcoming?.command.isPartOfCaption == false { pace = .paused }
    if pace == .paused { return .waiting() }
    if let due = due(session), due > now { return .waiting(until: due) }
    if case .steps = pace { session.player.divideTurns() }
    let next = session.player.upcoming
    let progress = try session.player.step(session)
    switch progress {
    case .performed:
      if let time = next?.time { last = (time, .now) }
      switch pace {
      case .steps(let count): pace = count > 1 ? .steps(count - 1) : .paused
      case .seeking where next?.command.caption != nil: pace = .settling
      // No pause holds up what is to be as fast as it can.
      case .seeking: session.goOn()
      case .settling where next?.command.isPauseForKey == true: pace = session.isWaitingForKey ? .playing : .paused
      default: break
      }
    case .waiting: break
    case .finished: pace = .playing
    }
    return progress
  }

  /// What a key asks of the replay.
  enum Answer {
    case taken
    case perform(Command)
    case passesOn
  }

  mutating func take(_ key: Key, _ session: Session) -> Answer {
    guard status(session) != nil else { return .passesOn }
    switch key {
    case .character(" "), .enter:
      guard isPaused(session) else {
        // One hold is enough: who goes on goes on at once, and the rest of a timed pause is left out.
        if session.isResting { session.hold() } else { pace = .paused }
        return .taken
      }
      pace = .playing
      // The time of the pause is no time of the recording.
      if let last { self.last = (last.time, .now) }
    case .character("."), .right:
      if case .steps(let count) = pace { pace = .steps(count + 1) } else { pace = .steps(1) }
    case .character("]"): pace = .seeking
    case .escape: return .perform(.stopScript)
    default: return .passesOn
    }
    // A script that waits for a key has got one.
    session.goOn()
    return .taken
  }
}

extension Command {
  /// Whether it belongs to the caption before it.
  fileprivate var isPartOfCaption: Bool { note != nil || isPauseForKey }
}
