import RangedMmap
import TerminalCanvas

struct GridShape: Equatable {
  let columns: Int
  let rows: Int
  /// How many columns a cell takes: more than needed where a small file leaves room.
  var cellWidth = 1
  /// A power of two, to keep offsets round.
  var pagesPerCell = 1
  /// The columns of the offsets at the left, with a blank on either side.
  var marginWidth = 10

  var cells: Int { columns * rows }
  var pages: Int { cells * pagesPerCell }
  var width: Int { marginWidth + columns * cellWidth }

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

  /// The part of the grid's area that the cells take: below the ruler, and right of the offsets.
  func field(in area: Area) -> Area {
    let below = area.below(1).inset(left: marginWidth)
    return Area(x: below.x, y: below.y, width: columns * cellWidth, height: rows)
  }

  /// The page under a place of the grid, or `nil` beside the cells.
  func page(x: Int, y: Int, in area: Area, from first: Int, of count: Int) -> Int? {
    let field = field(in: area)
    guard field.columns.contains(x), field.rows.contains(y) else { return nil }
    let page = first + ((y - field.y) * columns + (x - field.x) / cellWidth) * pagesPerCell
    return page < count ? page : nil
  }
}

extension GridShape {
  /// Shapes a grid of cells with one glyph or two that a small file fills; `width` includes the margin.
  ///
  /// A cell stands for `wanted` pages; `nil` brings the whole file in view.
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
