import Inspector
import TerminalCanvas

/// The question before the program ends with pages that are not durable.
struct QuitQuestion: ScreenLayer {
  private static let answers = [("s", "sync and quit"), ("q", "quit"), ("Esc", "stay")]

  private static func question(_ shown: Snapshot, _ words: String) -> String {
    "\(counted(shown.unsyncedPages, "page")) \(words): "
  }

  static func text(_ shown: Snapshot) -> String {
    question(shown, "not durable") + answers.map { "\($0) \($1)" }.joined(separator: "  ")
  }

  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    var rest = layout.prompt.inset(left: 1)
    let question = Self.question(shown, "written and not durable")
    let answersWidth = Self.answers.reduce(0) { $0 + $1.0.count + $1.1.count + 3 } - 2
    canvas.fill(layout.prompt)
    // Where there is no room for both on one line, the question stands above its answers.
    if question.count + answersWidth < layout.prompt.width {
      canvas.write(question, into: &rest, Style(.caption))
    } else {
      canvas.fill(layout.prompt.above(1))
      canvas.write(question, in: rest.above(1), Style(.caption))
    }
    for (key, operation) in Self.answers {
      canvas.write(key, into: &rest, Style(.key))
      canvas.write(" \(operation)  ", into: &rest)
    }
  }

  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome { .leaves { Self.answer(key, $0) } }

  /// Carries out an answer; any other key means to stay.
  static func answer(_ key: Key, _ loop: RunLoop) {
    switch key {
    case .character("q"): _ = try? loop.session.perform(.quit)
    case .character("s"): loop.perform(.syncAndQuit)
    default: break
    }
  }
}
