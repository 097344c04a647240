import Inspector
import RangedMmap
import TerminalCanvas

/// The whole file in one line below each grid, in the grid's layer, with brackets around what is in view.
enum OverviewBar: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let shape = shown.layout?.shape, let whole = shown.interface.overview, !whole.pages.isEmpty else { return }
    canvas.write("whole", in: area.inset(left: 1), Style(.dim))
    let cells = (0..<whole.count).filter { index in
      shown.interface.cells.map { whole.pages(of: index).overlaps($0.pages) } ?? false
    }
    for (layer, part) in zip(shown.layer.parts, shape.parts(of: area)) {
      var x = part.x
      for index in 0..<whole.count {
        if index == cells.first { bracket("[") }
        let (appearance, isMeasured) = appearance(index, whole, layer, shown)
        canvas.put(appearance.glyph, x: x, y: part.y, Style(appearance.role, isMeasured: isMeasured))
        x += 1
        if index == cells.last { bracket("]") }
      }
      func bracket(_ glyph: Unicode.Scalar) {
        canvas.put(glyph, x: x, y: part.y, Style(.title))
        x += 1
      }
    }
  }

  private static func appearance(
    _ index: Int, _ whole: LibraryCells, _ layer: Layer, _ shown: Snapshot
  ) -> (CellAppearance, isMeasured: Bool) {
    if layer == .library { return (CellAppearance(whole[index], shown.glyphs), false) }
    let cell = shown.interface.kernel?.ofWhole(whole.pages(of: index).lowerBound)
    // Pages that have come since the last sample are not unknown: the next one follows at once.
    let isBlank = cell == nil && shown.interface.kernel?.totals != nil || shown.interface.kernel == nil
    return (isBlank ? .blank : CellAppearance(cell, shown.glyphs), true)
  }

  static func pagesPerCell(_ shape: GridShape, of pages: Int) -> Int {
    // Two columns are the brackets'.
    let cells = shape.gridWidth - 2
    return max(1, (pages + cells - 1) / cells)
  }

  /// The page under a column of the line; `nil` beside it.
  static func page(x: Int, _ shape: GridShape, in area: Area, _ whole: LibraryCells, showing view: Range<Int>) -> Int? {
    guard let part = shape.parts(of: area).first(where: { $0.columns.contains(x) }) else { return nil }
    var index = x - part.x
    let inView = (0..<whole.count).filter { whole.pages(of: $0).overlaps(view) }
    if let first = inView.first, index > first { index -= 1 }
    if let last = inView.last, index > last { index -= 1 }
    return whole.pages(of: min(max(0, index), whole.count - 1)).lowerBound
  }
}
