import TerminalCanvas

/// A line of text that is being typed, with its cursor.
struct PromptLine {
  private(set) var text: [Character]
  private(set) var cursor: Int

  init(_ text: String = "") {
    self.text = Array(text)
    cursor = self.text.count
  }

  var string: String { String(text) }

  /// Takes a key that edits; others are none of its business.
  mutating func edit(_ key: Key) {
    switch key {
    case .character("\u{15}"):  // Ctrl-U
      self = PromptLine()
    case .character(let scalar) where scalar.value >= 0x20:
      text.insert(Character(scalar), at: cursor)
      cursor += 1
    case .backspace where cursor > 0:
      cursor -= 1
      text.remove(at: cursor)
    case .delete where cursor < text.count: text.remove(at: cursor)
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(text.count, cursor + 1)
    case .home, .character("\u{01}"): cursor = 0
    case .end, .character("\u{05}"): cursor = text.count
    default: break
    }
  }
}
