import TerminalCanvas
import VisibleText

struct PromptLine: Equatable {
  private(set) var text: [Character]
  /// The character that the cursor stands on, or the place after the last.
  private(set) var cursor: Int

  init(_ text: String = "") {
    self.text = Array(text)
    cursor = self.text.count
  }

  var string: String { String(text) }
  var beforeCursor: String { String(text[..<cursor]) }

  mutating func move(to column: Int) { cursor = min(max(0, column), text.count) }

  /// Puts a text in place of some columns, and the cursor behind it.
  mutating func replace(_ columns: Range<Int>, with new: String) {
    let before = String(text[..<columns.lowerBound]) + new
    // Joined as text: an accent that is typed alone belongs to the letter before it.
    text = Array(before + String(text[columns.upperBound...]))
    cursor = min(before.count, text.count)
  }

  /// Takes a key that edits, and ignores others.
  mutating func edit(_ key: Key) {
    switch key {
    case .character("\u{01}"), .home: cursor = 0
    case .character("\u{05}"), .end: cursor = text.count
    case .character("\u{0b}"): replace(cursor..<text.count, with: "")  // Ctrl-K
    case .character("\u{15}"): replace(0..<cursor, with: "")  // Ctrl-U
    case .character("\u{17}"): replace(wordStart..<cursor, with: "")  // Ctrl-W
    case .alt("d"): replace(cursor..<wordEnd, with: "")
    case .alt("\u{7f}"): replace(wordStart..<cursor, with: "")
    case .character(let scalar) where !scalar.isHazardous: replace(cursor..<cursor, with: String(scalar))
    case .paste(let text):
      // Only the first of several lines: each is a command of its own, and none is carried out unread.
      let scalars = (text.lines.first ?? "").unicodeScalars.map { $0 == "\t" ? " " : $0 }.filter { !$0.isHazardous }
      replace(cursor..<cursor, with: String(String.UnicodeScalarView(scalars)))
    case .backspace where cursor > 0: replace(cursor - 1..<cursor, with: "")
    case .delete where cursor < text.count: replace(cursor..<cursor + 1, with: "")
    case .left: move(to: cursor - 1)
    case .right: move(to: cursor + 1)
    case .controlLeft, .alt("b"): cursor = wordStart
    case .controlRight, .alt("f"): cursor = wordEnd
    default: break
    }
  }

  private var wordStart: Int {
    let blanks = text[..<cursor].reversed().prefix { $0.isWhitespace }.count
    return cursor - blanks - text[..<(cursor - blanks)].reversed().prefix { !$0.isWhitespace }.count
  }

  private var wordEnd: Int {
    let blanks = text[cursor...].prefix { $0.isWhitespace }.count
    return cursor + blanks + text[(cursor + blanks)...].prefix { !$0.isWhitespace }.count
  }
}

extension String {
  /// The lines that are not blank, whatever ends them.
  var lines: [Substring] { split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) } }
}
