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

/// What is asked before the program ends with pages that are not durable.
enum QuitQuestion: Pane {
  private static let answers = [("s", "sync and quit"), ("q", "quit"), ("Esc", "stay")]

  private static func question(_ shown: Snapshot, _ words: String) -> String {
    "\(counted(shown.unsyncedPages, "page")) \(words): "
  }

  /// The whole of it as a line.
  static func text(_ shown: Snapshot) -> String {
    question(shown, "not durable") + answers.map { "\($0) \($1)" }.joined(separator: "  ")
  }

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    let question = question(shown, "written and not durable")
    let answersWidth = answers.reduce(0) { $0 + $1.0.count + $1.1.count + 3 } - 2
    // Where there is no room for both on one line, the question stands above its answers.
    let fits = question.count + answersWidth < area.width
    if !fits { canvas.clear(Area(x: area.x, y: area.y - 1, width: area.width, height: 1)) }
    let end = canvas.write(question, x: area.x + 1, y: fits ? area.y : area.y - 1, Style(.caption))
    var x = fits ? end : area.x + 1
    for (key, deed) in answers {
      x = canvas.write(key, x: x, y: area.y, Style(.key))
      x = canvas.write(" \(deed)  ", x: x, y: area.y)
    }
  }
}
