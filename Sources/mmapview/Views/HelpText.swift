import Inspector

/// The help screens, made from the tables of keys and of verbs.
enum HelpText {
  /// The keys where the pages are.
  static var keys: [String] {
    var lines = ["keys"]
    let width = (KeyMap.moving + KeyMap.working + KeyMap.others).map(\.name.count).max() ?? 0
    // Moving is known to most; it goes side by side to leave room.
    for pair in stride(from: 0, to: KeyMap.moving.count, by: 2) {
      let entries = KeyMap.moving[pair..<min(pair + 2, KeyMap.moving.count)]
        .map { padded($0.name, width + 2) + $0.help }
      lines.append("  " + entries.map { padded($0, 28) }.joined())
    }
    return lines + (KeyMap.working + KeyMap.others).map { "  " + padded($0.name, width + 2) + $0.help }
      + ["", "`:` and then `?` shows the commands"]
  }

  /// The commands, and what helps while one is typed.
  static var commands: [String] {
    let width = Verb.all.map(\.name.count).max() ?? 0
    return ["commands; `help VERB` tells more of one, as does F1 while it is typed"]
      + Verb.all.map { "  " + padded($0.name, width + 2) + $0.help }
      + ["", "while typing"] + typing.map { "  " + padded($0.keys, 22) + $0.help }
  }

  /// The keys of the prompt.
  static let typing: [(keys: String, help: String)] = [
    ("Tab Shift-Tab", "complete the word; again, the next candidate or the one before"),
    ("↑ ↓", "earlier lines that begin with what is typed"),
    ("Home Ctrl-A", "to the start of the line"), ("End Ctrl-E", "to its end"),
    ("Ctrl-← Ctrl-→", "one word back, one word on"),
    ("Ctrl-W Ctrl-U Ctrl-K", "delete the word before, all before, all behind the cursor"),
    ("Esc Ctrl-C", "leave"),
  ]
}

/// A text with blanks behind it up to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
