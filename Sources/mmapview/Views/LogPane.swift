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
