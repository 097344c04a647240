import Inspector
import RangedMmap
import TerminalCanvas

/// The pages of the file, one a cell, with the offset of each row down the side.
struct GridView {
  let session: Session
  let interface: Interface
  let area: Area
  let shape: GridShape

  func draw(on canvas: inout Canvas) {
    guard let file = session.file else {
      canvas.write("no file is open: type :open PATH or :create PATH SIZE", x: area.x + 1, y: area.y + 1)
      return
    }
    drawRuler(on: &canvas)
    for row in 0..<shape.rows {
      let start = interface.firstPage + row * shape.columns
      guard start < file.states.count else { break }
      let y = area.y + 1 + row
      let offset = hex(start * Alignment.page, width: 8)
      canvas.write(offset, x: area.x + Layout.marginWidth - 1 - offset.count, y: y, Style(.dim))
      for page in start..<min(start + shape.columns, file.states.count) {
        let x = area.x + Layout.marginWidth + (page - start) * shape.cellWidth
        switch session.layer {
        case .library: drawLibrary(file.states[page], page, x: x, y: y, on: &canvas)
        case .kernel: drawKernel(page, x: x, y: y, on: &canvas)
        case .both:
          drawLibrary(file.states[page], page, x: x, y: y, isNarrow: true, on: &canvas)
          drawKernel(page, x: x + 1, y: y, on: &canvas)
        }
      }
    }
  }

  private func drawLibrary(
    _ state: PageState, _ page: Int, x: Int, y: Int, isNarrow: Bool = false, on canvas: inout Canvas
  ) {
    let isCursor = page == session.cursor
    let role = state == .free && isCursor ? .title : state.role  // grey would be a faint cursor
    let style = Style(role, isReversed: isCursor)
    let glyph = interface.glyphs.glyph(state)
    canvas.put(isCursor ? interface.glyphs.cursor ?? glyph : glyph, x: x, y: y, style)
    guard shape.cellWidth == 2, !isNarrow else { return }
    // The second half goes on with what has a ground; a lone mark stays alone.
    let isFilled = !isCursor && Glyphs.filled.contains(state)
    canvas.put(isFilled ? glyph : " ", x: x + 1, y: y, isCursor || isFilled ? style : .plain)
  }

  private func drawKernel(_ page: Int, x: Int, y: Int, on canvas: inout Canvas) {
    let state = KernelState(page, interface.kernel)
    let isCursor = page == session.cursor
    let mark = interface.kernel?.marks[page]
    let role = mark != nil ? .changed : state == .noData && isCursor ? .title : state.role
    canvas.put(
      interface.glyphs.glyph(state), x: x, y: y, Style(role, isReversed: isCursor || mark == .fresh))
    if session.layer == .kernel, shape.cellWidth == 2, isCursor {
      canvas.put(" ", x: x + 1, y: y, Style(role, isReversed: true))
    }
  }

  // Every eighth column by its page's number within the row.
  private func drawRuler(on canvas: inout Canvas) {
    canvas.write("offset", x: area.x + 1, y: area.y, Style(.dim))
    for column in stride(from: 0, to: shape.columns, by: 8) {
      canvas.write("\(column)", x: area.x + Layout.marginWidth + column * shape.cellWidth, y: area.y, Style(.dim))
    }
  }
}
