import Inspector
import RangedMmap
import TerminalCanvas

/// The pages of the file, one a cell, with the offset of each row down the side.
enum GridView {
  static func draw(
    _ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area, _ shape: GridShape
  ) {
    guard let file = session.file else {
      canvas.write("no file is open: type :open PATH or :create PATH SIZE", x: area.x + 1, y: area.y + 1)
      return
    }
    ruler(on: &canvas, area, shape)
    let first = interface.firstPage
    for row in 0..<shape.rows {
      let start = first + row * shape.columns
      guard start < file.states.count else { break }
      let y = area.y + 1 + row
      let offset = hex(start * Alignment.page, width: 8)
      canvas.write(offset, x: area.x + Layout.marginWidth - 1 - offset.count, y: y, Style(.dim))
      for page in start..<min(start + shape.columns, file.states.count) {
        let state = file.states[page]
        let x = area.x + Layout.marginWidth + (page - start) * shape.cellWidth
        let role = state == .free && page == session.cursor ? .title : state.role  // grey would be a faint cursor
        let style = Style(role, isReversed: page == session.cursor)
        let glyph = interface.glyphs.glyph(state)
        canvas.put(page == session.cursor ? interface.glyphs.cursor ?? glyph : glyph, x: x, y: y, style)
        guard shape.cellWidth == 2 else { continue }
        // The second half goes on with what has a ground; a lone mark stays alone.
        let isFilled = page != session.cursor && Glyphs.filled.contains(state)
        canvas.put(isFilled ? glyph : " ", x: x + 1, y: y, page == session.cursor || isFilled ? style : .plain)
      }
    }
  }

  // Every eighth column by its page's number within the row.
  private static func ruler(on canvas: inout Canvas, _ area: Area, _ shape: GridShape) {
    canvas.write("offset", x: area.x + 1, y: area.y, Style(.dim))
    for column in stride(from: 0, to: shape.columns, by: 8) {
      canvas.write("\(column)", x: area.x + Layout.marginWidth + column * shape.cellWidth, y: area.y, Style(.dim))
    }
  }
}

/// The states with their glyphs and how many pages are in each.
enum LegendView {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    guard let counts = session.file?.states.counts() else { return }
    let entries = PageState.allCases.map { (state: $0, text: "\(counts[$0]) \($0)") }
    let gap = entries.reduce(0) { $0 + $1.text.count + 4 } <= area.width ? 2 : 1
    var x = area.x + 1
    for (state, text) in entries {
      canvas.put(interface.glyphs.glyph(state), x: x, y: area.y, Style(state.role))
      let isShort = gap == 1 && entries.reduce(0, { $0 + $1.text.count + 3 }) > area.width
      x = canvas.write(
        isShort ? "\(counts[state])" : text, x: x + 2, y: area.y, Style(counts[state] > 0 ? .text : .dim))
      x += gap
    }
  }
}
