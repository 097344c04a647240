import Inspector
import TerminalCanvas

/// How far a long step has come, how long it will take, and how to stop it.
enum ProgressView {
  static func draw(_ job: Job, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    var x = canvas.write(job.name + "  ", x: area.x + 1, y: area.y, Style(.title), limit: area.width / 2)
    let elapsed = ContinuousClock.now - job.start
    var text = "\(seconds(elapsed)) so far"
    if job.total > 0 {
      let percent = min(100, job.done * 100 / job.total)
      let barWidth = max(0, min(30, area.width - x - 34))
      for column in 0..<barWidth {
        let isDone = column * 100 < percent * barWidth
        canvas.put(interface.glyphs.progress(isDone), x: x + column, y: area.y, Style(isDone ? .flushed : .dim))
      }
      x += barWidth + (barWidth > 0 ? 1 : 0)
      text = "\(percent) %"
      if let left = job.timeLeft { text += ", \(seconds(left)) left" }
    }
    x = canvas.write(text + "  ", x: x, y: area.y)
    guard job.total > 0 else { return }
    x = canvas.write(job.wasStopped ? "stopping" : "Esc", x: x, y: area.y, Style(.key))
    if !job.wasStopped { canvas.write(" stops it", x: x, y: area.y, Style(.dim)) }
  }

  private static func seconds(_ time: Duration) -> String {
    let seconds = Int(time / .seconds(1))
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }
}

/// What is asked before the program ends with pages that are not durable.
enum QuitQuestion {
  static func draw(_ session: Session, on canvas: inout Canvas, _ area: Area) {
    let pages = session.unsyncedPages
    let question = "\(counted(pages, "page")) written and not durable: "
    var x = canvas.write(question, x: area.x + 1, y: area.y, Style(.caption))
    for (key, deed) in [("s", "sync and quit"), ("q", "quit"), ("Esc", "stay")] {
      x = canvas.write(key, x: x, y: area.y, Style(.key))
      x = canvas.write(" \(deed)  ", x: x, y: area.y)
    }
  }
}
