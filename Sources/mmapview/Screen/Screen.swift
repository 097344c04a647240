import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas

/// Draws a whole frame: a function of a snapshot into a canvas, and nothing else.
enum Screen {
  // Each pane, and where the layout has it.
  private static let panes: [(pane: any Pane.Type, area: @Sendable (Layout) -> Area?)] = [
    (GridView.self, { $0.grid }), (OverviewBar.self, { $0.overview }), (SidePane.self, { $0.side }),
    (WhyPane.self, { $0.why }), (PageLine.self, { $0.page }), (HexView.self, { $0.hex }), (LogPane.self, { $0.log }),
    (LegendView.self, { $0.legend }),
  ]

  static func draw(_ shown: Snapshot) -> Canvas {
    var canvas = Canvas(width: shown.width, height: shown.height)
    guard let layout = shown.layout else {
      TinyWindow.draw(shown, on: &canvas, canvas.area)
      return canvas
    }
    TitleView.draw(shown, on: &canvas, layout.title)
    if shown.interface.overlay == nil {
      for (pane, area) in panes { if let area = area(layout) { pane.draw(shown, on: &canvas, area) } }
    }
    let bottom: any Pane.Type = shown.job != nil ? ProgressView.self : KeysLine.self
    bottom.draw(shown, on: &canvas, layout.prompt)
    for layer in shown.interface.layers { layer.draw(shown, on: &canvas, layout) }
    return canvas
  }

  static func rule(
    _ name: String, _ shown: Snapshot, on canvas: inout Canvas, _ area: Area, _ style: Style = Style(.dim)
  ) {
    for x in area.x..<area.x + area.width { canvas.put(shown.interface.glyphs.rule, x: x, y: area.y, Style(.dim)) }
    canvas.write(" \(shortened(name, area.width - 6, shown.interface.glyphs)) ", x: area.x + 2, y: area.y, style)
  }
}

/// The column beside the grid: the page under the cursor, and below it the workers, or who else has the file.
enum SidePane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    for y in area.y..<area.y + area.height {
      canvas.put(shown.interface.glyphs.bar, x: area.x - 2, y: y, Style(.dim))
    }
    var used = PagePane.drawFacts(shown, on: &canvas, area)
    // A blank line between, if that hides nothing.
    if area.height - used > WorkersPane.height(shown, width: area.width) { used += 1 }
    let pane: any Pane.Type = shown.workers.workers.isEmpty ? UsersPane.self : WorkersPane.self
    pane.draw(shown, on: &canvas, area.below(used))
  }
}

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

/// The first line: what is open.
enum TitleView: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    for x in 0..<area.width { canvas.put(" ", x: x, y: area.y, Style(.title, isReversed: true)) }
    // Each with its rank: the lower, the longer it stays in a narrow window.
    var parts = [(text: "mmapview", rank: 0)]
    if let file = shown.file {
      let path = shown.fileName ?? file.path
      let name = (path.lastComponent?.string ?? path.string) + (shown.isNameless ? " (no name now)" : "")
      let mode = file.isWritable ? "writable" : "read only"
      let layer = shown.layer == .both ? "both layers" : shown.layer.rawValue
      parts = [
        (name, 0), (shown.otherSize.map { "\(bytes($0)) now" } ?? bytes(file.size), 4),
        (counted(file.states.count, "page") + (shown.otherSize == nil ? "" : " mapped"), 5),
        (counted(shown.view.shownPagesPerCell, "page") + " a cell", 6), (layer, 2), (mode, 1),
      ]
      // At rest there are no samples, and reads by others and evictions go unseen.
      if shown.interface.showsTimes, let time = shown.interface.sampleTime { parts.append(("as of \(time)", 3)) }
    }
    let style = Style(.title, isReversed: true)
    let memory = shown.file?.isInMemory == true ? ", in memory" : ""
    let text = line(parts, area.width - 1 - memory.count, shown.interface.glyphs)
    let x = canvas.write(text, x: area.x + 1, y: area.y, style)
    canvas.write(memory, x: x, y: area.y, Style(.title, isReversed: true, isMeasured: true))
  }

  // Whole parts go before any is cut; of a long name the start stays.
  private static func line(_ all: [(text: String, rank: Int)], _ width: Int, _ glyphs: Glyphs) -> String {
    func joined(_ parts: [(text: String, rank: Int)]) -> String {
      parts.map(\.text).joined(separator: glyphs.separator)
    }
    var parts = all
    // Whether a file may be changed stands even beside the longest name.
    while joined(parts).columns > width, let last = parts.map(\.rank).max(), last > 1 {
      parts.removeAll { $0.rank == last }
    }
    let over = joined(parts).columns - width
    if over > 0, let name = parts.first?.text {
      parts[0].text = shortened(name, max(8, name.columns - over), glyphs)
    }
    return shortened(joined(parts), width, glyphs)
  }
}
