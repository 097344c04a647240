import Inspector
import RangedMmap
import TerminalCanvas

/// The facts of a page in one line, where the window is too narrow for a pane.
enum PageLine: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file else { return }
    let page = shown.view.cursor
    let state = file.states[page]
    var rest = area.inset(left: 1)
    canvas.write("page \(page) ", into: &rest, Style(.title))
    if shown.layer != .kernel { canvas.write("\(PagePane.word(state, file)) ", into: &rest, Style(state.row.role)) }
    if shown.layer != .library {
      let text = fitting(PagePane.kernelText(page, shown.interface.kernel), rest.width, shown.glyphs)
      canvas.write(text + " ", into: &rest, PagePane.kernelStyle(page, shown.interface.kernel))
    }
    // A pattern or a label that does not fit is left out: a part of a label would be another range's.
    guard let range = shown.range else { return }
    let parts = ["r\(range.label)"] + (range.pattern.map { ["\($0)"] } ?? [])
    let text = fitting(parts, rest.width, shown.glyphs, separator: shown.glyphs.separator)
    if text.hasPrefix(parts[0]) { canvas.write(text, in: rest) }
  }
}
