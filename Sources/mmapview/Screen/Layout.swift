import Inspector
import RangedMmap
import TerminalCanvas

/// Which pane stands where in a window of a given size; a pane that finds no room is `nil`.
struct Layout {
  /// The smallest window that shows more than a notice.
  static let least = (width: 40, height: 12)

  let title: Area
  let grid: Area
  let shape: GridShape
  let side: Area?
  let page: Area?
  /// The whole file in one line, with the part that is in view.
  let overview: Area?
  let why: Area?
  let hex: Area?
  let log: Area?
  let legend: Area
  let prompt: Area
  /// All between the title and the prompt.
  let overlay: Area

  /// 8 digits of offset, 40 columns of hexadecimal, 16 of text and what is between; a page of rows would leave no grid.
  static let leastForBytes = (width: 69, height: 18)

  /// A cell stands for `pagesPerCell` pages; `nil` brings the whole file in view.
  init?(width: Int, height: Int, pages: Int, layer: Layer, pagesPerCell: Int? = 1) {
    guard width >= Self.least.width, height >= Self.least.height else { return nil }
    // The side pane has at least 30 columns.
    let hasSide = width >= 60
    let hexRows = width >= Self.leastForBytes.width && height >= Self.leastForBytes.height ? min(16, height / 4) + 1 : 0
    let logRows = height >= 16 ? min(10, height / 6) + 1 : 2
    let factRows = hasSide ? 0 : 1
    let whyRows = layer == .library || height < 14 ? 0 : width < 100 ? 2 : 1
    let legendRows = layer == .both ? 2 : 1
    func shape(_ rows: Int) -> GridShape {
      GridShape(
        width: width - (hasSide ? 32 : 0), rows: rows, pages: pages, glyphs: layer == .both ? 2 : 1,
        pagesPerCell: pagesPerCell)
    }
    // Around the grid: title, ruler, prompt.
    var gridRows = height - 3 - hexRows - logRows - factRows - whyRows - legendRows
    // No overview where all is in view.
    let overviewRows = gridRows > 3 && shape(gridRows).pages < pages ? 1 : 0
    gridRows -= overviewRows
    self.shape = shape(gridRows)

    var rest = Area(x: 0, y: 0, width: width, height: height)
    func takeIfAny(_ rows: Int) -> Area? { rows > 0 ? rest.takeTop(rows) : nil }
    title = rest.takeTop(1)
    overlay = Area(x: rest.x, y: rest.y, width: rest.width, height: rest.height - 1)
    var middle = rest.takeTop(1 + gridRows + overviewRows)
    var left = middle.takeLeft(hasSide ? self.shape.width : width)
    side = hasSide ? middle.inset(left: 3) : nil
    grid = left.takeTop(1 + gridRows)
    overview = overviewRows > 0 ? left : nil
    page = takeIfAny(factRows)
    why = takeIfAny(whyRows)
    hex = takeIfAny(hexRows)
    log = rest.takeTop(logRows)
    legend = rest.takeTop(legendRows)
    prompt = rest
  }

  init?(_ session: Session, width: Int, height: Int) {
    self.init(
      width: width, height: height, pages: session.file?.states.count ?? 0, layer: session.layer,
      pagesPerCell: session.view.zoom.pagesPerCell)
  }
}

extension Layout {
  private static let wheelRows = 3

  /// The page that the mouse points at, or that the wheel brings the cursor to; `nil` if it means nothing there.
  func page(_ event: MouseEvent, from first: Int, cursor: Int, of count: Int) -> Int? {
    let row = shape.columns * shape.pagesPerCell
    switch event.kind {
    case .press, .drag: return shape.page(x: event.x, y: event.y, in: grid, from: first, of: count)
    case .scrollUp: return max(0, cursor - Self.wheelRows * row)
    case .scrollDown: return min(count - 1, cursor + Self.wheelRows * row)
    case .release: return nil
    }
  }
}
