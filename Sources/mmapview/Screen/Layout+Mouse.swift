import TerminalCanvas

extension Layout {
  /// How many rows the wheel scrolls.
  private static let wheelRows = 3

  /// The page that the mouse points at, or that the wheel brings the cursor to; `nil` if it means nothing there.
  func page(_ event: MouseEvent, from first: Int, cursor: Int, of count: Int) -> Int? {
    let row = shape.columns * shape.pagesPerCell
    switch event.kind {
    case .press, .drag: return shape.page(x: event.x, y: event.y, in: (grid.x, grid.y), from: first, of: count)
    case .scrollUp: return max(0, cursor - Self.wheelRows * row)
    case .scrollDown: return min(count - 1, cursor + Self.wheelRows * row)
    case .release: return nil
    }
  }
}
