import Inspector
import RangedMmap
import TerminalCanvas

/// The whole file in one line, and which part of it is in view.
enum OverviewBar {
  static func draw(
    _ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area, _ shape: GridShape
  ) {
    guard let whole = interface.overview, let window = interface.cells?.pages, !whole.pages.isEmpty else { return }
    canvas.write("whole", x: area.x + 1, y: area.y, Style(.dim))
    for index in 0..<whole.count {
      let look = CellLook(whole[index], interface.glyphs)
      let pages = whole.pages(of: index)
      // What is in view stands out; the cursor's place never gets lost in it.
      let isInView = pages.overlaps(window)
      let role = look.role == .free && isInView ? .title : look.role
      let mark =
        pages.contains(session.cursor) ? interface.glyphs.cursor : isInView ? interface.glyphs.selected : nil
      canvas.put(
        mark ?? look.glyph, x: area.x + shape.marginWidth + index, y: area.y, Style(role, isReversed: isInView))
    }
  }

  /// How many cells the bar has in a layout.
  static func width(_ shape: GridShape) -> Int { shape.columns * shape.cellWidth }
}
