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
      for (row, line) in wrapped(Self.noFile(isInLesson: shown.isInLesson), area.width - 2).enumerated() {
        canvas.write(line, x: area.x + 1, y: area.y + 1 + row)
      }
      return
    }
    drawRuler(on: &canvas)
    let marks = shown.interface.kernel?.marks(each: cells.pagesPerGroup, from: cells.pages.lowerBound) ?? [:]
    for index in 0..<cells.count {
      let (row, column) = index.quotientAndRemainder(dividingBy: shape.columns)
      let pages = cells.pages(of: index)
      let y = area.y + 1 + row
      if column == 0 {
        let offset = hex(pages.lowerBound * Alignment.page, width: 8)
        canvas.write(offset, x: area.x + shape.marginWidth - 1 - offset.count, y: y, Style(.dim))
      }
      let x = area.x + shape.marginWidth + column * shape.cellWidth
      switch shown.layer {
      case .library: drawLibrary(cells[index], pages, x: x, y: y, on: &canvas)
      case .kernel: drawKernel(pages, marks[pages.lowerBound], x: x, y: y, on: &canvas)
      case .both:
        drawLibrary(cells[index], pages, x: x, y: y, isNarrow: true, on: &canvas)
        drawKernel(pages, marks[pages.lowerBound], x: x + 1, y: y, on: &canvas)
      }
    }
  }

  /// What is said while no file is open.
  static func noFile(isInLesson: Bool) -> String {
    isInLesson ? "no file is open yet" : "no file is open: type :open PATH or :create PATH SIZE"
  }

  private func drawLibrary(
    _ counts: PageCounts, _ pages: Range<Int>, x: Int, y: Int, isNarrow: Bool = false, on canvas: inout Canvas
  ) {
    let look = CellAppearance(counts, shown.interface.glyphs)
    let isCursor = pages.contains(shown.view.cursor)
    let isSelected = shown.view.selection?.overlaps(pages) == true
    let role = look.role == .free && (isCursor || isSelected) ? .title : look.role  // grey would be a faint cursor
    let style = Style(role, isReversed: isCursor || isSelected)
    let mark = isCursor ? shown.interface.glyphs.cursor : isSelected ? shown.interface.glyphs.selected : nil
    let glyph = mark ?? look.glyph
    canvas.put(glyph, x: x, y: y, style)
    guard shape.cellWidth == 2, !isNarrow else { return }
    // The second half goes on with what has a ground; a lone mark stays alone.
    let goesOn = look.isFilled && !style.isReversed
    canvas.put(goesOn ? glyph : " ", x: x + 1, y: y, style.isReversed || goesOn ? style : .plain)
  }

  private func drawKernel(
    _ pages: Range<Int>, _ mark: KernelSample.Mark?, x: Int, y: Int, on canvas: inout Canvas
  ) {
    let look = CellAppearance(shown.interface.kernel?[pages.lowerBound], shown.interface.glyphs)
    let isMarked = pages.contains(shown.view.cursor) || shown.view.selection?.overlaps(pages) == true
    // Nobody was asked yet; the next look follows at once.
    let isBlank = shown.interface.kernel?.isYetToTell(of: pages.lowerBound) ?? true
    let glyph = isBlank ? " " : look.glyph
    let role = mark != nil ? .changed : look.role == .free && isMarked ? .title : look.role
    canvas.put(glyph, x: x, y: y, Style(role, isReversed: isMarked || mark == .fresh, isMeasured: true))
    if shown.layer == .kernel, shape.cellWidth == 2, isMarked {
      canvas.put(" ", x: x + 1, y: y, Style(role, isReversed: true, isMeasured: true))
    }
  }

  // Every eighth column by its page's number within the row.
  private func drawRuler(on canvas: inout Canvas) {
    canvas.write("offset", x: area.x + 1, y: area.y, Style(.dim))
    for column in stride(from: 0, to: shape.columns, by: 8) {
      let x = area.x + shape.marginWidth + column * shape.cellWidth
      canvas.write(short(column * shape.pagesPerCell), x: x, y: area.y, Style(.dim), limit: 8 * shape.cellWidth - 1)
    }
  }

  private func short(_ pages: Int) -> String {
    for (unit, name) in [(1 << 20, "M"), (1 << 10, "k")] where pages >= unit && pages % unit == 0 {
      return "\(pages / unit)\(name)"
    }
    return "\(pages)"
  }
}
