import Inspector
import TerminalCanvas

/// Lines with a time at the left of the first, and at its right what it cost; both may be missing.
struct TimedLines {
  private let time: String
  private let lines: [String]
  private let cost: ActCost?
  private let showsCosts: Bool

  init(_ lines: [String]) { (time, self.lines, cost, showsCosts) = ("", lines, nil, false) }

  /// What the log has of an event; its time with the seconds alone where the width is small, and of what it cost the time
  /// alone where not all `showsCosts`.
  init(_ event: Event, showsTimes: Bool, showsCosts: Bool = true, in width: Int = .max) {
    let time = showsTimes && !event.hasOwnTimes ? event.time.map { "\($0)" } ?? "" : ""
    self.time = String(time.suffix(Self.timeColumns(width)))
    lines = event.lines
    cost = showsTimes ? event.cost : nil
    self.showsCosts = showsCosts
  }

  // `:07` or `12:34:07`. Hour and minute take columns that a sentence needs more where they are a tenth of its row.
  private static func timeColumns(_ width: Int) -> Int { width < 60 ? 3 : 8 }

  /// How many rows an event of such lines takes in the log.
  static func rowCount(_ lines: [String], _ width: Int, showsTimes: Bool) -> Int {
    let room = width - (showsTimes ? timeColumns(width) + 1 : 0)
    return lines.reduce(0) { $0 + wrapped($1, room).count }
  }

  struct Row {
    var time = ""
    /// Where the text begins, in columns.
    let margin: Int
    var text: String
    /// What stands at its right end.
    var cost = ""
    /// Whether more follows that has no room.
    var isCut = false
  }

  /// The rows in a width; in fewer than are needed the last one ends with an ellipsis and the number of hidden lines.
  ///
  /// The first rows of an event that has no room: the end of a sentence alone would say something else. Short lines
  /// share a row then, and what it cost is left out where that would cost words. All that it cost has a row of its own where
  /// it does not fit beside them, if costs may have one.
  func rows(_ width: Int, atMost height: Int = .max, givesCostsARow: Bool = true, _ glyphs: Glyphs) -> [Row] {
    let margin = time.isEmpty ? 0 : time.columns + 1
    let room = width - margin
    let time = cost.map { short($0.time, glyphs) } ?? ""
    let costs =
      showsCosts ? cost.map { [time] + $0.parts(size: bytes) }?.joined(separator: glyphs.separator) ?? "" : time
    let lines = lines.map(glyphs.spell(line:))
    func wrapping(beside cost: String) -> [String] {
      let first = cost.isEmpty ? room : room - cost.columns - 2
      return lines.enumerated().flatMap { wrapped($1, $0 == 0 ? first : room) }
    }
    let whole = wrapping(beside: time)
    let isWhole = whole.count <= height
    let isBeside = room - costs.columns > Self.leastBeside && wrapping(beside: costs).count == whole.count
    let (texts, isCut) = isWhole ? (whole, false) : shared(lines, room, height, glyphs)
    var rows = texts.map { Row(margin: margin, text: $0) }
    guard !rows.isEmpty else { return [] }
    rows[0].time = self.time
    if isWhole { rows[0].cost = isBeside ? costs : time }
    if isWhole, !isBeside, costs != time, givesCostsARow, rows.count < height {
      rows[0].cost = ""
      rows.append(Row(margin: margin, text: "", cost: costs.columns <= room ? costs : abridged(costs, room, glyphs)))
    }
    rows[rows.count - 1].isCut = isCut
    return rows
  }

  // Fewer columns than that hold no sentence.
  private static let leastBeside = 12

  // Lines of which not each has a row: those that fit share one.
  private func shared(_ lines: [String], _ room: Int, _ height: Int, _ glyphs: Glyphs) -> (rows: [String], isCut: Bool)
  {
    var (rows, starts) = ([String](), [Int]())
    for line in lines {
      let both = rows.last.map { $0 + glyphs.separator + line.drop { $0 == " " } }
      if let both, both.columns <= room {
        rows[rows.count - 1] = both
        starts.append(rows.count - 1)
      } else {
        starts.append(rows.count)
        rows += wrapped(line, room)
      }
    }
    guard height > 0, rows.count > height else { return (Array(rows.prefix(height)), rows.count > height) }
    let hidden = starts.count { $0 >= height }
    let more = hidden > 0 ? " +" + counted(hidden, "line") : ""
    let last = abridged(rows[height - 1], room - more.columns, glyphs) + more
    return (rows.prefix(height - 1) + [last], true)
  }
}

extension TimedLines.Row {
  /// Times are of this run, and compared with nothing.
  func draw(on canvas: inout Canvas, in area: Area, _ style: Style) {
    canvas.write(time, in: area, Style(.dim, isMeasured: true))
    canvas.write(text, in: area.inset(left: margin), style)
    canvas.write(cost, in: area.inset(left: area.width - cost.columns), Style(.dim, isMeasured: true))
  }
}
