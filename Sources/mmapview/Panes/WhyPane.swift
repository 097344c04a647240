import Inspector
import TerminalCanvas

/// Why library and kernel say different things of the page at the cursor.
enum WhyPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file, let sample = shown.interface.kernel, sample.cursor == shown.view.cursor,
      let sentence = Disagreement(file, sample)?.sentence
    else { return }
    let inner = area.inset(left: 1)
    let lines = wrapped(sentence, inner.width, rows: inner.height, shown.glyphs)
    canvas.write(lines: lines, in: inner, Style(.caption, isMeasured: true))
  }
}
