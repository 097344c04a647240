import RangedMmap
import SystemPackage

// What a recording tells of the commands.
//
// It comes to the same states and bytes because commands move only ranges that have labels, which the session alone
// holds, and threads only those that they have not handed over. All that the two have in common is the order in which
// pages are allocated and ranges handed over, and that is what turns tell.

extension Session {
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
    let form = command.action.recorded(by: self, isRacing: isRacing)
    if case .opening(let path) = form {
      recorder.restart()
      guard let size = file?.size else { return }
      recorder.subject = (path, size)
      tell(command)
      tell(.expect(.size(size)))
    } else {
      for line in Self.lines(of: command, form) { add(line) }
    }
  }

  private static func lines(of command: Command, _ form: RecordedForm) -> [String] {
    switch form {
    case .nothing: []
    case .command(let told): ["\(told)"]
    case .opening: ["\(command)"]
    // What was done and is not done again, and why.
    case .remark(let reason, let instead): ["# \(command) (\(reason))"] + (instead.map { ["\($0)"] } ?? [])
    }
  }

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
    guard let (command, isRacing) = recorder.takeAwaited() else { return }
    let achieved = recorder.achieved.take() ?? []
    if command.action.isOpening {
      if !hasFailed { record(command, isRacing: isRacing) }
      return
    }
    let form = command.action.recorded(by: self, isRacing: false)
    recorder.release(hasFailed ? achieved.map(\.description) : Self.lines(of: command, form))
    tellOfRecording()
  }

  /// Tells what a command had done before it failed.
  func recordAchieved() {
    for command in recorder.achieved.take() ?? [] { tell(command) }
  }

  private func tell(_ command: Command) { add("\(command)") }

  private func add(_ line: String) {
    recorder.add(line)
    tellOfRecording()
  }

  private func tellOfRecording() {
    if let failure = recorder.takeFailure() { note(Event(.failure, [failure.description])) }
  }
}
