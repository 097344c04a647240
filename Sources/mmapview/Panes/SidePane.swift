import Inspector
import TerminalCanvas

/// The column beside the grid: the page under the cursor, and below it the workers, or who else has the file.
enum SidePane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    for y in area.y..<area.y + area.height {
      canvas.put(shown.interface.glyphs.bar, x: area.x - 2, y: y, Style(.dim))
    }
    var used = PagePane.drawFacts(shown, on: &canvas, area)
    // A blank line between, if that hides nothing.
    if area.height - used > WorkersPane.height(shown, width: area.width) { used += 1 }
    let pane: any Pane.Type = shown.workers.workers.isEmpty ? UsersPane.self : WorkersPane.self
    pane.draw(shown, on: &canvas, area.below(used))
  }
}
