import SystemPackage

/// Reads scripts, and those that they source in place.
struct ScriptReader {
  /// How deep scripts may source others.
  private static let depthLimit = 16

  private(set) var steps: [Script.Step] = []
  private(set) var isRecording = false
  // The files that are being read, each sourced by the one before.
  private var open: [[UInt64]] = []
  private var room = ScriptFile.limit

  /// Reads a file with all that it sources.
  mutating func readFile(_ path: String?) throws(ScriptError) {
    let file = try ScriptFile(path, limit: room)
    let folder = path.map { FilePath($0).removingLastComponent() }
    try read(file, name: path ?? ScriptPosition.standardInput, in: folder)
  }

  /// Reads a text with all that it sources.
  mutating func read(_ text: String, name: String, firstLine: Int, in folder: FilePath?) throws(ScriptError) {
    // By scalars: "\r\n" is one character of Swift, and neither "\n" nor a place to split at. What is left of it
    // at the end of a line is a blank.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let position = ScriptPosition(name: name, line: firstLine + index)
      let line = String(Substring(line))
      if steps.isEmpty, line.hasPrefix(Script.recordingMark) { isRecording = true }
      let command: Command?
      do throws(SyntaxError) { command = try Command(parsing: line) } catch {
        throw ScriptError(position, error.description, ScriptError.Mark(line: line, columns: error.columns))
      }
      guard let command = command?.sourcing(from: folder) else { continue }
      if let path = command.sourcedPath {
        try source(path, at: position, line)
      } else {
        steps.append(Script.Step(position: position, command: command, line: line))
      }
    }
  }

  private mutating func source(_ path: String, at position: ScriptPosition, _ line: String) throws(ScriptError) {
    func refusal(_ message: String) -> ScriptError {
      ScriptError(position, message, ScriptError.Mark(line: line, word: 1))
    }
    guard open.count < Self.depthLimit else {
      throw refusal("source: \(Self.depthLimit) scripts source one another already, and deeper they may not")
    }
    let file: ScriptFile
    do throws(ScriptError) { file = try ScriptFile(path, limit: room) } catch { throw refusal(error.description) }
    guard !open.contains(file.identity) else {
      throw refusal("source: \(path) is being read here already, and would source itself for ever; leave this line out")
    }
    try read(file, name: path, in: FilePath(path).removingLastComponent())
  }

  private mutating func read(_ file: ScriptFile, name: String, in folder: FilePath?) throws(ScriptError) {
    room -= file.size
    open.append(file.identity)
    try read(file.text, name: name, firstLine: 1, in: folder)
    open.removeLast()
  }
}
