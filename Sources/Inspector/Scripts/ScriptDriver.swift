/// What holds scripts back, and the script that a command plays.
///
/// A script goes on when nothing holds it: no pause, no wait for workers, no script that it plays.
struct ScriptDriver {
  /// What a pause ends with.
  private enum Pause {
    case key
    case time(ContinuousClock.Instant)
  }

  /// How many times faster than told pauses go by.
  var speed = Speed.normal
  /// Whether somebody is there who can press a key, so that a script may wait for one.
  var isAttended = false
  private var pause: Pause?
  private var awaitsWorkers = false
  /// The steps that workers still have to take, told by `workers step` or `wait`.
  private(set) var stepsAhead = 0
  private var played: (player: Player, path: String)?

  /// Whether a script's next command must be held back.
  var isHeld: Bool { awaitsWorkers || pause != nil || played != nil }
  var isResting: Bool { pause != nil }
  /// Whether a script goes on only when a key is pressed.
  var isWaitingForKey: Bool { if case .key? = pause { true } else { false } }
  /// Whether a script is played that a command named.
  var isPlaying: Bool { played != nil }

  /// For how long a script still rests; `nil` if it does not, or until a key is pressed.
  var timeLeft: Duration? {
    guard case .time(let end)? = pause else { return nil }
    return max(.zero, end - .now)
  }

  mutating func rest(_ time: Duration?) {
    if let time {
      pause = .time(.now + time / speed.factor)
    } else if isAttended {
      pause = .key
    }
  }

  mutating func goOn() { pause = nil }

  /// Ends a pause whose time is up.
  mutating func endRest() { if timeLeft == .zero { pause = nil } }

  /// Waits until all workers have ended.
  mutating func awaitWorkers() { awaitsWorkers = true }

  /// Waits until workers have taken so many steps.
  mutating func await(steps: Int) { (stepsAhead, awaitsWorkers) = (steps, true) }

  /// Takes one of the steps ahead.
  mutating func takeStep() { stepsAhead -= 1 }

  /// All steps are taken, or there are no workers to take more.
  mutating func workersAreDone() { (stepsAhead, awaitsWorkers) = (0, false) }

  mutating func play(_ script: Script, from path: String) { played = (Player(script), path) }
  mutating func stopPlaying() { played = nil }

  /// The script that is played, taken out: what holds others back must not hold back the script itself.
  mutating func takePlayed() -> (player: Player, path: String)? { played.take() }
  mutating func goOn(playing script: (player: Player, path: String)) { played = script }

  /// Leaves everything that is under way.
  mutating func end() { (pause, played) = (nil, nil) }
}
