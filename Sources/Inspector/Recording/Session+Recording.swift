import RangedMmap
import SystemPackage

// What a recording tells of the commands.
//
// It comes to the same states and bytes because commands move only ranges that have labels, which the session alone
// holds, and threads only those that they have not handed over. All that the two have in common is the order in which
// pages are allocated and ranges handed over, and that is what turns tell.

extension Session {
  func record(to path: String?, isForced: Bool) throws(CommandError) -> Event {
    guard let path else {
      guard let path = recorder.path else {
        throw CommandError("record: nothing is being recorded; `record PATH` begins")
      }
      recorder.end()
      return .done("recorded to \(path)")
    }
    try begin(recordingTo: output(path, isForced: isForced, command: "record"))
    return .done("recording to \(path)")
  }

  /// Writes what was done since the file was opened, and from now on what comes.
  package func begin(recordingTo output: OutputFile) throws(CommandError) {
    try recorder.begin(output)
    tellOfRecording()
  }

  /// Ends the recording.
  ///
  /// - Returns: Why recordings of this session are not whole.
  package func endRecording() -> [CommandError] {
    recorder.end()
    return recorder.failures
  }

  /// Tells of a command that was carried out.
  ///
  /// - Parameters:
  ///   - command: What was done.
  ///   - isRacing: Whether threads were at work meanwhile, of which nobody knows how far they had come.
  func record(_ command: Command, isRacing: Bool) {
    switch command {
    // The commands of a script that is played are told one by one.
    case .quit, .record, .screen(path: .some, _), .source: break
    // A lesson's end, with which its folder goes: another script is in none.
    case .outside(["leave"]): break
    // By its true length: the speed is that of whoever plays the recording.
    case .pause(let time): tell(.pause(time.map { min($0 / speed.factor, Literal.longestTime) }))
    case .set(.speed): remark(command, "pauses are told as long as they were")
    case .create(let path, let size, _, _):
      restartRecording()
      recorder.subject = (path, size)
      tell(command)
      tell(.expect(.size(size)))
    case .open(let path, _, _):
      restartRecording()
      guard let size = file?.size else { return }
      recorder.subject = (path, size)
      tell(command)
      tell(.expect(.size(size)))
    case .expect, .find, .findAgain:
      if let reason = isRacing ? "while threads were at work" : reasonToRemark(command) {
        remark(command, reason)
      } else {
        tell(command)
      }
    case _ where command.isOfTheMoment: remark(command, Self.ofTheMoment)
    case .workers(let order): record(order, as: command)
    default: tell(command)
    }
  }

  private func record(_ order: WorkersCommand, as command: Command) {
    switch order {
    case .start(let count, var order):
      if order.mode == .free {
        remark(command, "threads, whose turns follow as they were taken")
        (order.mode, order.delay) = (.stepped, .zero)
      }
      tell(.workers(.start(count: count, order)))
    case .turn: tell(command)
    // Threads tell by their turns what came of it.
    case .pause, .resume, .stop: if workers.isStepped { tell(command) } else { remark(command, Self.byTurns) }
    case .step, .wait: if !workers.isStepped { remark(command, Self.byTurns) }
    }
  }

  private func restartRecording() {
    recorder.restart()
    toldTarget = nil
  }

  // Why a replay is not to do a command again; `nil` if it is.
  private func reasonToRemark(_ command: Command) -> String? {
    switch command {
    case _ where command.isOfTheMoment: return Self.ofTheMoment
    case .findAgain where lastTarget != toldTarget: return "what it looks for is not told before"
    case .find(let target): toldTarget = target
    default: break
    }
    return nil
  }

  private static let ofTheMoment = "was so; the kernel may do otherwise another time"
  private static let byTurns = "told by the turns of the threads"

  /// Tells of what workers did since the last time.
  func recordWorkers() {
    let steps = workers.takeStepsToTell()
    if steps > 0 { tell(.workers(.step(steps))) }
    // Lines that can be read, and gone through one by one.
    var rest = workers.takeTurnsToTell()[...]
    while !rest.isEmpty {
      tell(.workers(.turn(Array(rest.prefix(Self.turnsPerLine)))))
      rest = rest.dropFirst(Self.turnsPerLine)
    }
  }

  private static let turnsPerLine = 24

  /// Tells how a command has ended that others did not wait for.
  func recordEnd(hasFailed: Bool) {
    guard let (command, isRacing) = unrecorded.take() else { return }
    let achieved = achieved.take() ?? []
    switch command {
    case .create, .open: if !hasFailed { record(command, isRacing: isRacing) }
    default:
      recorder.release(hasFailed ? achieved.map(\.description) : [line(command)])
      tellOfRecording()
    }
  }

  /// Tells what a command had done before it failed.
  func recordAchieved() {
    for command in achieved.take() ?? [] { tell(command) }
  }

  private func line(_ command: Command) -> String {
    reasonToRemark(command).map { Self.remark(command, $0) } ?? "\(command)"
  }

  private func tell(_ command: Command) { add("\(command)") }
  // What was done and is not done again, and why.
  private func remark(_ command: Command, _ reason: String) { add(Self.remark(command, reason)) }
  private static func remark(_ command: Command, _ reason: String) -> String { "# \(command) (\(reason))" }

  private func add(_ line: String) {
    recorder.add(line)
    tellOfRecording()
  }

  private func tellOfRecording() {
    if let failure = recorder.takeFailure() { note(Event(.failure, [failure.description])) }
  }
}

extension Command {
  /// Whether what came of it need not come at the same place of another run.
  fileprivate var isOfTheMoment: Bool {
    switch self {
    case .expect(.kernel), .find(.kernel), .watch: true
    default: false
    }
  }
}
