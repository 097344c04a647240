import TerminalCanvas

/// The lessons, the files that were open last, and what else can be begun with.
enum StartPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let menu = shown.interface.start else { return }
    canvas.fill(area)
    let list = area.below(1)
    let first = menu.firstRow(list.height)
    let place = "\(first + 1)-\(min(menu.rows.count, first + list.height)) of \(menu.rows.count): "
    let hint = (list.height < menu.rows.count ? place : "") + "↑ ↓ choose, Enter begins"
    let hints = [hint, ": takes any command"].map { shown.glyphs.spell($0) }
    let line = fitting(hints, area.width - 2, shown.glyphs, separator: "; ")
    canvas.write(line, in: area.inset(left: 1), Style(.dim))
    for (place, index) in (first..<min(menu.rows.count, first + list.height)).enumerated() {
      let (row, isChosen) = (menu.rows[index], index == menu.chosen)
      let line = list.row(place).inset(left: row.choice == nil ? 1 : 3)
      let style = row.choice == nil ? Style(.title) : Style(isChosen ? .key : .text, isReversed: isChosen)
      canvas.write(shortened(row.text, line.width - 1, shown.glyphs), in: line, style)
    }
  }
}
