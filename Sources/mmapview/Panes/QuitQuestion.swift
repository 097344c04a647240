import Inspector
import TerminalCanvas

/// The question before the program ends with pages that are not durable.
struct QuitQuestion: ScreenLayer {
  private static let answers: [(key: Key, name: String, help: String)] = [
    ("s", "s", "sync and quit"), ("q", "q", "quit"), (.escape, "Esc", "stay"),
  ]

  private static func question(_ shown: Snapshot, _ words: String) -> String {
    "\(counted(shown.unsyncedPages, "page")) \(words): "
  }

  static func text(_ shown: Snapshot) -> String {
    question(shown, "not durable") + answers.map { "\($0.name) \($0.help)" }.joined(separator: "  ")
  }

  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    let question = Self.question(shown, "written and not durable")
    canvas.fill(layout.prompt)
    let isAbove = !Self.isInOneRow(shown, layout)
    if isAbove { canvas.fill(layout.prompt.above(1)) }
    canvas.write(question, in: (isAbove ? layout.prompt.above(1) : layout.prompt).inset(left: 1), Style(.caption))
    for (answer, place) in Self.places(shown, layout) {
      var rest = place
      canvas.write(answer.name, into: &rest, Style(.key))
      canvas.write(" " + answer.help, in: rest)
    }
  }

  /// The key of the answer that stands at a place; `nil` beside them.
  static func key(x: Int, y: Int, _ shown: Snapshot, _ layout: Layout) -> Key? {
    places(shown, layout).first { $1.contains(x: x, y: y) }?.0.key
  }

  // Where there is no room for both on one line, the question stands above its answers.
  private static func isInOneRow(_ shown: Snapshot, _ layout: Layout) -> Bool {
    let width = answers.reduce(0) { $0 + $1.name.count + $1.help.count + 3 } - 2
    return question(shown, "written and not durable").count + width < layout.prompt.width
  }

  private static func places(
    _ shown: Snapshot, _ layout: Layout
  ) -> [((key: Key, name: String, help: String), Area)] {
    var rest = layout.prompt.inset(left: 1)
    if isInOneRow(shown, layout) { rest = rest.inset(left: question(shown, "written and not durable").count) }
    return answers.map { answer in
      defer { rest = rest.inset(left: 2) }
      return (answer, rest.takeLeft(answer.name.count + 1 + answer.help.count))
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
