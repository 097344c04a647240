import Glibc
import SystemPackage

/// Keeps what was done since a file was opened, as lines of a script, and writes them to a file while it is told to.
///
/// Each line is written as soon as it is known, so that a program that is killed leaves a recording of all before.
final class Recorder {
  // Where it is written to, or `nil`.
  private var file: FileDescriptor?
  private(set) var path: String?
  /// What is opened, in words for whoever reads the recording, and how many bytes it has.
  var subject: (path: String, size: Int)?
  private var start = ContinuousClock.now
  private var history: [String] = []
  // Whether the history tells all since the opening.
  private var isWhole = true
  private var isBegun = false
  // Lines that come after a command that has not ended yet.
  private var held: (time: String, lines: [String])?
  private var failure: CommandError?

  // So much nobody does by hand; what workers do can be more, and is kept only where it is written.
  private static let longest = 100_000

  var isOn: Bool { file != nil }

  deinit { try? file?.close() }

  /// Adds a line; one that begins with `#` only tells.
  func add(_ line: String) {
    if held != nil { held?.lines.append(stamped(line)) } else { keep([stamped(line)]) }
  }

  /// Keeps all further lines back until it is known how the command before them has ended.
  func hold() { held = (time, []) }

  /// Goes on with lines that stand where it began to hold.
  func release(_ lines: [String]) {
    guard let held = held.take() else { return }
    keep(lines.map { "\($0) #@ \(held.time)" } + held.lines)
  }

  /// Begins anew with a file that was just opened, unless it is written: then that is the whole.
  func restart() {
    guard !isOn else { return }
    (history, isWhole, start) = ([], true, .now)
  }

  /// Something is done that it is not told of: there will be no whole any more.
  func forget() { (history, isWhole) = ([], false) }

  /// Writes all that it has kept, and from now on what comes.
  func begin(_ path: String, isForced: Bool, isTaken: (FileDescriptor) -> Bool) throws(CommandError) {
    if let path = self.path { throw CommandError("record: \(path) is being written; `record off` ends it") }
    guard isWhole else {
      throw CommandError(
        "record: what was done since the file was opened was too much to keep, or done by workers that nobody watched; "
          + "start with --record, or open the file anew")
    }
    do {
      let file = try FileDescriptor.open(
        FilePath(path), .writeOnly,
        options: isForced ? [.create, .closeOnExec] : [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o666))
      guard !isTaken(file) else {
        try? file.close()
        throw CommandError("\(path): is the file that is open here; choose another name for the recording")
      }
      if isForced { try file.resize(to: 0) }
      (self.file, self.path, isBegun) = (file, path, false)
    } catch let error as CommandError { throw error } catch {
      if error as? Errno == .fileExists {
        throw CommandError(
          "\(path): exists already; choose another name, or replace it with `record \(Word.quote(path)) force`")
      }
      throw CommandError("\(path): can't be written (\(error)); choose another place for the recording")
    }
    let lines = history
    history = []
    if !lines.isEmpty { keep(lines) }
  }

  /// Writes no more.
  func end() {
    try? file?.close()
    (file, path) = (nil, nil)
    forget()
  }

  /// Ends, and leaves no file where nothing was written.
  func abandon() {
    guard let path, !isBegun else { return }
    // SAFETY: the path is a string that ends with a zero, for the length of the call.
    _ = unsafe FilePath(path).withPlatformString { unsafe unlink($0) }
    end()
  }

  /// Why it had to end, the first time it is asked for.
  func takeFailure() -> CommandError? { failure.take() }

  // MARK: Lines

  private var time: String {
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    let rest = "\(milliseconds % 1000)"
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  private func stamped(_ line: String) -> String { "\(line) #@ \(time)" }

  private func keep(_ lines: [String]) {
    guard let file else {
      if isWhole { history += lines }
      if history.count > Self.longest { forget() }
      return
    }
    let text = ((isBegun ? [] : header) + lines).map { $0 + "\n" }.joined()
    isBegun = true
    do { _ = try file.writeAll(text.utf8) } catch {
      failure = CommandError("\(path ?? ""): can't be written (\(error)); the recording ends here")
      end()
    }
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
