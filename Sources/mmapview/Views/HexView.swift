import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// The bytes of the page under the cursor, as `xxd` shows them, coloured by kind of byte; below them what the byte at the
/// cursor means.
enum HexView {
  /// How many rows of bytes an area has room for.
  static func rows(_ session: Session, _ interface: Interface, _ area: Area) -> Int {
    area.height - 1 - (showsCursor(session, interface) ? ByteFacts.rows : 0)
  }

  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    guard let file = session.file else {
      Screen.rule("bytes", interface, on: &canvas, area)
      return
    }
    let held = interface.pageBytes.flatMap { $0.page == session.cursor ? $0 : nil }
    drawRule(file, session, interface, held, on: &canvas, area)
    if let reason = reluctance(session, interface) ?? held?.failure {
      let style = Style(held?.failure == nil ? .dim : .error)
      canvas.write(reason, x: area.x + 1, y: area.y + 1, style, limit: area.width - 1)
      return
    }
    guard let held else { return }
    if held.bytes.isEmpty {
      canvas.write("the file ends before this page", x: area.x + 1, y: area.y + 1, Style(.error))
    }
    let rows = rows(session, interface, area)
    let cursor = showsCursor(session, interface) ? session.byteCursor : nil
    for row in 0..<rows {
      let start = (interface.firstByteRow + row) * 16
      guard start < held.bytes.count else { break }
      let line = Line(
        bytes: held.bytes[start..<min(start + 16, held.bytes.count)], offset: held.page * Alignment.page + start,
        cursor: cursor.map { $0 - start })
      line.draw(on: &canvas, area, area.y + 1 + row)
    }
    guard cursor != nil else { return }
    let below = Area(x: area.x, y: area.y + 1 + rows, width: area.width, height: ByteFacts.rows)
    facts(session, held).draw(interface, on: &canvas, below)
  }

  /// To read a page that is not in memory brings it in, and its neighbours: the kernel's view would show our own eyes.
  static func reluctance(_ session: Session, _ interface: Interface) -> String? {
    guard session.layer != .library else { return nil }
    let page = session.cursor
    guard let sample = interface.kernel, sample.cursor == page else { return "asking the kernel" }
    guard let state = sample.state, !state.contains(.cached) else { return nil }
    if let kind = sample.extent?.kind, !kind.holdsData { return "nothing was written here: it reads as zeros" }
    return "not in memory; to show its bytes would bring it in. L turns to the library's layer, which shows them"
  }

  // A cursor that somebody has moved stays in sight when the focus has gone.
  private static func showsCursor(_ session: Session, _ interface: Interface) -> Bool {
    interface.focus == .bytes || session.byteCursor > 0
  }

  private static func facts(_ session: Session, _ held: PageBytes) -> ByteFacts {
    ByteFacts(held.bytesAndMore.dropFirst(min(session.byteCursor, held.bytes.count)))
  }

  private static func drawRule(
    _ file: MmapFile, _ session: Session, _ interface: Interface, _ held: PageBytes?, on canvas: inout Canvas,
    _ area: Area
  ) {
    guard showsCursor(session, interface) else {
      Screen.rule("bytes of page \(session.cursor)", interface, on: &canvas, area)
      return
    }
    let offset = session.cursor * Alignment.page + session.byteCursor
    var parts = ["byte 0x\(hex(offset, width: 1)) = \(offset), page \(session.cursor)"]
    if let held, reluctance(session, interface) == nil { parts += facts(session, held).ofOneByte(interface.glyphs) }
    let style = Style(interface.focus == .bytes ? .title : .dim)
    Screen.rule(parts.joined(separator: interface.glyphs.separator), interface, on: &canvas, area, style)
  }

  private struct Line {
    let bytes: ArraySlice<UInt8>
    let offset: Int
    /// The byte that is marked, counted from the line's first.
    let cursor: Int?

    func draw(on canvas: inout Canvas, _ area: Area, _ y: Int) {
      // Offsets of large files have more digits, and move the rest along.
      let left = canvas.write(hex(offset, width: 8) + ":", x: area.x + 1, y: y, Style(.dim)) + 1
      for (index, byte) in bytes.enumerated() {
        let role: Role = byte == 0 ? .zeroByte : HexDump.isPrintable(byte) ? .textByte : .otherByte
        let style = Style(role, isReversed: index == cursor)
        canvas.write(hex(byte, width: 2), x: left + index * 2 + index / 2, y: y, style)
        canvas.write(String(HexDump.character(byte)), x: left + 41 + index, y: y, style)
      }
    }
  }
}
