import Inspector
import RangedMmap
import TerminalCanvas

/// How many pages the grid shows, and how they are broken into rows.
struct GridShape: Equatable {
  let columns: Int
  let rows: Int
  /// How many columns of the window a cell takes: two where a small file leaves room.
  var cellWidth = 1

  var cells: Int { columns * rows }

  /// The first page to show so that `cursor` is in view, moving as little as may be.
  func firstPage(from first: Int, showing cursor: Int, of count: Int) -> Int {
    guard columns > 0, rows > 0 else { return 0 }
    let cursorRow = cursor / columns
    let lastFirst = max(0, (count + columns - 1) / columns - rows)
    let row = min(max(first / columns, cursorRow - rows + 1), cursorRow)
    return min(row, lastFirst) * columns
  }
}

/// Which pane stands where in a window of a given size; a pane that finds no room is `nil`.
struct Layout {
  /// The least window that shows anything but a notice.
  static let least = (width: 40, height: 12)
  /// The offsets down the grid's side, with a blank.
  static let marginWidth = 10

  let title: Area
  let grid: Area
  let shape: GridShape
  let side: Area?
  let page: Area?
  /// Where it is said why library and kernel differ.
  let why: Area?
  let hex: Area?
  let log: Area?
  let legend: Area
  let prompt: Area
  /// All between the title and the prompt.
  var overlay: Area { Area(x: 0, y: title.height, width: title.width, height: prompt.y - title.height) }

  /// Lays out a window for a file of some pages, so that a small one fills the grid and not a corner of it.
  init?(width: Int, height: Int, pages: Int, layer: Layer) {
    guard width >= Self.least.width, height >= Self.least.height else { return nil }
    // The side pane has at least 30 columns; cells come in powers of two, so that offsets stay round.
    let hasSide = width >= 60
    let room = width - Self.marginWidth - (hasSide ? 32 : 0)
    let hexRows = width >= 69 && height >= 18 ? min(16, height / 4) + 1 : 0
    let logRows = height >= 16 ? min(10, height / 6) + 1 : 2
    let factRows = hasSide ? 0 : 1
    let whyRows = layer == .library || height < 14 ? 0 : width < 100 ? 2 : 1
    let legendRows = layer == .both ? 2 : 1
    // Around the grid: title, ruler, prompt.
    let gridRows = height - 3 - hexRows - logRows - factRows - whyRows - legendRows

    // With both layers a page has a glyph of each.
    let least = layer == .both ? 2 : 1
    var columns = least == 2 && room < 32 ? 8 : 16
    while columns * 2 * least <= min(room, 256), columns * gridRows < pages { columns *= 2 }
    let cellWidth = columns * (least + 1) <= room ? least + 1 : least

    var y = 0
    func take(_ rows: Int) -> Area {
      defer { y += rows }
      return Area(x: 0, y: y, width: width, height: rows)
    }
    title = take(1)
    let middle = take(gridRows + 1)
    let gridWidth = Self.marginWidth + columns * cellWidth
    grid = Area(x: 0, y: middle.y, width: hasSide ? gridWidth : width, height: middle.height)
    shape = GridShape(columns: columns, rows: gridRows, cellWidth: cellWidth)
    side =
      hasSide
      ? Area(x: gridWidth + 3, y: middle.y, width: width - gridWidth - 3, height: middle.height) : nil
    page = hasSide ? nil : take(factRows)
    why = whyRows > 0 ? take(whyRows) : nil
    hex = hexRows > 0 ? take(hexRows) : nil
    log = take(logRows)
    legend = take(legendRows)
    prompt = take(1)
  }
}

extension Layout {
  /// The layout of a window for what the session has open.
  init?(_ session: Session, width: Int, height: Int) {
    self.init(width: width, height: height, pages: session.file?.states.count ?? 0, layer: session.layer)
  }

  /// The pages that the grid shows from a first one on.
  func window(from first: Int, of count: Int) -> Range<Int> {
    min(first, count)..<min(first + shape.cells, count)
  }
}
