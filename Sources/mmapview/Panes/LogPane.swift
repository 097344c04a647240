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
    // Captions and notes have a box of their own.
    let all = recent.filter { index, event in
      event.kind != .caption && event.kind != .note && (event.kind != .expected || index > last)
    }.map(\.element)
    // A key that is held says the same again and again: the last time is enough, where nothing was done.
    let events = all.indices.filter { index in
      all[index].duration != nil || index + 1 == all.count || all[index] != all[index + 1]
    }.map { all[$0] }
    let showsTimes = shown.interface.showsTimes
    let rows = events.suffix(inner.height).flatMap { event in
      TimedLines(event, showsTimes: showsTimes, isShort: inner.width < leastForTimes)
        .rows(inner.width, atMost: inner.height, shown.glyphs).map { (event, $0) }
    }.suffix(inner.height)
    for (index, (event, row)) in rows.enumerated() {
      row.draw(on: &canvas, in: inner.row(index), Style(role(event.kind), isMeasured: event.isMeasured))
    }
  }

  // Hour and minute take six columns, which a sentence needs more where that is a tenth of its row.
  private static let leastForTimes = 60

  private static func role(_ kind: Event.Kind) -> Role {
    switch kind {
    case .done, .output, .news: .text
    case .expected: .dim
    case .notice, .caption, .note: .caption
    case .failure: .error
    }
  }
}
