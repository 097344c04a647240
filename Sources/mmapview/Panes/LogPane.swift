import Inspector
import TerminalCanvas

/// What was done last, the newest at the bottom.
enum LogPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    Screen.rule("log", shown, on: &canvas, area)
    let inner = area.below(1).inset(left: 1)
    // Expectations that hold are shown only until something else comes: they would push captions and results out.
    let last = shown.log.lastIndex { $0.kind != .expected } ?? 0
    let recent = shown.log.enumerated().suffix(4 * inner.height)
    let events = recent.filter { $1.kind != .expected || $0 > last }.map(\.element)
    let lines = events.suffix(inner.height).flatMap { event in
      fitting(event, inner, shown.glyphs).map { (event, $0) }
    }.suffix(inner.height)
    for (row, (event, line)) in lines.enumerated() {
      canvas.write(line, in: inner.row(row), Style(role(event.kind), isMeasured: event.isMeasured))
    }
  }

  // The first rows of an event that has no room: the end of a sentence alone would say something else.
  private static func fitting(_ event: Event, _ area: Area, _ glyphs: Glyphs) -> [String] {
    let parts = event.lines.flatMap { wrapped($0, area.width) }
    guard area.height > 0, parts.count > area.height else { return parts }
    let last = parts[area.height - 1] + glyphs.spell("…")
    return parts.prefix(area.height - 1) + [shortened(last, area.width, glyphs)]
  }

  private static func role(_ kind: Event.Kind) -> Role {
    switch kind {
    case .done, .output, .news: .text
    case .expected: .dim
    case .caption: .caption
    case .failure: .error
    }
  }
}
