/// The script that is played, the one that a command of it plays, and what holds both back.
///
/// There are two holds, each by itself: a person may pause while workers are awaited.
struct ScriptDriver {
  private enum Pause {
    case key
    case time(ContinuousClock.Instant)
  }

  private enum WorkerHold: Equatable {
    case none
    /// Until all have ended.
    case end
    case steps(Int)
  }

  var speed = Speed.normal
  /// What the last act cost, for `expect cost`.
  var lastCost: ActCost?
  /// Whether a person is there who can press a key, so that a script may wait for one.
  var isAttended = false
  var main = Player(Script())
  private(set) var sourced: (player: Player, path: String)?
  private var pause: Pause?
  private var workerHold = WorkerHold.none

  /// The steps that workers still have to take.
  var stepsAhead: Int { if case .steps(let count) = workerHold { count } else { 0 } }
  /// Whether the next command of any script must be held back.
  var isHeld: Bool { pause != nil || workerHold != .none }
  var isResting: Bool { pause != nil }
  var isWaitingForKey: Bool { if case .key? = pause { true } else { false } }
  var isSourcing: Bool { sourced != nil }

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

  /// Rests until a key is pressed, where it rests for a time.
  mutating func hold() { if isResting { pause = .key } }
  mutating func goOn() { pause = nil }
  mutating func endRest() { if timeLeft == .zero { pause = nil } }

  mutating func awaitWorkers() { workerHold = .end }
  mutating func await(steps: Int) { workerHold = .steps(steps) }
  mutating func takeStep() { workerHold = .steps(stepsAhead - 1) }
  /// All steps are taken, or there are no workers to take more.
  mutating func workersAreDone() { workerHold = .none }

  mutating func source(_ script: Script, from path: String) { sourced = (Player(script, isSourced: true), path) }
  mutating func endSource() { sourced = nil }
  /// Leaves the sourced script, and ends a pause of it.
  mutating func leaveSource() { (pause, sourced) = (nil, nil) }

  /// Leaves all scripts; whether there was one.
  mutating func leave() -> Bool {
    defer {
      main.end()
      leaveSource()
    }
    return isSourcing || isResting || main.upcoming != nil
  }
}
