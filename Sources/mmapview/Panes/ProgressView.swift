import Inspector
import TerminalCanvas

/// How far a long step has come, how long it will take, and how to stop it.
enum ProgressView: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let job = shown.job else { return }
    var rest = area.inset(left: 1)
    canvas.write(shortened(job.name, area.width / 2 - 2, shown.glyphs) + "  ", into: &rest, Style(.title))
    // At rest nothing is redrawn, and a time would stand still.
    var text = job.isOpenEnded ? "" : "\(seconds(ContinuousClock.now - job.start)) so far"
    if job.total > 0 {
      let percent = min(100, job.done * 100 / job.total)
      // 34 columns stay for a blank, percent, time left and the key; 30 are enough of a bar.
      var bar = rest.takeLeft(max(0, min(30, rest.width - 34)))
      if bar.width > 0 { rest = rest.inset(left: 1) }
      let done = bar.takeLeft((percent * bar.width + 99) / 100)
      canvas.fill(done, shown.glyphs.progress(true), Style(.flushed))
      canvas.fill(bar, shown.glyphs.progress(false), Style(.dim))
      text = "\(percent) %"
      // How to stop it comes before how long it takes.
      if let left = job.timeLeft.map({ ", \(seconds($0)) left" }), text.count + left.count + 14 <= rest.width {
        text += left
      }
    }
    canvas.write(text + "  ", into: &rest)
    guard job.isStoppable else { return }
    canvas.write(job.wasStopped ? "stopping" : "Esc", into: &rest, Style(.key))
    if !job.wasStopped { canvas.write(" stops it", into: &rest, Style(.dim)) }
  }

  private static func seconds(_ time: Duration) -> String {
    let seconds = Int(time / .seconds(1))
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }
}
