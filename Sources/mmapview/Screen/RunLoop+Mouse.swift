import Inspector
import RangedMmap
import TerminalCanvas

extension RunLoop {
  // How far a notch of the wheel goes.
  private static let wheelRows = 3

  func point(_ event: MouseEvent) {
    guard let layout else { return }
    guard interface.layers.isEmpty else { return pointAtLayer(event, layout) }
    let place = (event.x, event.y)
    if session.file == nil, !layout.prompt.contains(x: event.x, y: event.y) { return pointAtStart(event, layout) }
    func isIn(_ area: Area?) -> Bool { area?.contains(x: event.x, y: event.y) == true }
    switch event.kind {
    case .release: interface.anchor = nil
    case .scrollUp, .scrollDown:
      let isInPages = isIn(layout.grid) || isIn(layout.overview)
      guard isInPages || isIn(layout.hex) || isIn(layout.log) else { return }
      scroll(event.kind == .scrollUp ? -1 : 1, isIn(layout.hex), isIn(layout.log), layout)
    case .press where isIn(layout.prompt):
      if let key = KeysLine.key(x: event.x, snapshot(layout), layout.prompt) { take(key, layout) }
    case .press where isIn(layout.caption):
      guard let box = layout.caption, event.y == box.y + box.height - 1 else { return }
      if let key = CaptionBox.key(x: event.x, snapshot(layout), box) { take(key, layout) }
    case .press where isIn(layout.log?.row(0)): take("e", layout)
    case .press where isIn(layout.side?.row(0)) || isIn(layout.page?.row(0)): perform(.page(nil))
    case .press where isIn(layout.history): perform(.status(asJSON: false))
    case .press where isIn(layout.hex): pointAtBytes(place, layout)
    case .press where isIn(layout.grid.row(0)): pointAtHead(event.x, layout)
    case .press where isIn(layout.overview): pointAtOverview(event.x, layout)
    case .press, .drag: pointAtGrid(event, layout)
    }
  }

  // Lines that lie over the panes are scrolled, and end with a press; a question takes an answer; the prompt waits.
  private func pointAtLayer(_ event: MouseEvent, _ layout: Layout) {
    if interface.isAskingToQuit, event.kind == .press {
      if let key = QuitQuestion.key(x: event.x, y: event.y, snapshot(layout), layout) { take(key, layout) }
      return
    }
    guard interface.overlay != nil else { return }
    switch event.kind {
    case .press: interface.overlay = nil
    case .scrollUp: for _ in 0..<Self.wheelRows { _ = interface.overlay?.scroll(.up, layout.overlay) }
    case .scrollDown: for _ in 0..<Self.wheelRows { _ = interface.overlay?.scroll(.down, layout.overlay) }
    case .drag, .release: break
    }
  }

  private func scroll(_ step: Int, _ isInBytes: Bool, _ isInLog: Bool, _ layout: Layout) {
    guard let file = session.file else { return }
    if isInLog {
      // What went by is above what is shown.
      if step < 0 { take("e", layout) }
    } else if isInBytes {
      let rows = step * Self.wheelRows * interface.byteRows.bytesPerRow
      let end = min(file.size, (session.view.cursor + 1) * Alignment.page)
      let target = session.view.cursor * Alignment.page + session.view.byteCursor + rows
      perform(.byte(offset: min(max(session.view.cursor * Alignment.page, target), end - 1)))
    } else {
      let row = layout.shape.columns * layout.shape.pagesPerCell
      let target = session.view.cursor + step * Self.wheelRows * row
      perform(.goto(page: min(max(0, target), file.states.count - 1)))
    }
  }

  private func pointAtBytes(_ place: (x: Int, y: Int), _ layout: Layout) {
    guard interface.past == nil else { return refuseInPast() }
    guard let hex = layout.hex else { return }
    if place.y == hex.y { return take(.tab, layout) }
    guard let byte = HexView.byte(x: place.x, y: place.y, in: hex, interface) else { return }
    interface.focus = .bytes
    perform(.byte(offset: session.view.cursor * Alignment.page + byte))
  }

  // The head of a grid brings its layer alone; alone already, it brings both.
  private func pointAtHead(_ x: Int, _ layout: Layout) {
    let parts = zip(session.layer.parts, layout.shape.parts(of: layout.grid))
    guard session.file != nil, let layer = parts.first(where: { $1.columns.contains(x) })?.0 else { return }
    perform(.layer(session.layer == .both ? layer : .both))
  }

  private func pointAtOverview(_ x: Int, _ layout: Layout) {
    guard interface.past == nil, let area = layout.overview, let whole = interface.overview,
      let shown = interface.cells?.pages,
      let page = OverviewBar.page(x: x, layout.shape, in: area, whole, showing: shown)
    else { return }
    perform(.goto(page: page))
  }

  private func firstShown(_ layout: Layout) -> Int {
    interface.past?.window(layout.shape, session.view.cursor).lowerBound ?? interface.firstPage
  }

  // A drag selects from where the button went down; a press begins again.
  private func pointAtGrid(_ event: MouseEvent, _ layout: Layout) {
    guard let file = session.file,
      let page = layout.shape.page(
        x: event.x, y: event.y, in: layout.grid, from: firstShown(layout), of: file.states.count)
    else { return }
    if event.kind == .press {
      interface.anchor = nil
      if session.view.selection != nil { perform(.select(nil)) }
    } else if interface.anchor == nil {
      interface.anchor = session.view.cursor
    }
    interface.focus = .grid
    perform(.goto(page: page))
  }
}
