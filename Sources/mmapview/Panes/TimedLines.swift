import Inspector
import TerminalCanvas

/// Lines with a time at the left of the first, and at its right how long it took; both may be missing.
struct TimedLines {
  private let time: String
  private let lines: [String]
  private let duration: Duration?

  init(_ lines: [String]) { (time, self.lines, duration) = ("", lines, nil) }

  /// What the log has of an event; its time with the seconds alone where `isShort`.
  init(_ event: Event, showsTimes: Bool, isShort: Bool = false) {
    let time = showsTimes && !event.hasOwnTimes ? event.time.map { "\($0)" } ?? "" : ""
    self.time = isShort ? String(time.suffix(3)) : time
    lines = event.lines
    duration = showsTimes ? event.duration : nil
  }

  struct Row {
    var time = ""
    /// Where the text begins, in columns.
    let margin: Int
    var text: String
    var duration = ""
  }

  /// The rows in a width; in fewer than are needed the last one ends with an ellipsis.
  ///
  /// The first rows of an event that has no room: the end of a sentence alone would say something else. How long it took is
  /// left out where that would cost words.
  func rows(_ width: Int, atMost height: Int = .max, _ glyphs: Glyphs) -> [Row] {
    let margin = time.isEmpty ? 0 : time.columns + 1
    let room = width - margin
    let duration = self.duration.map { short($0, glyphs) } ?? ""
    func wrapping(_ first: Int) -> [String] {
      lines.enumerated().flatMap { wrapped(glyphs.spell(line: $1), $0 == 0 ? first : room) }
    }
    let narrow = wrapping(duration.isEmpty ? room : room - duration.columns - 2)
    let isWhole = narrow.count <= height
    let parts = isWhole ? narrow : wrapping(room)
    var rows = parts.prefix(height).map { Row(margin: margin, text: $0) }
    guard !rows.isEmpty else { return [] }
    if parts.count > height {
      rows[height - 1] = Row(margin: margin, text: shortened(parts[height - 1] + glyphs.spell("…"), room, glyphs))
    }
    rows[0].time = time
    if isWhole { rows[0].duration = duration }
    return rows
  }
}

extension TimedLines.Row {
  /// Times are of this run, and compared with nothing.
  func draw(on canvas: inout Canvas, in area: Area, _ style: Style) {
    canvas.write(time, in: area, Style(.dim, isMeasured: true))
    canvas.write(text, in: area.inset(left: margin), style)
    canvas.write(duration, in: area.inset(left: area.width - duration.columns), Style(.dim, isMeasured: true))
  }
}
