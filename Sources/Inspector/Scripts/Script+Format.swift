import VisibleText

extension Script {
  /// A script in canonical form: each command as its description says it, comments and blank lines as they are.
  ///
  /// What it sources is neither read nor put in its place. The form of a form is itself.
  package static func format(_ text: String, name: String) throws(ScriptError) -> String {
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var result = ""
    for (index, line) in lines.enumerated() {
      let line = String(Substring(line))
      do throws(SyntaxError) { result += try Command.format(line) + "\n" } catch {
        throw ScriptError(
          ScriptPosition(name: name, line: index + 1), error.description,
          ScriptError.Mark(line: line, columns: error.columns))
      }
    }
    return result
  }

  /// A script's file in canonical form, or that of standard input if the path is `-`.
  package static func format(contentsOf path: String) throws(ScriptError) -> String {
    let isInput = path == "-"
    return try format(try ScriptFile(isInput ? nil : path).text, name: isInput ? ScriptPosition.standardInput : path)
  }
}

extension Command {
  /// A line of a script in canonical form, with its comment.
  fileprivate static func format(_ line: String) throws(SyntaxError) -> String {
    let (words, comment) = try Word.splitWithComment(line)
    let text = try Command(words).map(\.description)
    return [text, comment.map(withoutBlanksAtEnd)].compactMap { $0 }.joined(separator: "  ")
  }

  // Tabs stay: comments may be set in columns.
  private static func withoutBlanksAtEnd(_ text: String) -> String {
    var scalars = text.unicodeScalars
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return scalars.split(separator: "\t", omittingEmptySubsequences: false).map { String(Substring($0)).visible }
      .joined(separator: "\t")
  }
}
