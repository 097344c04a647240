import Inspector
import RangedMmap
import TerminalCanvas

/// The file in cells of one page or many, with the offset of each row down the side.
///
/// Library and kernel have a grid each; a page has the same place in both.
struct GridView: Pane {
  private let shown: Snapshot
  private let area: Area
  private let shape: GridShape

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let shape = shown.layout?.shape else { return }
    GridView(shown: shown, area: area, shape: shape).draw(on: &canvas)
  }

  private func draw(on canvas: inout Canvas) {
    guard let cells = shown.interface.cells else {
      let lines = wrapped(Self.noFile(isInLesson: shown.isInLesson), area.width - 2)
      canvas.write(lines: lines, in: area.below(1).inset(left: 1))
      return
    }
    drawOffsets(cells, on: &canvas)
    for (layer, (head, field)) in zip(shown.layer.parts, zip(shape.parts(of: area), shape.fields(in: area))) {
      drawHead(layer, on: &canvas, head)
      if layer == .library { drawLibrary(cells, on: &canvas, field) } else { drawKernel(cells, on: &canvas, field) }
    }
  }

  static func noFile(isInLesson: Bool) -> String {
    isInLesson ? "no file is open yet" : "no file is open: type :open PATH or :create PATH SIZE"
  }

  private func drawOffsets(_ cells: LibraryCells, on canvas: inout Canvas) {
    canvas.write("offset", in: area.inset(left: 1), Style(.dim))
    let left = area.below(1)
    for row in 0..<shape.rows where row * shape.columns < cells.count {
      let offset = hex(cells.pages(of: row * shape.columns).lowerBound * Alignment.page, width: 8)
      canvas.write(
        offset, x: left.x + shape.marginWidth - 1 - offset.count, y: left.y + row * shape.cellHeight, Style(.dim))
    }
  }

  private func drawLibrary(_ cells: LibraryCells, on canvas: inout Canvas, _ field: Area) {
    for index in 0..<cells.count {
      let pages = cells.pages(of: index)
      let fault = fault(in: index)
      let appearance = fault == nil ? CellAppearance(cells[index], shown.glyphs) : CellAppearance(faulted: shown.glyphs)
      let style = appearance.style(
        isCursor: isCursor(pages), isSelected: isSelected(pages), isReversed: fault == .fresh, isMeasured: fault != nil)
      draw(appearance, style, on: &canvas, cell(index, field))
      drawMark(index, appearance, style, on: &canvas, field)
    }
  }

  private func drawKernel(_ cells: LibraryCells, on canvas: inout Canvas, _ field: Area) {
    // Without one nothing is shown yet; the first sample follows at once.
    guard let sample = shown.interface.kernel else { return }
    let marks = sample.marks(each: cells.pagesPerGroup, from: cells.pages.lowerBound)
    let hasMarks = !marks.isEmpty
    for index in 0..<cells.count {
      let pages = cells.pages(of: index)
      // Not sampled yet, as the first.
      let isBlank = sample.lacks(pages.lowerBound)
      var appearance = isBlank ? CellAppearance.blank : CellAppearance(sample[pages.lowerBound], shown.glyphs)
      let fault = fault(in: index)
      let mark = fault ?? (hasMarks ? marks[pages.lowerBound] : nil)
      if fault != nil {
        appearance = CellAppearance(faulted: shown.glyphs)
      } else if mark != nil {
        appearance.role = .changed
      }
      let style = appearance.style(
        isCursor: isCursor(pages), isSelected: isSelected(pages), isReversed: mark == .fresh, isMeasured: true)
      draw(appearance, style, on: &canvas, cell(index, field))
      drawMark(index, appearance, style, on: &canvas, field)
    }
  }

  private func fault(in index: Int) -> KernelSample.Mark? {
    guard let marks = shown.faults?.marks, index < marks.count else { return nil }
    return marks[index]
  }

  // In a corner of a cell that its state fills, and else beside the glyph; in its place where a cell has one column.
  private func drawMark(
    _ index: Int, _ appearance: CellAppearance, _ style: Style, on canvas: inout Canvas, _ field: Area
  ) {
    guard let stored = shown.interface.stored, stored[index] > 0 else { return }
    let cell = cell(index, field)
    // What has just happened goes first where there is room for one.
    guard cell.width > 1 || appearance.role != .faulted else { return }
    let (column, row) = appearance.isFilled ? (cell.width - 1, cell.height - 1) : (min(1, cell.width - 1), 0)
    // A page that is not in use any more can be marked: its grey would hide that.
    var style = style
    if style.role == .free { style.role = .text }
    if row < cell.height - 1 { style.isUnderlined = false }
    canvas.put(shown.glyphs.glyph(PageMark.stored), x: cell.x + column, y: cell.y + row, style)
  }

  private func cell(_ index: Int, _ field: Area) -> Area {
    let (row, column) = index.quotientAndRemainder(dividingBy: shape.columns)
    return Area(
      x: field.x + column * shape.cellWidth, y: field.y + row * shape.cellHeight, width: shape.cellWidth,
      height: shape.cellHeight)
  }

  private func draw(_ appearance: CellAppearance, _ style: Style, on canvas: inout Canvas, _ cell: Area) {
    let isMarked = style.isReversed || style.isUnderlined
    func shown(_ glyph: Unicode.Scalar) -> Unicode.Scalar { isMarked ? self.shown.glyphs.marked(glyph) : glyph }
    // The line lies under the whole cell.
    var upper = style
    if cell.height > 1 { upper.isUnderlined = false }
    if cell.width > 1 || cell.height > 1 {
      // One mark a page, as in a cell of one column: each more would read as a page more.
      var halves = appearance.isFilled ? (appearance.glyph, appearance.glyph) : (" ", " ")
      if cell.height > 1, appearance.isFilled { halves = self.shown.glyphs.halves(of: appearance.glyph) }
      let hasGround = appearance.isFilled || isMarked
      var rows = cell
      let last = rows.takeBottom(1)
      canvas.fill(rows, shown(halves.0), hasGround ? upper : .plain)
      canvas.fill(last, shown(halves.1), hasGround ? style : .plain)
      if appearance.isFilled { return }
    }
    canvas.put(shown(appearance.glyph), x: cell.x, y: cell.y, upper)
  }

  private func isCursor(_ pages: Range<Int>) -> Bool { pages.contains(shown.view.cursor) }
  private func isSelected(_ pages: Range<Int>) -> Bool { shown.view.selection?.overlaps(pages) == true }

  // Whose grid it is, and then every eighth column by its page's number within the row.
  private func drawHead(_ layer: Layer, on canvas: inout Canvas, _ head: Area) {
    canvas.write(layer.rawValue, in: head, Style(.title))
    var rest = head
    for column in stride(from: 0, to: shape.columns, by: 8) {
      let part = rest.takeLeft(8 * shape.cellWidth).inset(left: 0, right: 1)
      guard part.x > head.x + layer.rawValue.count else { continue }
      canvas.write(short(column * shape.pagesPerCell), in: part, Style(.dim))
    }
  }

  private func short(_ pages: Int) -> String {
    for (unit, name) in [(1 << 20, "M"), (1 << 10, "k")] where pages >= unit && pages % unit == 0 {
      return "\(pages / unit)\(name)"
    }
    return "\(pages)"
  }
}

extension Layer {
  /// The layers that have a grid of their own, from left to right.
  var parts: [Layer] { self == .both ? [.library, .kernel] : [self] }
}
