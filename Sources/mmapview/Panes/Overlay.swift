import TerminalCanvas

/// Lines over all panes, for help and long answers, until a key is pressed that does not scroll them.
struct Overlay: ScreenLayer {
  let lines: [String]
  private(set) var first = 0

  /// Lines to be read from the first on, or from the last one back.
  init(_ lines: [String], fromEnd isFromEnd: Bool = false) {
    self.lines = lines
    first = isFromEnd ? .max : 0
  }

  /// What fits, all of it being as wide as the window.
  private func rows(_ area: Area) -> [String] { lines.flatMap { wrapped($0, area.width - 3) } }

  // Any key but those that scroll takes it away. To type on does, too, and `:` begins a line at once: the letters of a
  // command that is typed next must not act as keys.
  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome {
    if scroll(key, layout.overlay) { return .stays }
    if case .character = key, loop.interface.prompt != nil { return .passesOn }
    return key == .character(":") ? .passesOn : .leaves()
  }

  /// Takes a key; `false` if it ends the overlay.
  mutating func scroll(_ key: Key, _ area: Area) -> Bool {
    let height = area.height - 1
    let last = max(0, rows(area).count - height)
    guard last > 0 else { return false }
    let page = max(1, height - 1)
    let first = min(first, last)
    let target: Int? =
      switch key {
      case .up, .character("k"): first - 1
      case .down, .character("j"): first + 1
      case .pageUp: first - page
      case .pageDown, .character(" "): first + page
      case .home: 0
      case .end: last
      default: nil
      }
    guard let target else { return false }
    self.first = min(max(0, target), last)
    return true
  }

  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    canvas.clear(layout.overlay)
    draw(on: &canvas, layout.overlay, shown.interface.glyphs)
  }

  func draw(on canvas: inout Canvas, _ area: Area, _ glyphs: Glyphs) {
    let (rows, height) = (rows(area), area.height - 1)
    let start = min(first, max(0, rows.count - height))
    let shown = start..<min(start + height, rows.count)
    for (row, line) in rows[shown].enumerated() {
      canvas.write(glyphs.spell(line), x: area.x + 2, y: area.y + row, limit: area.width - 2)
    }
    let place = "\(shown.lowerBound + 1)-\(shown.upperBound) of \(rows.count): "
    let notes =
      rows.count > height
      ? [place + "↑ ↓ PgUp PgDn; any other key goes back", place + "↑ ↓; others go back", place] : ["any key goes back"]
    let note = notes.map(glyphs.spell).first { $0.columns <= area.width - 2 } ?? ""
    canvas.write(note, x: area.x + 2, y: area.y + area.height - 1, Style(.dim))
  }
}
