import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// The bytes of the page under the cursor, as `xxd` shows them, coloured by kind of byte; below them what the byte at the
/// cursor means.
enum HexView: Pane {
  /// How many rows of bytes an area has room for.
  static func rows(_ area: Area, showsCursor: Bool) -> Int {
    area.height - 1 - (showsCursor ? ByteFacts.rows : 0)
  }

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file else {
      Screen.rule("bytes", shown, on: &canvas, area)
      return
    }
    let held = shown.interface.pageBytes.flatMap { $0.page == shown.view.cursor ? $0 : nil }
    drawRule(file, shown, held, on: &canvas, area)
    if let reason = reluctance(shown) ?? held?.failure {
      let style = Style(held?.failure == nil ? .dim : .error, isMeasured: true)
      let lines = wrapped(reason, area.width - 1, rows: area.height - 1, shown.interface.glyphs)
      for (row, line) in lines.enumerated() { canvas.write(line, x: area.x + 1, y: area.y + 1 + row, style) }
      return
    }
    guard let held else { return }
    // What a page holds that was not written here is the file system's affair.
    let isMeasured = [.free, .allocated].contains(file.states[held.page])
    let rows = rows(area, showsCursor: showsCursor(shown))
    let cursor = showsCursor(shown) ? shown.view.byteCursor : nil
    let cutRow = cutRow(held, shown, rows)
    for row in 0..<rows where row != cutRow {
      let start = (shown.interface.firstByteRow + row) * 16
      guard start < held.bytes.count else { break }
      let line = Line(
        bytes: held.bytes[start..<min(start + 16, held.bytes.count)], offset: held.page * Alignment.page + start,
        cursor: cursor.map { $0 - start }, isMeasured: isMeasured)
      line.draw(on: &canvas, area, area.y + 1 + row)
    }
    if let cutRow { drawCut(held, on: &canvas, area, area.y + 1 + cutRow) }
    guard cursor != nil else { return }
    let below = Area(x: area.x, y: area.y + 1 + rows, width: area.width, height: ByteFacts.rows)
    facts(shown, held).draw(shown, on: &canvas, below)
  }

  // The row after the last bytes, or the last row, in place of its bytes, where all are taken.
  private static func cutRow(_ held: PageBytes, _ shown: Snapshot, _ rows: Int) -> Int? {
    guard held.cutSize != nil, rows > 0 else { return nil }
    return max(0, min((held.bytes.count + 15) / 16 - shown.interface.firstByteRow, rows - 1))
  }

  private static func drawCut(_ held: PageBytes, on canvas: inout Canvas, _ area: Area, _ y: Int) {
    guard let size = held.cutSize else { return }
    let place = held.bytes.isEmpty ? "before this page" : "here"
    canvas.write(
      "the file ends \(place): it was cut to \(counted(size, "byte"))", x: area.x + 1, y: y, Style(.error),
      limit: area.width - 1)
  }

  private static func reluctance(_ shown: Snapshot) -> String? {
    switch shown.interface.presence {
    case .readable: nil
    case .empty: "nothing was written here: it reads as zeros"
    case .absent: "not in memory; to show its bytes would bring it in. Tab goes to them, and does"
    case .unknown: "nobody tells whether it is in memory; to show its bytes may bring it in. Tab goes to them"
    }
  }

  private static func showsCursor(_ shown: Snapshot) -> Bool {
    shown.interface.showsByteCursor(shown.view)
  }

  private static func facts(_ shown: Snapshot, _ held: PageBytes) -> ByteFacts {
    ByteFacts(held.bytesAndMore.dropFirst(min(shown.view.byteCursor, held.bytes.count)))
  }

  private static func drawRule(
    _ file: MmapFile, _ shown: Snapshot, _ held: PageBytes?, on canvas: inout Canvas,
    _ area: Area
  ) {
    guard showsCursor(shown) else {
      Screen.rule("bytes of page \(shown.view.cursor)", shown, on: &canvas, area)
      return
    }
    let offset = shown.view.cursor * Alignment.page + shown.view.byteCursor
    var parts = ["byte 0x\(hex(offset, width: 1)) = \(offset), page \(shown.view.cursor)"]
    if let held { parts += facts(shown, held).ofOneByte(shown.interface.glyphs) }
    let style = Style(shown.interface.focus == .bytes ? .title : .dim)
    Screen.rule(parts.joined(separator: shown.interface.glyphs.separator), shown, on: &canvas, area, style)
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
