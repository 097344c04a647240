import SystemPackage

package struct Script: Sendable {
  package struct Step: Sendable {
    package let position: ScriptPosition
    package let command: Command
    package let line: String

    /// When it was done, counted from the start of the recording, if its line says so.
    package var time: Duration? {
      // Recordings end their lines with a comment like `#@ 1.532`, in seconds.
      guard let mark = line.ranges(of: "#@ ").last, let seconds = Double(line[mark.upperBound...]),
        (0..<1e9).contains(seconds)
      else { return nil }
      return .seconds(seconds)
    }
  }

  /// What a line begins with that stands before the first command of a recording.
  static let recordingMark = "# mmapview recording"

  package private(set) var isRecording = false

  package private(set) var steps: [Step] = []

  package init() {}

  /// Reads a script from its text; the first line that is wrong ends it.
  ///
  /// Paths that it sources begin where the program was started.
  package init(_ text: String, name: String, firstLine: Int = 1) throws(ScriptError) {
    var reader = ScriptReader()
    try reader.read(text, name: name, firstLine: firstLine, in: nil)
    self.init(reader)
  }

  /// Reads a script from a file, or from standard input if the path is `-`.
  ///
  /// Paths that it sources begin in its own folder.
  package init(contentsOf path: String) throws(ScriptError) {
    var reader = ScriptReader()
    try reader.readFile(path == "-" ? nil : path)
    self.init(reader)
  }

  // Standard input has the commands of the person who sources it.
  init(sourcing path: String) throws(ScriptError) {
    var reader = ScriptReader()
    try reader.readFile(path)
    self.init(reader)
  }

  private init(_ reader: ScriptReader) { (steps, isRecording) = (reader.steps, reader.isRecording) }

  /// Leaves out its first opening of a file, to be played on the file that is open; what comes before touches none.
  @discardableResult
  package mutating func leaveOutOpening() -> Bool {
    let opening = steps.firstIndex { $0.command.action.isOpening }
    if let opening { steps.remove(at: opening) }
    return opening != nil
  }

  package mutating func append(_ other: Script) { steps += other.steps }

  package mutating func insert(_ other: Script, at index: Int) { steps.insert(contentsOf: other.steps, at: index) }
}

extension Script {
  /// Finds labels that no line before can have made, before anything is done.
  ///
  /// Workers and other files make labels that can't be counted, and end the check.
  package func checkLabels(known: Int = 0) throws(ScriptError) {
    var labels = known
    for step in steps {
      if let wanted = step.command.action.neededLabels, wanted.upperBound > labels {
        let known = labels == 0 ? "nothing is allocated before this line" : "the lines before make r1 to r\(labels)"
        throw ScriptError(
          step.position, "r\(max(wanted.lowerBound, labels + 1)): no such range; \(known)",
          ScriptError.Mark(line: step.line, word: 1))
      }
      guard let new = step.command.action.newLabels else { return }
      labels += min(new, Int.max - labels)
    }
  }
}
