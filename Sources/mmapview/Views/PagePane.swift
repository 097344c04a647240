import Inspector
import RangedMmap
import TerminalCanvas

/// What is known of the page under the cursor.
enum PagePane {
  /// Draws the facts, one a line, and tells how many lines it took.
  static func draw(_ session: Session, on canvas: inout Canvas, _ area: Area) -> Int {
    guard let file = session.file else { return 0 }
    let page = session.cursor
    let offset = page * Alignment.page
    let x = canvas.write("page \(page)", x: area.x, y: area.y, Style(.title), limit: area.width)
    canvas.write(" at 0x\(hex(offset, width: 1)) = \(offset)", x: x, y: area.y, limit: area.x + area.width - x)
    var row = 1
    func fact(_ name: String, _ value: String, _ style: Style = .plain) {
      guard row < area.height else { return }
      canvas.write(name, x: area.x, y: area.y + row, Style(.dim), limit: area.width)
      canvas.write(value, x: area.x + 8, y: area.y + row, style, limit: area.width - 8)
      row += 1
    }
    let state = file.states[page]
    fact("state", "\(state)", Style(state.role))
    if let range = session.range(ofPage: page) {
      let pages = range.bytes.lowerBound / Alignment.page..<Alignment.pages(in: range.bytes.upperBound)
      let place = pages.count == 1 ? "this page" : "pages \(pages.lowerBound)-\(pages.upperBound - 1)"
      fact("range", "r\(range.label), \(place), by \(range.author)")
      if let pattern = range.pattern { fact("bytes", "\(pattern)") }
    }
    return row
  }

  /// The same in one line, where the window is too narrow for a pane.
  static func drawLine(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    guard let file = session.file else { return }
    let state = file.states[session.cursor]
    var x = canvas.write("page \(session.cursor) ", x: area.x + 1, y: area.y, Style(.title))
    x = canvas.write("\(state)", x: x, y: area.y, Style(state.role))
    guard let range = session.range(ofPage: session.cursor) else { return }
    let pattern = range.pattern.map { interface.glyphs.separator + "\($0)" } ?? ""
    canvas.write("\(interface.glyphs.separator)r\(range.label)\(pattern)", x: x, y: area.y, limit: area.width - x)
  }
}

/// The first bytes of the page under the cursor, as `xxd` shows them, coloured by kind of byte.
enum HexView {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    Screen.rule("bytes of page \(session.cursor)", interface, on: &canvas, area)
    guard let file = session.file else { return }
    let start = session.cursor * Alignment.page
    let wanted = start..<min(start + 16 * (area.height - 1), start + Alignment.page)
    do throws(MmapFileError) {
      let bytes = try file.peek(wanted)
      for row in 0..<area.height - 1 where row * 16 < bytes.count {
        draw(bytes[row * 16..<min(row * 16 + 16, bytes.count)], at: start + row * 16, on: &canvas, area, row + 1)
      }
      if bytes.isEmpty { canvas.write("the file ends before this page", x: area.x + 1, y: area.y + 1, Style(.error)) }
    } catch { canvas.write("\(error)", x: area.x + 1, y: area.y + 1, Style(.error), limit: area.width - 1) }
  }

  private static func draw(
    _ bytes: ArraySlice<UInt8>, at offset: Int, on canvas: inout Canvas, _ area: Area, _ row: Int
  ) {
    let y = area.y + row
    canvas.write(hex(offset, width: 8) + ":", x: area.x + 1, y: y, Style(.dim))
    for (index, byte) in bytes.enumerated() {
      let style = Style(byte == 0 ? .zeroByte : HexDump.isPrintable(byte) ? .textByte : .otherByte)
      canvas.write(hex(byte, width: 2), x: area.x + 11 + index * 2 + index / 2, y: y, style)
      canvas.write(String(HexDump.character(byte)), x: area.x + 52 + index, y: y, style)
    }
  }
}
