import Inspector
import TerminalCanvas

/// How many pages of the file were cached, dirty and in writeback in the last minute: a graph for each, with its maximum.
///
/// It ends at the last sample, and stands still until the next: nothing in it becomes false at rest.
enum HistoryStrip: Pane {
  /// With a head and a row for each graph; with fewer rows the head goes, and then all share one.
  static let height = 4

  private struct Graph {
    let name: String
    let state: KernelState
    let count: @Sendable (KernelHistory.Value) -> Int?
  }

  private static let graphs = [
    Graph(name: "cached", state: .clean) { $0.cached }, Graph(name: "dirty", state: .dirty) { $0.dirty },
    Graph(name: "writeback", state: .writeback) { $0.writeback },
  ]

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    // It is of the present, and has no place in what is shown of the past.
    guard area.height > 0, shown.file != nil, shown.interface.past == nil else { return }
    var rest = area
    if area.height >= height { Screen.rule(head(shown), shown, on: &canvas, rest.takeTop(1), measured) }
    let inner = rest.inset(left: 1, right: 1)
    let history = shown.kernelHistory
    guard history.end != nil else {
      canvas.write(shortened(absence(shown), inner.width, shown.glyphs), in: inner, Style(.dim))
      return
    }
    guard area.height >= graphs.count else { return drawInOneRow(history, shown.glyphs, on: &canvas, inner) }
    let labels = graphs.map { label($0, history, shown.glyphs) }
    let width = (labels.map(\.columns).max() ?? 0) + 1
    // Without a head the span stands behind the first graph.
    let end = area.height < height ? " " + span : ""
    let step = step(inner.width - width - end.columns)
    for (index, graph) in graphs.enumerated() {
      let row = inner.row(index)
      canvas.write(labels[index], in: row, measured)
      draw(graph, history.steps(of: step), shown.glyphs, on: &canvas, row.inset(left: width))
    }
    canvas.write(end, in: inner.inset(left: width + KernelHistory.span / step), measured)
  }

  private static func drawInOneRow(_ history: KernelHistory, _ glyphs: Glyphs, on canvas: inout Canvas, _ area: Area) {
    var rest = area.row(0)
    canvas.write(span + "  ", into: &rest, measured)
    let labels = graphs.map { label($0, history, glyphs, isShort: true) }
    // What is dirty changes most, and what is cached least.
    let choices = [[0, 1, 2], [1, 2], [1]].map { chosen in
      // A blank before each graph, and two behind all but the last.
      (chosen, step((rest.width - chosen.reduce(0) { $0 + labels[$1].columns + 3 } + 2) / chosen.count))
    }
    guard let (chosen, step) = choices.first(where: { $0.1 <= longestStep }) ?? choices.last else { return }
    for (graph, label) in chosen.map({ (graphs[$0], labels[$0]) }) {
      canvas.write(label + " ", into: &rest, measured)
      draw(graph, history.steps(of: step), glyphs, on: &canvas, rest)
      rest = rest.inset(left: KernelHistory.span / step + 2)
    }
  }

  // Of fewer bars than six nothing can be seen.
  private static let longestStep = 10
  private static let span = "\(KernelHistory.span) s"
  private static let measured = Style(.dim, isMeasured: true)

  private static func head(_ shown: Snapshot) -> String {
    guard shown.interface.showsTimes, let end = shown.kernelHistory.end else { return "pages, last \(span)" }
    return "pages, \(span) to \(end)"
  }

  private static func absence(_ shown: Snapshot) -> String {
    if shown.layer == .library { return "the kernel is not asked in the library's layer; L turns to the kernel's" }
    return shown.interface.kernel?.reason == nil ? "not known yet" : "unknown: the kernel does not say"
  }

  // The scale: the greatest value, which the highest bar stands for.
  private static func label(_ graph: Graph, _ history: KernelHistory, _ glyphs: Glyphs, isShort: Bool = false) -> String
  {
    let top = history.steps(of: 1).compactMap { $0.flatMap(graph.count) }.max()
    let figure = top.map { isShort ? shortCount($0) : "\($0)" } ?? glyphs.unknown
    return isShort ? "\(graph.name) max \(figure)" : graph.name.padded(to: 10) + "max " + figure
  }

  // How many seconds a bar stands for, so that the whole minute has room.
  private static func step(_ room: Int) -> Int {
    let span = KernelHistory.span
    return (1...span).first { span % $0 == 0 && span / $0 <= room } ?? span
  }

  private static func draw(
    _ graph: Graph, _ steps: [KernelHistory.Value?], _ glyphs: Glyphs, on canvas: inout Canvas, _ area: Area
  ) {
    let values = steps.map { $0.flatMap(graph.count) }
    guard let top = values.compactMap({ $0 }).max() else { return }
    let style = Style(graph.state.row.role, isMeasured: true)
    for (column, value) in values.prefix(area.width).enumerated() {
      guard let value else { continue }
      // The lowest bar is nothing at all: whatever there is stands out from it.
      let highest = glyphs.levels.count - 1
      let level = value == 0 ? 0 : max(1, Int((Double(value) / Double(top) * Double(highest)).rounded()))
      canvas.put(glyphs.levels[level], x: area.x + column, y: area.y, style)
    }
  }
}
