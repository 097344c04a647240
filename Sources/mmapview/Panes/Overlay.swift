import Inspector
import TerminalCanvas

/// Lines over all panes, for help and long answers, until a key is pressed that does not scroll them.
struct Overlay: ScreenLayer {
  private let entries: [TimedLines]
  private(set) var first = 0

  /// Lines to be read from the first on.
  init(_ lines: [String]) { entries = [TimedLines(lines)] }

  /// The log, to be read from its end back; a caption that was shown again is there once.
  init(log: [Event], showsTimes: Bool, showsCosts: Bool = true) {
    let shown = log.filter { $0.kind != .captionAgain }
    (entries, first) = (shown.map { TimedLines($0, showsTimes: showsTimes, showsCosts: showsCosts) }, .max)
  }

  // As many of them with any glyphs.
  private func rows(_ area: Area, _ glyphs: Glyphs = .unicode) -> [TimedLines.Row] {
    entries.flatMap { $0.rows(area.width - 3, glyphs) }
  }

  // A character that is typed, and `:`, close it and go on to the prompt: letters of a command must not act as keys.
  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome {
    if scroll(key, layout.overlay) { return .stays }
    if case .character = key, loop.interface.prompt != nil { return .passesOn }
    return key == ":" ? .passesOn : .leaves()
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
    canvas.fill(layout.overlay)
    draw(on: &canvas, layout.overlay, shown.glyphs)
  }

  func draw(on canvas: inout Canvas, _ area: Area, _ glyphs: Glyphs) {
    var rest = area.inset(left: 2)
    let (rows, text) = (rows(area, glyphs), rest.takeTop(area.height - 1))
    let start = min(first, max(0, rows.count - text.height))
    let shown = start..<min(start + text.height, rows.count)
    for (index, row) in rows[shown].enumerated() {
      row.draw(on: &canvas, in: text.row(index).inset(left: 0, right: 1), .plain)
    }
    let place = "\(shown.lowerBound + 1)-\(shown.upperBound) of \(rows.count): "
    let notes =
      rows.count > text.height
      ? [place + "↑ ↓ PgUp PgDn; any other key goes back", place + "↑ ↓; others go back", place] : ["any key goes back"]
    canvas.write(notes.map { glyphs.spell($0) }.first { $0.columns <= rest.width } ?? "", in: rest, Style(.dim))
  }
}
