import Inspector
import TerminalCanvas

/// What was done last, the newest at the bottom.
enum LogPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    // What is reported is worth more than the head.
    let hasHead = area.height > 1
    let inner = area.below(hasHead ? 1 : 0).inset(left: 1)
    var (rows, free) = ([(row: TimedLines.Row, style: Style)](), inner.height)
    for event in newest(inner.height, of: shown.log).reversed() where free > 0 {
      let lines = TimedLines(
        event, showsTimes: shown.interface.showsTimes, showsCosts: shown.view.showsCosts != false, in: inner.width)
      let style = Style(role(event.kind), isMeasured: event.isMeasured)
      // The costs of older acts give way to what was reported since.
      let part = lines.rows(inner.width, atMost: free, givesCostsARow: rows.isEmpty, shown.glyphs)
      rows = part.map { ($0, style) } + rows
      free -= part.count
    }
    for (index, (row, style)) in rows.enumerated() { row.draw(on: &canvas, in: inner.row(index), style) }
    guard hasHead else { return }
    let cut = rows.filter(\.row.isCut)
    let name = cut.isEmpty ? "log" : "log" + shown.glyphs.separator + "e shows all"
    // Whether the kernel's lines have room depends on their number.
    let isMeasured = cut.contains(where: \.style.isMeasured)
    Screen.rule(name, shown, on: &canvas, area, Style(.dim, isMeasured: isMeasured))
  }

  /// Whether some lines can all be read there.
  static func hasRoom(for lines: [String], _ area: Area?, showsTimes: Bool) -> Bool {
    guard let area else { return false }
    return TimedLines.rowCount(lines, area.width - 1, showsTimes: showsTimes) < area.height
  }

  /// How many rows would show what was reported last, with the head; 0 where nothing was.
  static func rows(_ log: [Event], _ width: Int, showsTimes: Bool) -> Int {
    // A few remind of how it came to this.
    let rows = newest(3, of: log).map { TimedLines.rowCount($0.lines, width - 1, showsTimes: showsTimes) }
    return rows.isEmpty ? 0 : 1 + rows.reduce(0, +)
  }

  // Expectations that hold are shown only until something else comes, as a caption does: they would push results out. A
  // key that is held says the same again and again: the last time is enough, where nothing was done.
  private static func newest(_ count: Int, of log: [Event]) -> [Event] {
    var (events, isLast) = ([Event](), true)
    for event in log.reversed() {
      guard events.count < count else { break }
      if event.kind != .expected { isLast = false }
      let isShown = event.kind.isLogged && (event.kind != .expected || isLast)
      let isRepeated = event.duration == nil && event == events.last
      if isShown, !isRepeated { events.append(event) }
    }
    return events.reversed()
  }

  private static func role(_ kind: Event.Kind) -> Role {
    switch kind {
    case .done, .output, .news: .text
    case .expected: .dim
    case .notice, .caption, .captionAgain, .note: .caption
    case .failure: .error
    }
  }
}

extension Event.Kind {
  // Captions and notes have a box of their own.
  fileprivate var isLogged: Bool {
    switch self {
    case .caption, .captionAgain, .note: false
    default: true
    }
  }
}
