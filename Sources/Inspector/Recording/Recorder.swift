import SystemPackage

/// Keeps what was done since a file was opened, as lines of a script, and writes them to a file while it is told to.
///
/// Each line is written as soon as it is known, so that a program that is killed leaves a recording of all before.
final class Recorder {
  // What is to be written, or `nil`; it is made with its first line, so that it has that when it gets its name.
  private var output: OutputFile?
  private var file: FileDescriptor?
  var path: String? { output?.path }
  /// What is opened, in words for whoever reads the recording, and how many bytes it has.
  var subject: (path: String, size: Int)?
  private var start = ContinuousClock.now
  private var history: [String] = []
  // Whether the history tells all since the opening.
  private var isWhole = true
  // Lines that come after a command that has not ended yet.
  private var held: (time: String, lines: [String])?
  // The command whose end is not known yet.
  private var awaited: (command: Command, isRacing: Bool)?
  /// What a command that failed had done until then, as commands.
  var achieved: [Command]?
  /// What it has told to be looked for.
  var toldTarget: Target?
  private var failure: CommandError?
  private(set) var failures: [CommandError] = []

  // So much nobody does by hand; what workers do can be more, and is kept only where it is written.
  private static let longest = 100_000

  var isOn: Bool { output != nil }

  /// The file that is written, which nothing else may replace.
  var fileInUse: OutputFile.InUse? {
    (try? file?.stat()).map { OutputFile.InUse($0, as: "the recording that is being written") }
  }

  deinit { try? file?.close() }

  /// Adds a line; one that begins with `#` only tells.
  func add(_ line: String) {
    if held != nil { held?.lines.append(stamped(line)) } else { keep([stamped(line)]) }
  }

  /// Waits for the end of a command, and keeps all lines after it back until that is known.
  func await(_ command: Command, isRacing: Bool) {
    awaited = (command, isRacing)
    // A file that is being made or waited for is not there for other commands before it is.
    if !command.action.isOpening { held = (time, []) }
  }

  /// The command whose end was waited for, once.
  func takeAwaited() -> (command: Command, isRacing: Bool)? { awaited.take() }

  /// Goes on with lines that stand where it began to hold.
  func release(_ lines: [String]) {
    guard let held = held.take() else { return }
    keep(lines.map { "\($0) #@ \(held.time)" } + held.lines)
  }

  /// Begins anew with a file that was just opened, unless it is written: then that is the whole.
  func restart() {
    toldTarget = nil
    guard !isOn else { return }
    (history, isWhole, start) = ([], true, .now)
  }

  /// Something is done that it is not told of: there will be no whole any more.
  func forget() { (history, isWhole) = ([], false) }

  /// Writes all that it has kept, and from now on what comes.
  func begin(_ output: OutputFile) throws(CommandError) {
    if let path = self.path { throw CommandError("record: \(path) is being written; `record off` ends it") }
    guard isWhole else {
      throw CommandError(
        "record: what was done since the file was opened was too much to keep, or done by workers that nobody watched; "
          + "start with --record, or open the file anew")
    }
    try output.check()
    self.output = output
    guard !history.isEmpty else { return }
    do throws(CommandError) { file = try output.begin(text(history)) } catch {
      self.output = nil
      throw error
    }
    history = []
  }

  /// Writes no more.
  func end() {
    do {
      if let output, file == nil { file = try output.begin(text([])) }
      // Some file systems tell only now that there was no room.
      try file.take()?.finish()
    } catch { fail(error) }
    output = nil
    forget()
  }

  /// Why it had to end, the first time it is asked for.
  func takeFailure() -> CommandError? { failure.take() }

  private func fail(_ error: any Error) {
    let reason =
      error as? CommandError
      ?? CommandError("\(path ?? ""): can't be written (\(error)); the recording ends here")
    failure = reason
    failures.append(reason)
  }

  // MARK: Lines

  private var time: String {
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    let rest = "\(milliseconds % 1000)"
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  private func stamped(_ line: String) -> String { "\(line) #@ \(time)" }

  private func keep(_ lines: [String]) {
    guard let output else {
      if isWhole { history += lines }
      if history.count > Self.longest { forget() }
      return
    }
    do {
      if let file { _ = try file.writeAll(text(lines).utf8) } else { file = try output.begin(text(lines)) }
    } catch {
      fail(error)
      try? file.take()?.close()
      self.output = nil
      forget()
    }
  }

  private func text(_ lines: [String]) -> String {
    ((file == nil ? header : []) + lines).map { $0 + "\n" }.joined()
  }

  private var header: [String] {
    // In quotes where they must be: a name may hold the end of a line.
    let file = subject.map { "\(Word.quote($0.path)), \($0.size) bytes, " } ?? ""
    let size = subject.map { Literal.describe(size: $0.size) } ?? "SIZE"
    return [
      "\(Script.recordingMark): \(file)\(WallTime.now.date)",
      "# mmapview --replay \(Word.quote(path ?? "")) makes it again;",
      "# mmapview FILE --create \(size) --replay \(Word.quote(path ?? "")) does the same with another file.",
    ]
  }
}
