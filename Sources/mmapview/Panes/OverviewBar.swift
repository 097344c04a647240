import Inspector
import RangedMmap
import TerminalCanvas

/// The whole file in one line, in the layer of the grid, and which part of it is in view.
enum OverviewBar: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let shape = shown.layout?.shape, let whole = shown.interface.overview, !whole.pages.isEmpty else { return }
    canvas.write("whole", in: area.inset(left: 1), Style(.dim))
    let field = area.inset(left: shape.marginWidth)
    for index in 0..<whole.count {
      let pages = whole.pages(of: index)
      let isInView = shown.interface.cells.map { pages.overlaps($0.pages) } ?? false
      let x = field.x + index * columns(shown.layer)
      if shown.layer != .kernel {
        // What is in view stands out, and the cursor's cell in it.
        let mark = pages.contains(shown.view.cursor) ? shown.glyphs.cursor : isInView ? shown.glyphs.selected : nil
        let appearance = CellAppearance(whole[index], shown.glyphs)
        canvas.put(
          mark ?? appearance.glyph, x: x, y: field.y, Style(appearance.role(isReversed: isInView), isReversed: isInView)
        )
      }
      if shown.layer != .library {
        drawKernel(pages, isInView, shown, on: &canvas, x + columns(shown.layer) - 1, field.y)
      }
    }
  }

  private static func drawKernel(
    _ pages: Range<Int>, _ isInView: Bool, _ shown: Snapshot, on canvas: inout Canvas, _ x: Int, _ y: Int
  ) {
    guard let sample = shown.interface.kernel else { return }
    let cell = sample.ofWhole(pages.lowerBound)
    // Pages that have come since the last sample are not unknown: the next one follows at once.
    let isBlank = cell == nil && sample.totals != nil
    let appearance = CellAppearance(cell, shown.glyphs)
    // Beside the library's cell, that one has the cursor's mark.
    let isMarked = shown.layer == .kernel && pages.contains(shown.view.cursor)
    let glyph = (isMarked ? shown.glyphs.cursor : nil) ?? (isBlank ? " " : appearance.glyph)
    let style = Style(appearance.role(isReversed: isInView), isReversed: isInView, isMeasured: true)
    canvas.put(glyph, x: x, y: y, style)
  }

  static func pagesPerCell(_ shape: GridShape, _ layer: Layer, of pages: Int) -> Int {
    let cells = shape.columns * shape.cellWidth / columns(layer)
    return max(1, (pages + cells - 1) / cells)
  }

  private static func columns(_ layer: Layer) -> Int { layer == .both ? 2 : 1 }
}
