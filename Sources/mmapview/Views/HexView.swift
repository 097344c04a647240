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
    let held = interface.pageBytes.flatMap { $0.page == session.view.cursor ? $0 : nil }
    drawRule(file, session, interface, held, on: &canvas, area)
    if let reason = reluctance(interface) ?? held?.failure {
      let style = Style(held?.failure == nil ? .dim : .error, isMeasured: true)
      let lines = wrapped(reason, area.width - 1, rows: area.height - 1, interface.glyphs)
      for (row, line) in lines.enumerated() { canvas.write(line, x: area.x + 1, y: area.y + 1 + row, style) }
      return
    }
    guard let held else { return }
    // What a page holds that was not written here is the file system's affair.
    let isMeasured = [.free, .allocated].contains(file.states[held.page])
    let rows = rows(session, interface, area)
    let cursor = showsCursor(session, interface) ? session.view.byteCursor : nil
    let cutRow = cutRow(held, interface, rows)
    for row in 0..<rows where row != cutRow {
      let start = (interface.firstByteRow + row) * 16
      guard start < held.bytes.count else { break }
      let line = Line(
        bytes: held.bytes[start..<min(start + 16, held.bytes.count)], offset: held.page * Alignment.page + start,
        cursor: cursor.map { $0 - start }, isMeasured: isMeasured)
      line.draw(on: &canvas, area, area.y + 1 + row)
    }
    if let cutRow { drawCut(held, on: &canvas, area, area.y + 1 + cutRow) }
    guard cursor != nil else { return }
    let below = Area(x: area.x, y: area.y + 1 + rows, width: area.width, height: ByteFacts.rows)
    facts(session, held).draw(interface, on: &canvas, below)
  }

  // The row after the last bytes, or the last row, in place of its bytes, where all are taken.
  private static func cutRow(_ held: PageBytes, _ interface: Interface, _ rows: Int) -> Int? {
    guard held.cutSize != nil, rows > 0 else { return nil }
    return max(0, min((held.bytes.count + 15) / 16 - interface.firstByteRow, rows - 1))
  }

  private static func drawCut(_ held: PageBytes, on canvas: inout Canvas, _ area: Area, _ y: Int) {
    guard let size = held.cutSize else { return }
    let place = held.bytes.isEmpty ? "before this page" : "here"
    canvas.write(
      "the file ends \(place): it was cut to \(counted(size, "byte"))", x: area.x + 1, y: y, Style(.error),
      limit: area.width - 1)
  }

  private static func reluctance(_ interface: Interface) -> String? {
    switch interface.presence {
    case .readable: nil
    case .empty: "nothing was written here: it reads as zeros"
    case .absent: "not in memory; to show its bytes would bring it in. Tab goes to them, and does"
    case .unknown: "nobody tells whether it is in memory; to show its bytes may bring it in. Tab goes to them"
    }
  }

  // A cursor that somebody has moved stays in sight when the focus has gone.
  private static func showsCursor(_ session: Session, _ interface: Interface) -> Bool {
    interface.focus == .bytes || session.view.byteCursor > 0
  }

  private static func facts(_ session: Session, _ held: PageBytes) -> ByteFacts {
    ByteFacts(held.bytesAndMore.dropFirst(min(session.view.byteCursor, held.bytes.count)))
  }

  private static func drawRule(
    _ file: MmapFile, _ session: Session, _ interface: Interface, _ held: PageBytes?, on canvas: inout Canvas,
    _ area: Area
  ) {
    guard showsCursor(session, interface) else {
      Screen.rule("bytes of page \(session.view.cursor)", interface, on: &canvas, area)
      return
    }
    let offset = session.view.cursor * Alignment.page + session.view.byteCursor
    var parts = ["byte 0x\(hex(offset, width: 1)) = \(offset), page \(session.view.cursor)"]
    if let held { parts += facts(session, held).ofOneByte(interface.glyphs) }
    let style = Style(interface.focus == .bytes ? .title : .dim)
    Screen.rule(parts.joined(separator: interface.glyphs.separator), interface, on: &canvas, area, style)
  }

  private struct Line {
    let bytes: ArraySlice<UInt8>
    let offset: Int
    /// The byte that is marked, counted from the line's first.
    let cursor: Int?
    let isMeasured: Bool

    func draw(on canvas: inout Canvas, _ area: Area, _ y: Int) {
      // Offsets of large files have more digits, and move the rest along.
      let left = canvas.write(hex(offset, width: 8) + ":", x: area.x + 1, y: y, Style(.dim, isMeasured: isMeasured)) + 1
      for (index, byte) in bytes.enumerated() {
        let role: Role = byte == 0 ? .zeroByte : HexDump.isPrintable(byte) ? .textByte : .otherByte
        let style = Style(role, isReversed: index == cursor, isMeasured: isMeasured)
        canvas.write(hex(byte, width: 2), x: left + index * 2 + index / 2, y: y, style)
        canvas.write(String(HexDump.character(byte)), x: left + 41 + index, y: y, style)
      }
    }
  }
}
