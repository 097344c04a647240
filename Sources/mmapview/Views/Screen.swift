import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas

/// Draws a whole frame: a function of the session and the interface into a canvas, and nothing else.
enum Screen {
  static func draw(_ session: Session, _ interface: Interface, width: Int, height: Int) -> Canvas {
    var canvas = Canvas(width: width, height: height)
    guard let layout = Layout(session, width: width, height: height) else {
      TinyWindow.draw(session, interface, on: &canvas)
      return canvas
    }
    TitleView.draw(session, interface, on: &canvas, layout.title)
    if let overlay = interface.overlay {
      overlay.draw(on: &canvas, layout.overlay, interface.glyphs)
    } else {
      panes(session, interface, layout, on: &canvas)
    }
    if interface.isAskingToQuit {
      QuitQuestion.draw(session, on: &canvas, layout.prompt)
    } else if let job = session.job, interface.prompt == nil {
      ProgressView.draw(job, interface, on: &canvas, layout.prompt)
    } else {
      PromptView.draw(session, interface, on: &canvas, layout.prompt)
    }
    return canvas
  }

  private static func panes(_ session: Session, _ interface: Interface, _ layout: Layout, on canvas: inout Canvas) {
    GridView(session: session, interface: interface, area: layout.grid, shape: layout.shape).draw(on: &canvas)
    if let overview = layout.overview { OverviewBar.draw(session, interface, on: &canvas, overview, layout.shape) }
    if let side = layout.side {
      for y in side.y..<side.y + side.height { canvas.put(interface.glyphs.bar, x: side.x - 2, y: y, Style(.dim)) }
      var used = PagePane.draw(session, interface, on: &canvas, side)
      // A blank line between, if that hides nothing.
      if side.height - used > WorkersPane.height(session, interface, width: side.width) { used += 1 }
      let rest = Area(x: side.x, y: side.y + used, width: side.width, height: side.height - used)
      if session.workers.workers.isEmpty {
        UsersPane.draw(session, interface, on: &canvas, rest)
      } else {
        WorkersPane.draw(session, interface, on: &canvas, rest)
      }
    }
    if let why = layout.why { WhyPane.draw(session, interface, on: &canvas, why) }
    if let page = layout.page { PagePane.drawLine(session, interface, on: &canvas, page) }
    if let hex = layout.hex { HexView.draw(session, interface, on: &canvas, hex) }
    if let log = layout.log { LogPane.draw(session, interface, on: &canvas, log) }
    LegendView.draw(session, interface, on: &canvas, layout.legend)
  }

  /// A line across an area with a name in it.
  static func rule(
    _ name: String, _ interface: Interface, on canvas: inout Canvas, _ area: Area, _ style: Style = Style(.dim)
  ) {
    for x in area.x..<area.x + area.width { canvas.put(interface.glyphs.rule, x: x, y: area.y, Style(.dim)) }
    canvas.write(" \(shortened(name, area.width - 6, interface.glyphs)) ", x: area.x + 2, y: area.y, style)
  }
}

/// What stands in a window that is too small for anything else: how large it has to be, and how to leave.
enum TinyWindow {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas) {
    let (leastWidth, leastHeight) = Layout.least
    let size = wrapped("\(leastWidth)x\(leastHeight) at least", canvas.width)
    let text = wrapped(interface.isAskingToQuit ? QuitQuestion.text(session) : "q quits", canvas.width)
    for (row, line) in (size + text).enumerated() {
      canvas.write(line, x: 0, y: row, Style(row < size.count ? .error : .dim))
    }
  }
}

/// The first line: what is open.
enum TitleView {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    for x in 0..<area.width { canvas.put(" ", x: x, y: area.y, Style(.title, isReversed: true)) }
    // Each with its rank: the lower, the longer it stays in a narrow window.
    var parts = [(text: "mmapview", rank: 0)]
    if let file = session.file {
      let path = session.fileName ?? file.path
      let name = (path.lastComponent?.string ?? path.string) + (session.isNameless ? " (no name now)" : "")
      let mode = file.isWritable ? "writable" : "read only"
      let layer = session.layer == .both ? "both layers" : session.layer.rawValue
      parts = [
        (name, 0), (session.otherSize.map { "\(bytes($0)) now" } ?? bytes(file.size), 4),
        (counted(file.states.count, "page") + (session.otherSize == nil ? "" : " mapped"), 5),
        (counted(session.view.shownPagesPerCell, "page") + " a cell", 6), (layer, 2), (mode, 1),
      ]
      // At rest nothing is asked, and what others read and the kernel evicts is not told.
      if interface.showsTimes, let time = interface.lookTime { parts.append(("as of \(time)", 3)) }
    }
    let style = Style(.title, isReversed: true)
    let memory = session.file?.isInMemory == true ? ", in memory" : ""
    let text = line(parts, area.width - 1 - memory.count, interface.glyphs)
    let x = canvas.write(text, x: area.x + 1, y: area.y, style)
    canvas.write(memory, x: x, y: area.y, Style(.title, isReversed: true, isMeasured: true))
  }

  // Whole parts go before any is cut; of a long name the start stays.
  private static func line(_ all: [(text: String, rank: Int)], _ width: Int, _ glyphs: Glyphs) -> String {
    func joined(_ parts: [(text: String, rank: Int)]) -> String {
      parts.map(\.text).joined(separator: glyphs.separator)
    }
    var parts = all
    // Whether a file may be changed is told beside the longest name.
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
