import Inspector
import RangedMmap
import TerminalCanvas

/// Which pane stands where in a window of a given size; a pane that finds no room is `nil`.
struct Layout {
  /// The least window that shows anything but a notice.
  static let least = (width: 40, height: 12)

  let title: Area
  let grid: Area
  let shape: GridShape
  let side: Area?
  let page: Area?
  /// The whole file in one line, with the part that is in view.
  let overview: Area?
  /// Where it is said why library and kernel differ.
  let why: Area?
  let hex: Area?
  let log: Area?
  let legend: Area
  let prompt: Area
  /// All between the title and the prompt.
  var overlay: Area { Area(x: 0, y: title.height, width: title.width, height: prompt.y - title.height) }

  /// Lays out a window for a file of some pages.
  ///
  /// - Parameters:
  ///   - width: Columns.
  ///   - height: Rows.
  ///   - pages: Pages of the file.
  ///   - layer: Whose view is shown.
  ///   - pagesPerCell: How many pages a cell is to stand for, or `nil` for the whole file in view.
  init?(width: Int, height: Int, pages: Int, layer: Layer, pagesPerCell: Int? = 1) {
    guard width >= Self.least.width, height >= Self.least.height else { return nil }
    // The side pane has at least 30 columns.
    let hasSide = width >= 60
    let hexRows = width >= 69 && height >= 18 ? min(16, height / 4) + 1 : 0
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
    // Where all is in view nobody needs to be told which part.
    let overviewRows = gridRows > 3 && shape(gridRows).pages < pages ? 1 : 0
    gridRows -= overviewRows
    self.shape = shape(gridRows)

    var y = 0
    func take(_ rows: Int) -> Area {
      defer { y += rows }
      return Area(x: 0, y: y, width: width, height: rows)
    }
    func takeIfAny(_ rows: Int) -> Area? { rows > 0 ? take(rows) : nil }
    title = take(1)
    let middle = take(gridRows + 1)
    let gridWidth = self.shape.width
    grid = Area(x: 0, y: middle.y, width: hasSide ? gridWidth : width, height: middle.height)
    side =
      hasSide
      ? Area(
        x: gridWidth + 3, y: middle.y, width: width - gridWidth - 3, height: middle.height + overviewRows) : nil
    let line = takeIfAny(overviewRows)
    overview = line.map { Area(x: 0, y: $0.y, width: hasSide ? gridWidth : width, height: 1) }
    page = takeIfAny(factRows)
    why = takeIfAny(whyRows)
    hex = takeIfAny(hexRows)
    log = take(logRows)
    legend = take(legendRows)
    prompt = take(1)
  }
}

extension Layout {
  /// The layout of a window for what the session has open.
  init?(_ session: Session, width: Int, height: Int) {
    self.init(
      width: width, height: height, pages: session.file?.states.count ?? 0, layer: session.layer,
      pagesPerCell: session.view.zoom.pagesPerCell)
  }
}
