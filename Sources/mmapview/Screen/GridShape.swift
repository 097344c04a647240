import RangedMmap

/// How the pages of a file are broken into cells and rows.
struct GridShape: Equatable {
  let columns: Int
  let rows: Int
  /// How many columns of the window a cell takes: more than needed where a small file leaves room.
  var cellWidth = 1
  /// How many pages a cell stands for; a power of two, so that offsets stay round.
  var pagesPerCell = 1
  /// The columns of the offsets down the side, with a blank on either side.
  var marginWidth = 10

  var cells: Int { columns * rows }
  var pages: Int { cells * pagesPerCell }
  var width: Int { marginWidth + columns * cellWidth }

  /// The first page to show so that `cursor` is in view, moving as little as may be.
  func firstPage(from first: Int, showing cursor: Int, of count: Int) -> Int {
    let row = columns * pagesPerCell
    guard row > 0, rows > 0 else { return 0 }
    let cursorRow = cursor / row
    let lastFirst = max(0, (count + row - 1) / row - rows)
    let first = min(max(first / row, cursorRow - rows + 1), cursorRow)
    return min(first, lastFirst) * row
  }

  /// The pages that are in view from a first one on.
  func window(from first: Int, of count: Int) -> Range<Int> { min(first, count)..<min(first + pages, count) }

  /// The page under a place of the grid, or `nil` beside the cells.
  func page(x: Int, y: Int, in area: (x: Int, y: Int), from first: Int, of count: Int) -> Int? {
    let (column, row) = (x - area.x - marginWidth, y - area.y - 1)
    guard column >= 0, column < columns * cellWidth, row >= 0, row < rows else { return nil }
    let page = first + (row * columns + column / cellWidth) * pagesPerCell
    return page < count ? page : nil
  }
}

extension GridShape {
  /// Shapes a grid for a room, so that a small file fills it and not a corner of it.
  ///
  /// - Parameters:
  ///   - width: Columns of the window, margin included.
  ///   - rows: Rows for cells.
  ///   - pages: Pages of the file.
  ///   - glyphs: How many glyphs a cell has.
  ///   - wanted: How many pages a cell is to stand for, or `nil` for as many as bring the whole file in view.
  init(width: Int, rows: Int, pages: Int, glyphs: Int, pagesPerCell wanted: Int?) {
    let digits = String(max(0, pages - 1) * Alignment.page, radix: 16).count
    let margin = max(8, digits) + 2
    let room = width - margin
    let least = glyphs == 2 && room < 32 ? 8 : 16
    var most = least
    while most * 2 * glyphs <= min(room, 256) { most *= 2 }
    var each = 1
    if let wanted {
      while each < wanted, each < pages { each *= 2 }
    } else {
      while most * rows * each < pages { each *= 2 }
    }
    let cells = (pages + each - 1) / each
    var columns = least
    while columns < most, columns * rows < cells { columns *= 2 }
    let cellWidth = columns * (glyphs + 1) <= room ? glyphs + 1 : glyphs
    self.init(columns: columns, rows: rows, cellWidth: cellWidth, pagesPerCell: each, marginWidth: margin)
  }
}
