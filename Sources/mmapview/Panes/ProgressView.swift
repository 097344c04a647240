import Inspector
import TerminalCanvas

/// How far a long step has come, how long it will take, and how to stop it.
enum ProgressView: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let job = shown.job else { return }
    let name = shortened(job.name, area.width / 2 - 2, shown.interface.glyphs)
    var x = canvas.write(name + "  ", x: area.x + 1, y: area.y, Style(.title))
    let elapsed = ContinuousClock.now - job.start
    // At rest nothing is drawn anew that would tell the time.
    var text = job.isOpenEnded ? "" : "\(seconds(elapsed)) so far"
    if job.total > 0 {
      let percent = min(100, job.done * 100 / job.total)
      let barWidth = max(0, min(30, area.width - x - 34))
      for column in 0..<barWidth {
        let isDone = column * 100 < percent * barWidth
        canvas.put(shown.interface.glyphs.progress(isDone), x: x + column, y: area.y, Style(isDone ? .flushed : .dim))
      }
      x += barWidth + (barWidth > 0 ? 1 : 0)
      text = "\(percent) %"
      // How to stop it comes before how long it takes.
      if let left = job.timeLeft.map({ ", \(seconds($0)) left" }), x + text.count + left.count + 14 <= area.width {
        text += left
      }
    }
    x = canvas.write(text + "  ", x: x, y: area.y)
    guard job.total > 0 || job.isOpenEnded else { return }
    x = canvas.write(job.wasStopped ? "stopping" : "Esc", x: x, y: area.y, Style(.key))
    if !job.wasStopped { canvas.write(" stops it", x: x, y: area.y, Style(.dim)) }
  }

  private static func seconds(_ time: Duration) -> String {
    let seconds = Int(time / .seconds(1))
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }
}
