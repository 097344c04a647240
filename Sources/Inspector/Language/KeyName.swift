import VisibleText

/// A key by the name that the help has for it: `w`, `Space`, `Ctrl-L`, `Alt-x`, `PgUp`.
package struct KeyName: Sendable, Hashable, CustomStringConvertible {
  package let description: String

  /// Keys without a character of their own, under the name that the help shows, and those that ASCII has for it.
  private static let named: [(name: String, others: [String])] = [
    ("Space", []), ("Tab", []), ("Shift-Tab", []), ("Enter", []), ("Esc", []), ("Backspace", []), ("Delete", []),
    ("Home", []), ("End", []), ("PgUp", []), ("PgDn", []), ("↑", ["Up"]), ("↓", ["Down"]),
    ("←", ["Left"]), ("→", ["Right"]), ("Ctrl-←", ["Ctrl-Left"]), ("Ctrl-→", ["Ctrl-Right"]),
  ]

  /// What terminals send for these is what they send for other keys, or nothing.
  private static let untold: [Character: String] = [
    "H": "it is Backspace", "I": "it is Tab", "J": "it is Enter", "M": "it is Enter", "Z": "it stops the program",
    "Q": "the terminal takes it", "S": "the terminal takes it", "L": "it draws the screen again",
  ]

  /// Reads a name as it is written, in either case where that says the same.
  init(_ word: Word) throws(SyntaxError) {
    let text = word.text
    if text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first, !scalar.isHazardous, scalar != " " {
      description = text
    } else if let key = Self.named.first(where: {
      ([$0.name] + $0.others).contains { $0.lowercased() == text.lowercased() }
    }
    ) {
      description = key.name
    } else if text.first == "F" || text.first == "f", let number = Literal.decimal(text.dropFirst()),
      (1...12).contains(number)
    {
      description = "F\(number)"
    } else if text.count == 6, text.lowercased().hasPrefix("ctrl-"), let letter = text.uppercased().last,
      ("A"..."Z").contains(letter)
    {
      if let reason = Self.untold[letter] {
        throw SyntaxError("Ctrl-\(letter) can't be bound: \(reason); name another key", at: word.columns)
      }
      description = "Ctrl-\(letter)"
    } else if text.count == 5, text.lowercased().hasPrefix("alt-"), let last = text.unicodeScalars.last,
      !last.isHazardous, last != " "
    {
      description = "Alt-\(last)"
    } else {
      throw SyntaxError(
        "\(word) is no key: write a character, Ctrl-A to Ctrl-Z, Alt-x, F1 to F12, or one of "
          + Self.named.map { $0.others.first ?? $0.name }.joined(separator: ", "), at: word.columns)
    }
  }
}
