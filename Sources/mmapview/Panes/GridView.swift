import Inspector
import RangedMmap
import TerminalCanvas

/// The file in cells of one page or many, with the offset of each row down the side.
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
    drawRuler(on: &canvas)
    let field = shape.field(in: area)
    let marks = shown.interface.kernel?.marks(each: cells.pagesPerGroup, from: cells.pages.lowerBound) ?? [:]
    for index in 0..<cells.count {
      let (row, column) = index.quotientAndRemainder(dividingBy: shape.columns)
      let pages = cells.pages(of: index)
      let (x, y) = (field.x + column * shape.cellWidth, field.y + row)
      if column == 0 {
        let offset = hex(pages.lowerBound * Alignment.page, width: 8)
        canvas.write(offset, x: x - 1 - offset.count, y: y, Style(.dim))
      }
      switch shown.layer {
      case .library: drawLibrary(cells[index], pages, x: x, y: y, on: &canvas)
      case .kernel: drawKernel(pages, marks[pages.lowerBound], x: x, y: y, on: &canvas)
      case .both:
        drawLibrary(cells[index], pages, x: x, y: y, isNarrow: true, on: &canvas)
        drawKernel(pages, marks[pages.lowerBound], x: x + 1, y: y, on: &canvas)
      }
    }
  }

  static func noFile(isInLesson: Bool) -> String {
    isInLesson ? "no file is open yet" : "no file is open: type :open PATH or :create PATH SIZE"
  }

  private func drawLibrary(
    _ counts: PageCounts, _ pages: Range<Int>, x: Int, y: Int, isNarrow: Bool = false, on canvas: inout Canvas
  ) {
    let appearance = CellAppearance(counts, shown.glyphs)
    let isCursor = pages.contains(shown.view.cursor)
    let isReversed = isCursor || isSelected(pages)
    let style = Style(appearance.role(isReversed: isReversed), isReversed: isReversed)
    let mark = isCursor ? shown.glyphs.cursor : isReversed ? shown.glyphs.selected : nil
    let glyph = mark ?? appearance.glyph
    canvas.put(glyph, x: x, y: y, style)
    guard shape.cellWidth == 2, !isNarrow else { return }
    // A glyph that fills its cell is repeated in the second column; a lone mark is not.
    let goesOn = appearance.isFilled && !isReversed
    canvas.put(goesOn ? glyph : " ", x: x + 1, y: y, isReversed || goesOn ? style : .plain)
  }

  private func drawKernel(_ pages: Range<Int>, _ mark: KernelSample.Mark?, x: Int, y: Int, on canvas: inout Canvas) {
    let appearance = CellAppearance(shown.interface.kernel?[pages.lowerBound], shown.glyphs)
    let isMarked = pages.contains(shown.view.cursor) || isSelected(pages)
    // Not sampled yet; the next sample follows at once.
    let isBlank = shown.interface.kernel?.lacks(pages.lowerBound) ?? true
    let role = mark != nil ? .changed : appearance.role(isReversed: isMarked)
    let style = Style(role, isReversed: isMarked || mark == .fresh, isMeasured: true)
    canvas.put(isBlank ? " " : appearance.glyph, x: x, y: y, style)
    if shown.layer == .kernel, shape.cellWidth == 2, isMarked { canvas.put(" ", x: x + 1, y: y, style) }
  }

  private func isSelected(_ pages: Range<Int>) -> Bool { shown.view.selection?.overlaps(pages) == true }

  // Every eighth column by its page's number within the row.
  private func drawRuler(on canvas: inout Canvas) {
    canvas.write("offset", in: area.inset(left: 1), Style(.dim))
    var rest = area.inset(left: shape.marginWidth)
    for column in stride(from: 0, to: shape.columns, by: 8) {
      canvas.write(
        short(column * shape.pagesPerCell), in: rest.takeLeft(8 * shape.cellWidth).inset(left: 0, right: 1), Style(.dim)
      )
    }
  }

  private func short(_ pages: Int) -> String {
    for (unit, name) in [(1 << 20, "M"), (1 << 10, "k")] where pages >= unit && pages % unit == 0 {
      return "\(pages / unit)\(name)"
    }
    return "\(pages)"
  }
}
