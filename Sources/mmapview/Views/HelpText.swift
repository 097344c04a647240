import Inspector

/// The help screens, made from the tables of keys and of verbs.
enum HelpText {
  /// The keys where the pages are.
  static func keys(_ glyphs: Glyphs) -> [String] {
    var lines = ["keys"]
    let width = (KeyMap.moving + KeyMap.working + KeyMap.others).map { glyphs.spell($0.name).count }.max() ?? 0
    func entry(_ binding: Binding) -> String { padded(glyphs.spell(binding.name), width + 2) + binding.help }
    // Moving is known to most; it goes side by side to leave room.
    for pair in stride(from: 0, to: KeyMap.moving.count, by: 2) {
      let entries = KeyMap.moving[pair..<min(pair + 2, KeyMap.moving.count)].map(entry)
      lines.append("  " + padded(entries[0], 28) + entries.dropFirst().joined())
    }
    return lines + (KeyMap.working + KeyMap.others).map { "  " + entry($0) }
      + ["", "`:` and then `?` shows the commands"]
  }

  /// The commands, and what helps while one is typed.
  static func commands(_ glyphs: Glyphs) -> [String] {
    let width = Verb.all.map(\.name.count).max() ?? 0
    return ["commands; `help VERB` tells more of one, as does F1 while it is typed"]
      + Verb.all.map { "  " + padded($0.name, width + 2) + $0.help }
      + ["", "while typing"] + typing.map { "  " + padded(glyphs.spell($0.keys), 24) + $0.help }
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
