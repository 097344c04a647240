import TerminalCanvas

/// What stands in a window that is too small for anything else: how large it has to be, and how to leave.
enum TinyWindow: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    let (leastWidth, leastHeight) = Layout.least
    let size = wrapped("\(leastWidth)x\(leastHeight) at least", canvas.width)
    let text = wrapped(shown.interface.isAskingToQuit ? QuitQuestion.text(shown) : "q quits", canvas.width)
    for (row, line) in (size + text).enumerated() {
      canvas.write(line, x: 0, y: row, Style(row < size.count ? .error : .dim))
    }
  }
}
