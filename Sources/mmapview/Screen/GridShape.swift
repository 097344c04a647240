import Inspector
import RangedMmap
import TerminalCanvas

/// The cells of a grid, or of two that stand side by side with the same pages in the same places.
struct GridShape: Equatable {
  let columns: Int
  let rows: Int
  /// How many columns and rows of the window a cell takes.
  var cellWidth = 1
  var cellHeight = 1
  /// A power of two, to keep offsets round.
  var pagesPerCell = 1
  /// The columns of the offsets at the left, with a blank on either side.
  var marginWidth = 10
  var grids = 1

  static let gap = 3

  var cells: Int { columns * rows }
  var pages: Int { cells * pagesPerCell }
  var gridWidth: Int { columns * cellWidth }
  var width: Int { marginWidth + grids * gridWidth + (grids - 1) * Self.gap }
  var height: Int { rows * cellHeight }

  /// The same without rows that would be empty.
  func cut(to count: Int) -> GridShape {
    let row = columns * pagesPerCell
    var cut = GridShape(columns: columns, rows: min(rows, (count + row - 1) / row))
    (cut.cellWidth, cut.cellHeight, cut.pagesPerCell) = (cellWidth, cellHeight, pagesPerCell)
    (cut.marginWidth, cut.grids) = (marginWidth, grids)
    return cut
  }

  /// The first page to show: `cursor` is in view, and the window moves as little as possible.
  func firstPage(from first: Int, showing cursor: Int, of count: Int) -> Int {
    let row = columns * pagesPerCell
    guard row > 0, rows > 0 else { return 0 }
    let cursorRow = cursor / row
    let lastFirst = max(0, (count + row - 1) / row - rows)
    let first = min(max(first / row, cursorRow - rows + 1), cursorRow)
    return min(first, lastFirst) * row
  }

  func window(from first: Int, of count: Int) -> Range<Int> { min(first, count)..<min(first + pages, count) }

  /// The columns of each grid, below the margin's right end, in an area that begins with the margin.
  func parts(of area: Area) -> [Area] {
    (0..<grids).map { index in
      Area(
        x: area.x + marginWidth + index * (gridWidth + Self.gap), y: area.y, width: gridWidth, height: area.height)
    }
  }

  /// The cells of each grid: below the ruler, and right of the offsets.
  func fields(in area: Area) -> [Area] {
    parts(of: area.below(1)).map { Area(x: $0.x, y: $0.y, width: $0.width, height: height) }
  }

  /// The page under a place of the grid, or `nil` beside the cells.
  func page(x: Int, y: Int, in area: Area, from first: Int, of count: Int) -> Int? {
    guard let field = fields(in: area).first(where: { $0.contains(x: x, y: y) }) else { return nil }
    let page = first + ((y - field.y) / cellHeight * columns + (x - field.x) / cellWidth) * pagesPerCell
    return page < count ? page : nil
  }
}

extension GridShape {
  /// Shapes grids that a small file fills; `width` includes the margin.
  init(width: Int, rows: Int, _ needs: LayoutNeeds) {
    let grids = needs.layer == .both ? 2 : 1
    let digits = String(max(0, needs.pages - 1) * Alignment.page, radix: 16).count
    let margin = max(8, digits) + 2
    let scale = needs.isBig ? 2 : 1
    let room = (width - margin - (grids - 1) * Self.gap) / grids
    let lines = max(1, rows / scale)
    let least = room < 16 * scale ? 8 : 16
    var most = least
    while most * 2 * scale <= min(room, 256) { most *= 2 }
    var each = 1
    if let wanted = needs.pagesPerCell {
      while each < wanted, each < needs.pages { each *= 2 }
    } else {
      while most * lines * each < needs.pages { each *= 2 }
    }
    let cells = (needs.pages + each - 1) / each
    // Fewer columns while all stays in view, where that makes cells wider, or a row or two of a small file more of them.
    var columns = most
    while columns > least, columns / 2 * lines >= cells, columns * 2 > room || columns * 4 > cells { columns /= 2 }
    // Cells of two rows as well, where the file fills three fifths of the rows at most all the same; then of four columns.
    func isRoomy(_ columns: Int) -> Bool { scale == 1 && (cells + columns - 1) / columns * 2 * 5 <= lines * 3 }
    while columns > least, columns * 2 <= room, isRoomy(columns / 2) { columns /= 2 }
    let cellHeight = columns * 2 <= room && isRoomy(columns) ? 2 : scale
    let cellWidth = scale == 1 && cellHeight == 2 && columns * 4 <= room ? 4 : columns * 2 <= room ? 2 : 1
    self.init(
      columns: columns, rows: max(1, rows / cellHeight), cellWidth: cellWidth, cellHeight: cellHeight,
      pagesPerCell: each, marginWidth: margin, grids: grids)
  }
}
