import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas

/// Draws a whole frame: a function of the session and the interface into a canvas, and nothing else.
enum Screen {
  static func draw(_ session: Session, _ interface: Interface, width: Int, height: Int) -> Canvas {
    var canvas = Canvas(width: width, height: height)
    guard let layout = Layout(session, width: width, height: height) else {
      let (leastWidth, leastHeight) = Layout.least
      canvas.write("\(leastWidth)x\(leastHeight) at least", x: 0, y: 0, Style(.error))
      canvas.write("q quits", x: 0, y: 1, Style(.dim))
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
    canvas.write(" \(name) ", x: area.x + 2, y: area.y, style, limit: area.width - 4)
  }
}

/// The first line: what is open.
enum TitleView {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    for x in 0..<area.width { canvas.put(" ", x: x, y: area.y, Style(.title, isReversed: true)) }
    var parts = ["mmapview"]
    if let file = session.file {
      let name = file.path.lastComponent?.string ?? file.path.string
      let mode = file.isWritable ? "writable" : "read only"
      let layer = session.layer == .both ? "both layers" : session.layer.rawValue
      parts = [
        name, bytes(file.size), counted(file.states.count, "page"),
        counted(session.shownPagesPerCell, "page") + " a cell", layer,
        file.isDurable ? mode : mode + ", in memory",
      ]
    }
    let text = " " + parts.joined(separator: interface.glyphs.separator)
    canvas.write(text, x: area.x, y: area.y, Style(.title, isReversed: true), limit: area.width)
  }
}
