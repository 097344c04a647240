import Inspector
import RangedMmap
import TerminalCanvas

/// The whole file in one line, in the layer of the grid, and which part of it is in view.
enum OverviewBar: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let shape = shown.layout?.shape, let whole = shown.interface.overview, !whole.pages.isEmpty else { return }
    canvas.write("whole", x: area.x + 1, y: area.y, Style(.dim))
    for index in 0..<whole.count {
      let pages = whole.pages(of: index)
      let x = area.x + shape.marginWidth + index * (shown.layer == .both ? 2 : 1)
      if shown.layer != .kernel { drawLibrary(whole[index], pages, shown, on: &canvas, x, area.y) }
      if shown.layer != .library {
        drawKernel(pages, shown, on: &canvas, shown.layer == .both ? x + 1 : x, area.y)
      }
    }
  }

  private static func drawLibrary(
    _ counts: PageCounts, _ pages: Range<Int>, _ shown: Snapshot, on canvas: inout Canvas,
    _ x: Int, _ y: Int
  ) {
    let look = CellAppearance(counts, shown.interface.glyphs)
    let isInView = isInView(pages, shown)
    // What is in view stands out; the cursor's place never gets lost in it.
    let role = look.role == .free && isInView ? .title : look.role
    let mark =
      pages.contains(shown.view.cursor)
      ? shown.interface.glyphs.cursor : isInView ? shown.interface.glyphs.selected : nil
    canvas.put(mark ?? look.glyph, x: x, y: y, Style(role, isReversed: isInView))
  }

  private static func drawKernel(
    _ pages: Range<Int>, _ shown: Snapshot, on canvas: inout Canvas, _ x: Int, _ y: Int
  ) {
    guard let sample = shown.interface.kernel else { return }
    let cell = sample.ofWhole(pages.lowerBound)
    // What has come since the last look is not unknown: the next one follows at once.
    let isBlank = cell == nil && sample.totals != nil
    let look = CellAppearance(cell, shown.interface.glyphs)
    let isInView = isInView(pages, shown)
    let role = look.role == .free && isInView ? .title : look.role
    // Beside the library's cell, that one has the cursor's mark.
    let isMarked = shown.layer == .kernel && pages.contains(shown.view.cursor)
    let glyph = (isMarked ? shown.interface.glyphs.cursor : nil) ?? (isBlank ? " " : look.glyph)
    canvas.put(glyph, x: x, y: y, Style(role, isReversed: isInView, isMeasured: true))
  }

  private static func isInView(_ pages: Range<Int>, _ shown: Snapshot) -> Bool {
    shown.interface.cells.map { pages.overlaps($0.pages) } ?? false
  }

  /// How many pages a cell of the bar stands for; with both layers each cell is two columns.
  static func pagesPerCell(_ shape: GridShape, _ layer: Layer, of pages: Int) -> Int {
    let cells = shape.columns * shape.cellWidth / (layer == .both ? 2 : 1)
    return max(1, (pages + cells - 1) / cells)
  }
}
