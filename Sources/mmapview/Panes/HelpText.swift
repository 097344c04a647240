import Inspector
import RangedMmap

/// The help screens, made from the tables of keys and of verbs.
enum HelpText {
  static func keys(_ glyphs: Glyphs, width: Int = 80) -> [String] {
    let groups = [KeyMap.moving, KeyMap.looking, KeyMap.working, KeyMap.others]
    let nameWidth = groups.joined().map { glyphs.spell($0.name).count }.max() ?? 0
    var lines = ["keys; w to u act on the range at the cursor, or on what is selected"]
    for group in groups {
      let entries = group.map { glyphs.spell($0.name).padded(to: nameWidth + 1) + $0.help }
      // Down the left column first: neighbours stand together. Below 80 columns there is one.
      let half = width < 80 ? entries.count : (entries.count + 1) / 2
      for row in 0..<half {
        let right = half + row < entries.count ? entries[half + row] : ""
        lines.append(" " + (right.isEmpty ? entries[row] : entries[row].padded(to: 38) + right))
      }
    }
    return lines + [
      "in a replay ] is the next caption; after [ it steps forward in the past", "`:` and then `?` shows the commands",
    ] + states(glyphs)
  }

  /// The words of both layers for a page.
  static func states(_ glyphs: Glyphs) -> [String] {
    func rows(_ states: [(glyph: Unicode.Scalar, row: StateRow)]) -> [String] {
      let width = states.map(\.row.name.count).max() ?? 0
      return states.map { " \($0.glyph) " + $0.row.name.padded(to: width + 1) + $0.row.meaning }
    }
    return ["", "the library's word for a page"] + rows(PageState.allCases.map { (glyphs.mark($0).glyph, $0.row) })
      + ["", "the kernel's word for it"] + rows(KernelState.allCases.map { (glyphs.mark($0).glyph, $0.row) })
      + [""] + WordPairs.sentences
  }

  static func commands(_ glyphs: Glyphs) -> [String] {
    let width = Verb.all.map(\.name.count).max() ?? 0
    return ["commands; `help VERB` explains one, as does F1 while it is typed"]
      + Verb.all.map { "  " + $0.name.padded(to: width + 2) + $0.help }
      + ["", "while typing"] + typing.map { "  " + glyphs.spell($0.keys).padded(to: 24) + $0.help }
  }

  static let typing: [(keys: String, help: String)] = [
    ("Tab Shift-Tab", "complete the word; again, the next candidate or the one before"),
    ("↑ ↓", "earlier lines that begin with what is typed"),
    ("Home Ctrl-A", "to the start of the line"), ("End Ctrl-E", "to its end"),
    ("Ctrl-← Ctrl-→", "one word back, one word on; so do Alt-B and Alt-F"),
    ("Ctrl-W Ctrl-U Ctrl-K", "cut the word before, all before, all behind the cursor; Alt-D the word behind"),
    ("Ctrl-Y Ctrl-T Ctrl-D", "put what was cut last; exchange two characters; delete one, or leave an empty line"),
    ("Esc Ctrl-C", "leave"),
  ]
}
