import TerminalCanvas

extension Layout {
  private static let rowsPerTurn = 3

  /// The page that the mouse sends the cursor to, or `nil` if it asks for none.
  func page(_ event: MouseEvent, from first: Int, cursor: Int, of count: Int) -> Int? {
    switch event.kind {
    case .press: page(atX: event.x, y: event.y, from: first, of: count)
    case .scrollUp: max(0, cursor - Self.rowsPerTurn * shape.columns)
    case .scrollDown: min(count - 1, cursor + Self.rowsPerTurn * shape.columns)
    case .release, .drag: nil
    }
  }

  /// The page that is drawn at a place of the window; `nil` beside the grid and after the last page.
  func page(atX x: Int, y: Int, from first: Int, of count: Int) -> Int? {
    // Above the first row stands the ruler.
    let (left, row) = (x - grid.x - Self.marginWidth, y - grid.y - 1)
    guard left >= 0, left < shape.columns * shape.cellWidth, row >= 0, row < shape.rows else { return nil }
    let page = first + row * shape.columns + left / shape.cellWidth
    return page < count ? page : nil
  }
}
