import Inspector
import RangedMmap
import TerminalCanvas

/// What each worker does, and how fast all of them write.
enum WorkersPane {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    let crew = session.workers
    guard !crew.workers.isEmpty, area.height > 0 else { return }
    var heading = crew.isPaused ? "workers paused" : crew.running > 0 ? "\(crew.running) at work" : "workers have ended"
    if let speed = interface.throughput.bytesPerSecond, !crew.isPaused {
      heading += interface.glyphs.separator + rate(speed)
    }
    canvas.write(heading, x: area.x, y: area.y, Style(.title), limit: area.width)
    let fits = crew.workers.count <= area.height - 1
    let shown = crew.workers.prefix(max(0, fits ? crew.workers.count : area.height - 2))
    for (row, worker) in shown.enumerated() { draw(worker, on: &canvas, area, area.y + 1 + row) }
    if !fits, area.height > 1 {
      canvas.write(
        "and \(crew.workers.count - shown.count) more", x: area.x, y: area.y + 1 + shown.count, Style(.dim))
    }
  }

  private static func draw(_ worker: Worker, on canvas: inout Canvas, _ area: Area, _ y: Int) {
    let activity = worker.activity
    canvas.write("\(worker.number)", x: area.x, y: y, Style(.dim), limit: area.width)
    canvas.write("\(activity)", x: area.x + 4, y: y, Style(activity.role), limit: area.width - 4)
    let page = worker.currentPage.map { "page \($0)" } ?? ""
    canvas.write(page, x: area.x + 13, y: y, limit: area.width - 13)
    canvas.write("\(worker.operations) ops", x: area.x + 26, y: y, Style(.dim), limit: area.width - 26)
  }
}

extension Worker.Activity {
  fileprivate var role: Role {
    switch self {
    case .idle, .done: .dim
    case .writing: .written
    case .flushing: .flushing
    case .syncing: .flushed
    case .failed: .error
    }
  }
}
