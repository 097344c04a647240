import SystemPackage
import VisibleText

/// Keeps what was done since a file was opened as lines of a script, and writes them to a file while it records.
///
/// Each line is written at once, so a program that is killed leaves a recording of all before.
final class Recorder {
  // What is to be written, or `nil`; it is made with its first line, so that it has that when it gets its name.
  private var output: OutputFile?
  private var file: FileDescriptor?
  var path: String? { output?.path }
  /// The opened file, for the header.
  var subject: (path: String, size: Int)?
  private var start = ContinuousClock.now
  private var history: [String] = []
  // Whether the history has all since the opening.
  private var isWhole = true
  // Lines that come after a command that has not ended yet.
  private var held: (time: String, lines: [String])?
  private var awaited: (command: Command, isRacing: Bool)?
  /// What a command that failed had done until then, as commands.
  var achieved: [Command]?
  /// The search that the recording repeats.
  var recordedTarget: Target?
  private var failure: CommandError?
  private(set) var failures: [CommandError] = []

  // More than a person does by hand; the steps of workers can be more, and are kept only in a file.
  private static let longest = 100_000

  var isOn: Bool { output != nil }

  var fileInUse: OutputFile.InUse? {
    (try? file?.stat()).map { OutputFile.InUse($0, as: "the recording that is being written") }
  }

  deinit { try? file?.close() }

  /// Adds a line; one that begins with `#` is a remark.
  func add(_ line: String) {
    if held != nil { held?.lines.append(stamped(line)) } else { keep([stamped(line)]) }
  }

  /// Waits for the end of a command, and keeps all lines after it back until that is known.
  func await(_ command: Command, isRacing: Bool) {
    awaited = (command, isRacing)
    // A file that is being made or waited for is not there for other commands before it is.
    if !command.action.isOpening { held = (time, []) }
  }

  func takeAwaited() -> (command: Command, isRacing: Bool)? { awaited.take() }

  /// Goes on with lines that stand where it began to hold.
  func release(_ lines: [String]) {
    guard let held = held.take() else { return }
    keep(lines.map { "\($0) #@ \(held.time)" } + held.lines)
  }

  /// Begins again with a file that was just opened, unless a recording is written, which goes on.
  func restart() {
    recordedTarget = nil
    guard !isOn else { return }
    (history, isWhole, start) = ([], true, .now)
  }

  /// Drops the history: a complete recording is not possible any more.
  func forget() { (history, isWhole) = ([], false) }

  /// Writes all that it has kept, and from now on what comes.
  func begin(_ output: OutputFile) throws(CommandError) {
    if let path = self.path { throw CommandError("record: \(path) is being written; `record off` ends it") }
    guard isWhole else {
      throw CommandError(
        "record: what was done since the file was opened was too much to keep, or done by workers that were not recorded; "
          + "start with --record, or open the file again")
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

  func end() {
    do {
      if let output, file == nil { file = try output.begin(text([])) }
      // Some file systems report only now that there was no room.
      try file.take()?.finish()
    } catch { fail(error) }
    output = nil
    forget()
  }

  func takeFailure() -> CommandError? { failure.take() }

  private func fail(_ error: any Error) {
    let reason =
      error as? CommandError
      ?? CommandError("\(path ?? ""): can't be written (\(error)); the recording ends here")
    failure = reason
    failures.append(reason)
  }

  private var time: String {
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    return "\(milliseconds / 1000)." + zeroPadded(milliseconds % 1000, to: 3)
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
      "\(Script.recordingMark): \(file)\(WallTime.now.localDate)",
      "# mmapview --replay \(Word.quote(path ?? "")) makes it again; where the file exists, `create` needs `force`;",
      "# mmapview FILE --create \(size) --replay \(Word.quote(path ?? "")) does the same with another file.",
    ]
  }
}
