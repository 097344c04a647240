import Inspector
import TerminalCanvas

/// A script while it is played on the screen: its pace, and what keys do to it.
struct Replay {
  /// What became of the next command.
  enum Progress {
    case performed
    /// Its own time holds it back, until then; or, with none, workers, a long step or a person do.
    case waiting(until: ContinuousClock.Instant?)
    case finished
  }

  /// What the bottom line tells of it.
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
    /// Goes on to the next caption as fast as it can, and pauses.
    case seeking
  }

  private var player: Player
  private let keepsTimes: Bool
  // Whether it is shown and listens to keys.
  private let isGuided: Bool
  private var pace = Pace.playing
  // The time of the last command that had one in the recording, and when it was carried out here.
  private var last: (time: Duration, instant: ContinuousClock.Instant)?

  /// A replay at its first command.
  ///
  /// - Parameters:
  ///   - script: What is played.
  ///   - keepsTimes: Whether commands come at the times of the recording, at the session's speed, or as fast as it goes.
  ///   - isGuided: Whether people may pause it and go through it step by step.
  init(_ script: Script, keepsTimes: Bool, isGuided: Bool) {
    player = Player(script)
    self.keepsTimes = keepsTimes
    self.isGuided = isGuided
  }

  /// Where it stands, while there is something left to play; `nil` if it is not to be seen.
  func status(_ session: Session) -> Status? {
    guard isGuided, let position = player.upcoming?.position else { return nil }
    return Status(
      line: position.line, lastLine: player.lastLine(of: position.name) ?? position.line,
      isPaused: pace == .paused || session.isWaitingForKey)
  }

  /// Whether there is nothing left to play.
  var isOver: Bool { player.upcoming == nil }

  /// When the next command's time comes, or came; `nil` if it waits for none.
  private func due(_ session: Session) -> ContinuousClock.Instant? {
    guard pace == .playing, keepsTimes, let last, let time = player.upcoming?.time, time > last.time else { return nil }
    return last.instant + (time - last.time) / session.speed.factor
  }

  /// Carries out the next command, if it may.
  ///
  /// The clock is looked at once: who asked it again for how long to sleep could find that the time had come meanwhile,
  /// and sleep for ever.
  mutating func advance(
    _ session: Session, at now: ContinuousClock.Instant = .now
  ) throws(ScriptError) -> Progress {
    if pace == .paused { return .waiting(until: nil) }
    if let due = due(session), due > now { return .waiting(until: due) }
    if case .steps = pace { player.divideTurns() }
    let step = player.upcoming
    switch try player.step(session) {
    case .performed:
      if let time = step?.time { last = (time, .now) }
      switch pace {
      case .steps(let count): pace = count > 1 ? .steps(count - 1) : .paused
      case .seeking where step?.command.caption != nil: pace = .paused
      default: break
      }
      return .performed
    case .waiting: return .waiting(until: nil)
    case .finished:
      pace = .playing
      return .finished
    }
  }

  /// Does what a key asks of it; false if the key means something else.
  mutating func take(_ key: Key) -> Bool {
    guard isGuided, player.upcoming != nil else { return false }
    switch key {
    case .character(" "):
      pace = pace == .playing ? .paused : .playing
      // The time of the pause is no time of the recording.
      if let last { self.last = (last.time, .now) }
    case .character("."), .right:
      if case .steps(let count) = pace { pace = .steps(count + 1) } else { pace = .steps(1) }
    case .character("]"): pace = .seeking
    case .escape: player.end()
    default: return false
    }
    return true
  }
}
