import Inspector
import RangedMmap

/// The help screens, made from the tables of keys and of verbs.
enum HelpText {
  static func keys(_ glyphs: Glyphs, width: Int = 80, _ bound: BoundKeys = BoundKeys()) -> [String] {
    let groups = [KeyMap.moving, KeyMap.looking, KeyMap.working, KeyMap.others]
    let own = bound.rows.map { (name: $0.name, help: "\($0.command)") }
    let rows =
      groups.map { $0.compactMap { binding in bound.rest(of: binding).map { (name: $0.name, help: binding.help) } } }
    let nameWidth = (rows.joined() + own).map { glyphs.spell($0.name).count }.max() ?? 0
    var lines = ["keys; w to u act on the range at the cursor, or on what is selected"]
    for group in rows {
      let entries = group.map { glyphs.spell($0.name).padded(to: nameWidth + 1) + $0.help }
      // Down the left column first: neighbours stand together. Below 80 columns there is one.
      let half = width < 80 ? entries.count : (entries.count + 1) / 2
      // A blank parts the columns, with the longer names of keys in ASCII too.
      let column = max(38, entries.prefix(half).map { $0.count + 1 }.max() ?? 0)
      for row in 0..<half {
        let right = half + row < entries.count ? entries[half + row] : ""
        lines.append(" " + (right.isEmpty ? entries[row] : entries[row].padded(to: column) + right))
      }
    }
    if !own.isEmpty {
      lines.append("bound with `key`; `key KEY default` gives back what it did")
      lines += own.map { " " + glyphs.spell($0.name).padded(to: nameWidth + 1) + $0.help }
    }
    if let wayOut = bound.wayOut { lines.append(wayOut) }
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
      + ["", "what is drawn in the place of either"] + rows([(glyphs.faulted.glyph, StateRow.faulted)])
      + ["", "in the cell of a page, in both layers"] + rows(PageMark.allCases.map { (glyphs.glyph($0), $0.row) })
      + [""] + WordPairs.sentences
  }

  static func commands(_ glyphs: Glyphs) -> [String] {
    let width = Verb.all.map(\.name.count).max() ?? 0
    return ["commands; `help VERB` explains one, as does F1 while it is typed"]
      + Verb.all.map { "  " + $0.name.padded(to: width + 2) + $0.help }
      + ["", "while typing"] + typing.map { "  " + glyphs.spell($0.keys).padded(to: 24) + $0.help }
  }

  static let typing: [(keys: String, help: String)] = [
    ("Tab", "as much of the word as is clear, and what it could be; nothing that was not begun"),
    ("Shift-Tab", "put the next of them into the line"),
    ("↑ ↓ Alt-< Alt->", "earlier lines that begin with what is typed; the first of them, and back to this one"),
    ("Ctrl-R", "search back for a line that has a text in it"),
    ("Home Ctrl-A End Ctrl-E", "to the start of the line, to its end"),
    ("Ctrl-← Ctrl-→", "one word of letters and digits back, one on; so do Alt-B and Alt-F"),
    ("Ctrl-W Ctrl-U Ctrl-K", "cut back to a blank, all before, all behind the cursor; Alt-Backspace and Alt-D a word"),
    ("Ctrl-Y Alt-Y Ctrl-_", "put what was cut; in its place what was cut before it; undo"),
    ("Ctrl-T Alt-T", "exchange two characters, two words"),
    ("Alt-U Alt-L Alt-C", "the word in capitals, in small letters, with a capital"),
    ("Ctrl-D Ctrl-L", "delete a character, or leave an empty line; draw the screen again"),
    ("Esc Ctrl-G Ctrl-C", "leave"),
  ]
}
