import Inspector
import TerminalCanvas

/// Who acts on the file: the workers, or where there are none, other processes.
enum ActorsPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    let pane: any Pane.Type = shown.workers.workers.isEmpty ? UsersPane.self : WorkersPane.self
    pane.draw(shown, on: &canvas, area)
  }
}
