import Inspector
import TerminalCanvas

/// The column beside the grid: the page under the cursor, and below it those who act on the file.
enum SidePane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    for y in area.rows { canvas.put(shown.interface.glyphs.bar, x: area.x - 2, y: y, Style(.dim)) }
    let workers = WorkersPane.height(shown, width: area.width)
    // Workers keep a heading and two lines, whatever there is to say of the page.
    var facts = area
    _ = facts.takeBottom(min(3, workers))
    var used = PagePane.drawFacts(shown, on: &canvas, facts)
    // A blank line between, if that hides nothing.
    if area.height - used > workers { used += 1 }
    ActorsPane.draw(shown, on: &canvas, area.below(used))
  }
}
