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
      let parts = PagePane.kernelText(shown, rest.width)
      // Since when, and until when, comes before what its neighbours are.
      let text = fitting(shown.dirtiness == nil ? parts : Array(parts.prefix(1)), rest.width, shown.glyphs)
      canvas.write(text + " ", into: &rest, PagePane.kernelStyle(page, shown.interface.kernel))
    }
    // What does not fit is left out: a part of a label would be another range's.
    let label = shown.range.map { ["r\($0.label)"] } ?? []
    let due = shown.dirtiness.map { ["due " + $0.due.words[0]] } ?? []
    let parts = label + (shown.range?.pattern.map { ["\($0)"] } ?? []) + due
    guard let first = parts.first else { return }
    let text = fitting(parts, rest.width, shown.glyphs, separator: shown.glyphs.separator)
    if text.hasPrefix(first) {
      canvas.write(text, in: rest, Style(.text, isMeasured: shown.dirtiness != nil))
    }
  }
}
