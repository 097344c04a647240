import Inspector
import TerminalCanvas

/// What is asked before the program ends with pages that are not durable.
struct QuitQuestion: ScreenLayer {
  private static let answers = [("s", "sync and quit"), ("q", "quit"), ("Esc", "stay")]

  private static func question(_ shown: Snapshot, _ words: String) -> String {
    "\(counted(shown.unsyncedPages, "page")) \(words): "
  }

  /// The whole of it as a line.
  static func text(_ shown: Snapshot) -> String {
    question(shown, "not durable") + answers.map { "\($0) \($1)" }.joined(separator: "  ")
  }

  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    let area = layout.prompt
    canvas.clear(area)
    let question = Self.question(shown, "written and not durable")
    let answersWidth = Self.answers.reduce(0) { $0 + $1.0.count + $1.1.count + 3 } - 2
    // Where there is no room for both on one line, the question stands above its answers.
    let fits = question.count + answersWidth < area.width
    if !fits { canvas.clear(Area(x: area.x, y: area.y - 1, width: area.width, height: 1)) }
    let end = canvas.write(question, x: area.x + 1, y: fits ? area.y : area.y - 1, Style(.caption))
    var x = fits ? end : area.x + 1
    for (key, operation) in Self.answers {
      x = canvas.write(key, x: x, y: area.y, Style(.key))
      x = canvas.write(" \(operation)  ", x: x, y: area.y)
    }
  }

  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome { .leaves { Self.answer(key, $0) } }

  /// Does what a key answers; whatever is no answer means to stay.
  static func answer(_ key: Key, _ loop: RunLoop) {
    switch key {
    case .character("q"): _ = try? loop.session.perform(.quit)
    case .character("s"): loop.perform(.syncAndQuit)
    default: break
    }
  }
}
