import Inspector
import TerminalCanvas

/// What was done last, the newest at the bottom.
enum LogPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    // What is reported is worth more than the head.
    let hasHead = area.height > 1
    if hasHead { Screen.rule("log", shown, on: &canvas, area) }
    let inner = area.below(hasHead ? 1 : 0).inset(left: 1)
    let showsTimes = shown.interface.showsTimes
    let rows = newest(inner.height, of: shown.log).flatMap { event in
      TimedLines(event, showsTimes: showsTimes, isShort: inner.width < leastForTimes)
        .rows(inner.width, atMost: inner.height, shown.glyphs).map { (event, $0) }
    }.suffix(inner.height)
    for (index, (event, row)) in rows.enumerated() {
      row.draw(on: &canvas, in: inner.row(index), Style(role(event.kind), isMeasured: event.isMeasured))
    }
  }

  /// Whether some lines can all be read there.
  static func hasRoom(for lines: [String], _ area: Area?, showsTimes: Bool) -> Bool {
    guard let area else { return false }
    let width = area.width - 1
    // As in `TimedLines`: `:07` or `12:34:07`, and a blank.
    let room = width - (showsTimes ? width < leastForTimes ? 4 : 9 : 0)
    return lines.reduce(0) { $0 + wrapped($1, room).count } < area.height
  }

  // Expectations that hold are shown only until something else comes, as a caption does: they would push results out. A key that is held says the same again and again: the last time is
  // enough, where nothing was done.
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

  // Hour and minute take six columns, which a sentence needs more where that is a tenth of its row.
  private static let leastForTimes = 60

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
