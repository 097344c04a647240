import Inspector
import RangedMmap
import TerminalCanvas

/// The last line while no command is typed: the keys that matter, which can be clicked.
enum KeysLine: Pane {
  private struct Hint {
    let key: Key
    /// Its name, as in "Space".
    let name: String
    let help: String

    var width: Int { name.count + 1 + help.count }
  }

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    var rest = area.inset(left: 1)
    if let place = place(shown, area.width) { canvas.write(place, in: rest) }
    for (hint, place) in hints(shown, area) {
      rest = place
      canvas.write(hint.name, into: &rest, Style(.key))
      canvas.write(" " + hint.help, in: rest, Style(.dim))
    }
  }

  /// The key whose hint stands at a column.
  static func key(x: Int, _ shown: Snapshot, _ area: Area) -> Key? {
    hints(shown, area).first { $1.columns.contains(x) }?.0.key
  }

  // While a script is played: where it stands; else how much is selected.
  private static func place(_ shown: Snapshot, _ width: Int) -> String? {
    guard shown.interface.past == nil else { return nil }
    guard let status = shown.interface.replay else { return selection(shown, width) }
    return (status.isPaused ? "paused at" : "replaying") + " line \(status.line) of \(status.lastLine)"
  }

  private static func selection(_ shown: Snapshot, _ width: Int) -> String? {
    guard let selection = shown.view.selection, let file = shown.file else { return nil }
    let pages = counted(selection.count, "page")
    let size = bytes(min(selection.upperBound * Alignment.page, file.size) - selection.lowerBound * Alignment.page)
    let isGrowing = shown.interface.anchor != nil
    let texts = isGrowing ? ["selecting \(pages) (\(size))", "selecting"] : ["\(pages) selected (\(size))", pages]
    // The ways out of it, out of the program and to help take 26 columns.
    return texts.first { $0.count + 26 < width } ?? texts.last
  }

  // Esc leaves the past, whatever it is bound to.
  private static func inPast(_ bound: BoundKeys) -> [Hint] {
    let rows: [(key: Key, command: Command?, help: String)] = [
      ("[", .step(inPast: .back(1)), "back"), ("]", .step(inPast: .forward(1)), "forward"), (.escape, nil, "now"),
      ("L", nil, "layer"), ("?", nil, "help"),
    ]
    return rows.compactMap { key, command, help in
      if key == .escape || bound[key] == nil { return Hint(key: key, name: KeyName.text(of: key), help: help) }
      return bound.rows.first { $0.command == command }.map { Hint(key: $0.key, name: $0.name, help: help) }
    }
  }

  // Each with its place, two columns apart; as many as fit.
  private static func hints(_ shown: Snapshot, _ area: Area) -> [(Hint, Area)] {
    var rest = area.inset(left: 1)
    if let place = place(shown, area.width) { rest = rest.inset(left: place.count + 2) }
    let hints: [Hint]
    if shown.interface.past != nil {
      hints = inPast(BoundKeys(shown.view.keys))
    } else if shown.interface.replay != nil, let space = shown.space {
      hints = [
        Hint(key: " ", name: "Space", help: space.rawValue),
        Hint(key: ".", name: ".", help: "steps"), Hint(key: "]", name: "]", help: "next caption"),
        Hint(key: .escape, name: "Esc", help: "ends"),
      ]
    } else {
      let end = Hint(key: .escape, name: "Esc", help: shown.interface.anchor != nil ? "ends" : "none")
      let ends = selection(shown, area.width) != nil ? [end] : []
      // In a narrow window the ways out and to help come before the rest.
      var room = rest.width - (ends.isEmpty ? 0 : end.width + 2)
      let kept = Set(
        shown.hints.sorted { $0.rank < $1.rank }.filter { hint in
          room -= hint.name.count + hint.help.count + 3
          return room >= -2
        }.map(\.rank))
      hints =
        ends
        + shown.hints.filter { kept.contains($0.rank) }.map { Hint(key: $0.key, name: $0.name, help: $0.help) }
    }
    return hints.compactMap { hint in
      guard hint.width <= rest.width else { return nil }
      defer { rest = rest.inset(left: 2) }
      return (hint, rest.takeLeft(hint.width))
    }
  }
}
