import Inspector
import TerminalCanvas
import VisibleText

/// The line of a script that is wrong, and a line that marks the word to blame.
enum Excerpt {
  private static let width = 100
  // What is kept of what stands before the word.
  private static let context = 60

  /// Both lines, with what could steer a terminal made visible; of a long one only the part around the word.
  static func lines(_ mark: ScriptError.Mark) -> [String] {
    let characters = Array(mark.line)
    let first = max(0, mark.columns.lowerBound - context)
    let end = min(characters.count, first + width)
    var shown = first > 0 ? "…" : ""
    var before = first > 0 ? 1 : 0
    var marked = 0
    for column in first..<max(first, end) {
      let text = Self.text(characters[column])
      shown += text
      if column < mark.columns.lowerBound { before += text.columns }
      if mark.columns.contains(column) { marked += text.columns }
    }
    if end < characters.count { shown += "…" }
    let tail = String(repeating: "~", count: max(0, marked - 1))
    return [shown, String(repeating: " ", count: before) + "^" + tail]
  }

  private static func text(_ character: Character) -> String {
    if character.isWhitespace { return " " }
    return character.unicodeScalars.contains(where: \.isHazardous) ? "·" : String(character)
  }
}
