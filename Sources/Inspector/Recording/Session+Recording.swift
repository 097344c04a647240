import RangedMmap

// A recording comes to the same states and bytes because commands move only ranges with labels, which the session holds,
// and threads only ranges that they have not handed over. The two share the order in which pages are allocated and
// ranges handed over, and that order is recorded as turns.

extension Session {
  /// Writes what was done since the file was opened, and from now on what comes.
  package func begin(recordingTo output: OutputFile) throws(CommandError) {
    requireOwner()
    try recorder.begin(output)
    reportRecordingFailure()
  }

  package func endRecording() -> [CommandError] {
    recorder.end()
    return recorder.failures
  }

  /// Records a command that was carried out; racing if threads were at work, whose progress then is unknown.
  func record(_ command: Command, isRacing: Bool) {
    let form = command.action.recorded(by: self, isRacing: isRacing)
    if case .opening(let path) = form {
      recorder.restart()
      guard let size = file?.size else { return }
      recorder.subject = (path, size)
      write(command)
      write(.expect(.size(size)))
      if document.isExact { write(.set(.exact(true))) }
    } else {
      for line in Self.lines(of: command, form) { add(line) }
    }
  }

  private static func lines(of command: Command, _ form: RecordedForm) -> [String] {
    switch form {
    case .nothing: []
    case .command(let other): ["\(other)"]
    case .opening: ["\(command)"]
    // What was done and is not done again, and why.
    case .remark(let reason, let instead): ["# \(command) (\(reason))"] + (instead.map { ["\($0)"] } ?? [])
    }
  }

  /// Records what workers did since the last time.
  func recordWorkers() {
    let steps = workers.takeStepsToRecord()
    if steps > 0 { write(.workers(.step(steps))) }
    // Lines that can be read, and gone through one by one.
    var rest = workers.takeTurnsToRecord()[...]
    while !rest.isEmpty {
      write(.workers(.turn(Array(rest.prefix(Self.turnsPerLine)))))
      rest = rest.dropFirst(Self.turnsPerLine)
    }
  }

  private static let turnsPerLine = 24

  /// Records a command that became a job, at its end.
  func recordEnd(hasFailed: Bool) {
    guard let (command, isRacing) = recorder.takeAwaited() else { return }
    let achieved = recorder.achieved.take() ?? []
    if command.action.isOpening {
      if !hasFailed { record(command, isRacing: isRacing) }
      return
    }
    let form = command.action.recorded(by: self, isRacing: false)
    recorder.release(hasFailed ? achieved.map(\.description) : Self.lines(of: command, form))
    reportRecordingFailure()
  }

  /// Records what a command had done before it failed.
  func recordAchieved() { for command in recorder.achieved.take() ?? [] { write(command) } }

  private func write(_ command: Command) { add("\(command)") }

  private func add(_ line: String) {
    recorder.add(line)
    reportRecordingFailure()
  }

  private func reportRecordingFailure() {
    if let failure = recorder.takeFailure() { note(Event(.failure, [failure.description])) }
  }
}
