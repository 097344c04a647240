import Inspector
import TerminalCanvas

/// What was done last, the newest at the bottom.
enum LogPane {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    Screen.rule("log", interface, on: &canvas, area)
    let rows = area.height - 1
    let lines = session.log.suffix(rows).flatMap { event in
      event.lines.flatMap { wrapped($0, area.width - 1) }.map { (event.kind, $0) }
    }.suffix(rows)
    for (row, line) in lines.enumerated() {
      canvas.write(line.1, x: area.x + 1, y: area.y + 1 + row, Style(role(line.0)), limit: area.width - 1)
    }
  }

  private static func role(_ kind: Event.Kind) -> Role {
    switch kind {
    case .done, .output: .text
    case .caption: .caption
    case .failure: .error
    }
  }
}

/// The last line: what is being typed, or the keys that matter.
enum PromptView {
  static func draw(_ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    if let prompt = interface.prompt {
      canvas.write(":", x: area.x, y: area.y, Style(.key))
      canvas.write(String(prompt.text[offset(prompt, area)...]), x: area.x + 1, y: area.y, limit: area.width - 1)
      return
    }
    var x = area.x + 1
    for (key, name) in hints(fitting: area.width) {
      x = canvas.write(key, x: x, y: area.y, Style(.key))
      x = canvas.write(" " + name, x: x, y: area.y, Style(.dim)) + 2
    }
  }

  // In a narrow window the ways out and to help come before the rest.
  private static func hints(fitting width: Int) -> [(key: String, name: String)] {
    let hints = [
      ("a", "allocate", 2), ("w", "write", 3), ("f", "flush", 5), ("s", "sync", 4), ("u", "reuse", 6),
      (":", "command", 7), ("?", "help", 0), ("q", "quit", 1),
    ]
    var room = width - 1
    let kept = hints.sorted { $0.2 < $1.2 }.filter { hint in
      room -= hint.0.count + hint.1.count + 3
      return room >= -2
    }
    return hints.filter { hint in kept.contains { $0.2 == hint.2 } }.map { ($0.0, $0.1) }
  }

  /// Where the text cursor stands.
  static func cursor(_ interface: Interface, _ area: Area) -> (x: Int, y: Int)? {
    interface.prompt.map { (area.x + 1 + $0.cursor - offset($0, area), area.y) }
  }

  // A line longer than the window is shown from where its cursor is still in view.
  private static func offset(_ prompt: PromptLine, _ area: Area) -> Int { max(0, prompt.cursor - (area.width - 2)) }
}
