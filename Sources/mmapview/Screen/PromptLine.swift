import TerminalCanvas
import VisibleText

struct PromptLine: Equatable {
  private(set) var text: [Character]
  /// The character that the cursor stands on, or the place after the last.
  private(set) var cursor: Int
  /// What was cut last, to be put elsewhere.
  var cut = ""

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

  private mutating func cut(_ columns: Range<Int>) {
    guard !columns.isEmpty else { return }
    cut = String(text[columns])
    replace(columns, with: "")
  }

  // The character before the cursor goes behind the one under it; at the end the last two change places.
  private mutating func transpose() {
    let place = min(cursor, text.count - 1)
    guard place > 0 else { return }
    replace(place - 1..<place + 1, with: String([text[place], text[place - 1]]))
  }

  /// Takes a key that edits, as readline(3) does, and ignores others.
  mutating func edit(_ key: Key) {
    switch key {
    case .character("\u{01}"), .home: cursor = 0
    case .character("\u{05}"), .end: cursor = text.count
    case .character("\u{0b}"): cut(cursor..<text.count)  // Ctrl-K
    case .character("\u{14}"): transpose()  // Ctrl-T
    case .character("\u{15}"): cut(0..<cursor)  // Ctrl-U
    case .character("\u{17}"), .alt("\u{7f}"): cut(wordStart..<cursor)  // Ctrl-W
    case .character("\u{19}"): replace(cursor..<cursor, with: cut)  // Ctrl-Y
    case .alt("d"): cut(cursor..<wordEnd)
    case .character(let scalar) where !scalar.isHazardous: replace(cursor..<cursor, with: String(scalar))
    case .paste(let text):
      // Only the first of several lines: each is a command of its own, and none is carried out unread.
      let scalars = (text.lines.first ?? "").unicodeScalars.map { $0 == "\t" ? " " : $0 }.filter { !$0.isHazardous }
      replace(cursor..<cursor, with: String(String.UnicodeScalarView(scalars)))
    case .backspace where cursor > 0: replace(cursor - 1..<cursor, with: "")
    case .delete where cursor < text.count: replace(cursor..<cursor + 1, with: "")
    case .character("\u{04}"): edit(.delete)
    case .left, .character("\u{02}"): move(to: cursor - 1)
    case .right, .character("\u{06}"): move(to: cursor + 1)
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
