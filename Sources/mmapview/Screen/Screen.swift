import TerminalCanvas

/// Draws a whole frame: a function of a snapshot into a canvas, and nothing else.
enum Screen {
  // Each pane, and where the layout has it.
  private static let panes: [(pane: any Pane.Type, area: @Sendable (Layout) -> Area?)] = [
    (GridView.self, { $0.grid }), (OverviewBar.self, { $0.overview }), (SidePane.self, { $0.side }),
    (PageLine.self, { $0.page }), (WhyPane.self, { $0.why }), (HistoryStrip.self, { $0.history }),
    (ActorsPane.self, { $0.actors }), (HexView.self, { $0.hex }), (LogPane.self, { $0.log }),
    (CaptionBox.self, { $0.caption }), (LegendView.self, { $0.legend }),
  ]

  static func draw(_ shown: Snapshot) -> Canvas {
    var canvas = Canvas(width: shown.width, height: shown.height, isASCII: shown.glyphs.isASCII)
    guard let layout = shown.layout else {
      TinyWindow.draw(shown, on: &canvas, canvas.area)
      return canvas
    }
    func pane(_ pane: any Pane.Type) -> any Pane.Type { PastPanes.instead(of: pane, shown) }
    pane(TitleView.self).draw(shown, on: &canvas, layout.title)
    if shown.interface.overlay == nil {
      for (present, area) in panes {
        if let area = area(layout) { pane(present).draw(shown, on: &canvas, area) }
      }
      if shown.file == nil { StartPane.draw(shown, on: &canvas, StartMenu.area(layout)) }
    }
    let bottom: any Pane.Type = shown.job != nil ? ProgressView.self : KeysLine.self
    pane(bottom).draw(shown, on: &canvas, layout.prompt)
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
