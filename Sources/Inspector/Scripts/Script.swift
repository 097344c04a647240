import SystemPackage

/// Commands with their places, all of them read before the first is carried out.
package struct Script: Sendable {
  /// A command and where it stands.
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

  /// The commands in order, those of sourced scripts in their place.
  package private(set) var steps: [Step] = []

  package init() {}

  /// Reads a script from its text; the first line that is wrong ends it.
  ///
  /// What it sources is looked for where the program was started.
  ///
  /// - Parameters:
  ///   - text: One command a line.
  ///   - name: What errors call it.
  ///   - firstLine: The number that errors give to the first line.
  /// - Throws: The place and what is wrong.
  package init(_ text: String, name: String, firstLine: Int = 1) throws(ScriptError) {
    var reader = ScriptReader()
    try reader.read(text, name: name, firstLine: firstLine, in: nil)
    self.init(reader)
  }

  /// Reads a script from a file, or from standard input if the path is `-`.
  ///
  /// What it sources is looked for in its own folder.
  ///
  /// - Parameter path: The file; at most 16 MiB of text in UTF-8, with all that it sources.
  /// - Throws: The place and what is wrong.
  package init(contentsOf path: String) throws(ScriptError) {
    var reader = ScriptReader()
    try reader.readFile(path == "-" ? nil : path)
    self.init(reader)
  }

  // Standard input belongs to whoever types this.
  init(sourcing path: String) throws(ScriptError) {
    var reader = ScriptReader()
    try reader.readFile(path)
    self.init(reader)
  }

  private init(_ reader: ScriptReader) { (steps, isRecording) = (reader.steps, reader.isRecording) }

  /// Leaves out its first opening of a file, to be played on the file that is open; what comes before touches none.
  ///
  /// - Returns: Whether there was one.
  @discardableResult
  package mutating func leaveOutOpening() -> Bool {
    let opening = steps.firstIndex { $0.command.action.isOpening }
    if let opening { steps.remove(at: opening) }
    return opening != nil
  }

  /// Adds the commands of another script after its own.
  package mutating func append(_ other: Script) { steps += other.steps }

  /// Puts the commands of another script before the one of an index.
  package mutating func insert(_ other: Script, at index: Int) { steps.insert(contentsOf: other.steps, at: index) }
}

extension Script {
  /// Finds labels that no line before can have made, so that such a slip is told before anything is done.
  ///
  /// It knows what it can: workers and other files make labels that it can't count, and end the check.
  ///
  /// - Parameter known: How many labels there are before the first line.
  /// - Throws: The place of the first one.
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
