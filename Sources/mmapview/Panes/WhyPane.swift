import Inspector
import PageCache
import TerminalCanvas

/// Why library and kernel say different things of the page at the cursor.
enum WhyPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file, let sample = shown.interface.kernel, sample.cursor == shown.view.cursor,
      let sentence = Disagreement(file, sample)?.sentence
    else { return }
    let lines = wrapped(sentence, area.width - 1, rows: area.height, shown.interface.glyphs)
    for (row, line) in lines.enumerated() {
      canvas.write(line, x: area.x + 1, y: area.y + row, Style(.caption, isMeasured: true), limit: area.width - 1)
    }
  }
}

/// Who else has the file, where no workers need the room.
enum UsersPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard shown.layer != .library, let users = shown.interface.kernel?.users, area.height > 0 else { return }
    let others = users.filter { !$0.isSelf }
    guard !others.isEmpty else { return }
    canvas.write("open elsewhere", x: area.x, y: area.y, Style(.title, isMeasured: true), limit: area.width)
    let fits = others.count <= area.height - 1
    let told = others.prefix(max(0, fits ? others.count : area.height - 2))
    for (row, user) in told.enumerated() {
      let effects = user.effects.isEmpty ? "" : ": " + user.effects.joined(separator: "; ")
      canvas.write(
        shortened(user.summary + effects, area.width, shown.interface.glyphs), x: area.x, y: area.y + 1 + row,
        Style(.text, isMeasured: true))
    }
    if !fits, area.height > 1 {
      canvas.write(
        "and \(others.count - told.count) more", x: area.x, y: area.y + 1 + told.count,
        Style(.dim, isMeasured: true))
    }
  }
}
