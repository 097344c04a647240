import Inspector
import TerminalCanvas

/// What was done last, the newest at the bottom.
enum LogPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    Screen.rule("log", shown, on: &canvas, area)
    let rows = area.height - 1
    // What was as expected is told until something else comes: captions and what was done must not drown in it.
    let told = shown.log.lastIndex { $0.kind != .expected } ?? 0
    let events = shown.log.enumerated().suffix(4 * rows).filter { $1.kind != .expected || $0 > told }.map(\.element)
    let lines = events.suffix(rows).flatMap { event in
      fitting(event, rows, area.width - 1, shown.interface.glyphs).map { (event, $0) }
    }.suffix(rows)
    for (row, line) in lines.enumerated() {
      let style = Style(role(line.0.kind), isMeasured: line.0.isMeasured)
      canvas.write(line.1, x: area.x + 1, y: area.y + 1 + row, style, limit: area.width - 1)
    }
  }

  // The first rows of what has no room: the end of a sentence alone would say something else.
  private static func fitting(_ event: Event, _ rows: Int, _ width: Int, _ glyphs: Glyphs) -> [String] {
    let parts = event.lines.flatMap { wrapped($0, width) }
    guard rows > 0, parts.count > rows else { return parts }
    return parts.prefix(rows - 1) + [shortened(parts[rows - 1] + glyphs.spell("…"), width, glyphs)]
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
