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
    try recorder.begin(output(path), isForced: isForced) { recording in
      guard let mine = try? file?.descriptor.stat(), let other = try? recording.stat() else { return false }
      return mine.inode == other.inode && mine.deviceID == other.deviceID
    }
    tellOfRecording()
    return .done("recording to \(path)")
  }

  /// Takes a recording away in which nothing was recorded.
  public func abandonRecording() { recorder.abandon() }

  /// Tells of a command that was carried out.
  ///
  /// - Parameters:
  ///   - command: What was done.
  ///   - isRacing: Whether threads were at work meanwhile, of which nobody knows how far they had come.
  func record(_ command: Command, isRacing: Bool) {
    switch command {
    // Lines tell their times, and those of a script that is played are told one by one.
    case .quit, .record, .screen(path: .some, _), .pause, .source: break
    case .create(let path, let size, let isSparse, let isForced):
      recorder.restart()
      recorder.subject = (path, size)
      // By force only over what the recording itself has made.
      let isOwn = !createdPaths.insert(path).inserted
      tell(.create(path: path, size: size, isSparse: isSparse, isForced: isForced && isOwn))
      tell(.expect(.size(size)))
    case .open(let path, _):
      recorder.restart()
      guard let size = file?.size else { return }
      recorder.subject = (path, size)
      tell(command)
      tell(.expect(.size(size)))
    // What was so at that moment need not be so at the same place of another run.
    case .expect(.kernel): remark(command)
    case .expect, .find, .findAgain: if isRacing { remark(command) } else { tell(command) }
    case .workers(let order): record(order, as: command)
    default: tell(command)
    }
  }

  private func record(_ order: WorkersCommand, as command: Command) {
    switch order {
    case .start(let count, var order):
      if order.mode == .free {
        remark(command)
        (order.mode, order.delay) = (.stepped, .zero)
      }
      tell(.workers(.start(count: count, order)))
    case .turn: tell(command)
    // Threads tell by their turns what came of it.
    case .pause, .resume, .stop: if workers.isStepped { tell(command) } else { remark(command) }
    case .step, .wait: if !workers.isStepped { remark(command) }
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
    guard let (command, isRacing) = unrecorded.take() else { return }
    let achieved = achieved.take() ?? []
    if case .create = command {
      if !hasFailed { record(command, isRacing: isRacing) }
    } else {
      recorder.release((hasFailed ? achieved : [command]).map(\.description))
      tellOfRecording()
    }
  }

  /// Tells what a command had done before it failed.
  func recordAchieved() {
    for command in achieved.take() ?? [] { tell(command) }
  }

  private func tell(_ command: Command) { add("\(command)") }
  private func remark(_ command: Command) { add("# \(command)") }

  private func add(_ line: String) {
    recorder.add(line)
    tellOfRecording()
  }

  private func tellOfRecording() {
    if let failure = recorder.takeFailure() { note(Event(.failure, [failure.description])) }
  }
}
