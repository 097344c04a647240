/// Where a command stands: `PATH:LINE`.
package struct ScriptPosition: Sendable, Equatable, CustomStringConvertible {
  /// What stands for the path of a script that is read from there.
  package static let standardInput = "standard input"

  package let name: String
  package let line: Int

  package var description: String { "\(name):\(line)" }
}

/// An error with its place: `PATH:LINE: …`.
package struct ScriptError: Error, Sendable, Equatable, CustomStringConvertible {
  package struct Mark: Sendable, Equatable {
    package let line: String
    /// The word's place, counted in characters from 0; just behind the line where a word is missing.
    package let columns: Range<Int>

    package init(line: String, columns: Range<Int>) {
      self.line = line
      self.columns = columns
    }
  }

  package let description: String
  package let mark: Mark?

  init(_ position: ScriptPosition, _ message: String, _ mark: Mark? = nil) {
    description = "\(position): \(message)"
    self.mark = mark
  }

  init(_ message: String) { (description, mark) = (message, nil) }

  /// A failure that no line of the script made, such as a worker's.
  package init(_ failure: Event) { self.init(failure.lines.joined(separator: "; ")) }
}

extension ScriptError.Mark {
  /// The word of a line that is known to be right, by its number from 0.
  init?(line: String, word index: Int) {
    guard let words = try? Word.split(line), words.indices.contains(index) else { return nil }
    self.init(line: line, columns: words[index].columns)
  }
}
