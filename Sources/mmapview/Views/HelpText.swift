import Inspector

/// The help screen, made from the tables of keys and of verbs.
enum HelpText {
  static var lines: [String] {
    var lines = ["keys"]
    let bindings = KeyMap.moving + KeyMap.working + KeyMap.others
    let width = bindings.map(\.name.count).max() ?? 0
    // Moving is known to most; it goes side by side to leave room.
    for pair in stride(from: 0, to: KeyMap.moving.count, by: 2) {
      let entries = KeyMap.moving[pair..<min(pair + 2, KeyMap.moving.count)].map { pad($0.name, width + 2) + $0.help }
      lines.append("  " + entries.map { pad($0, 28) }.joined())
    }
    lines += (KeyMap.working + KeyMap.others).map { "  " + pad($0.name, width + 2) + $0.help }
    lines += ["", "commands, after a colon; `help VERB` tells more"]
    var line = " "
    for verb in Verb.all {
      if line.count + verb.name.count > 74 {
        lines.append(line)
        line = " "
      }
      line += " " + verb.name
    }
    return lines + [line]
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
