import Inspector
import RangedMmap
import TerminalCanvas

/// The bytes of the page under the cursor, as `xxd` shows them, coloured by kind of byte; below them what the byte at the
/// cursor means.
enum HexView: Pane {
  /// 32 where there is room for the offset, each byte's two digits, a blank after each two, and the text.
  static func bytesPerRow(_ width: Int) -> Int { width > 1 + Line.width(32) ? 32 : 16 }

  /// The byte under a place of the pane; `nil` beside the bytes.
  static func byte(x: Int, y: Int, in area: Area, _ interface: Interface) -> Int? {
    let inner = area.below(1).inset(left: 1)
    let (row, lines) = (interface.firstByteRow + y - inner.y, interface.byteRows)
    guard inner.contains(x: x, y: y), y - inner.y < interface.byteRoom, lines.starts.indices.contains(row),
      let start = lines.starts[row], let index = Line.index(x - inner.x, lines.bytesPerRow)
    else { return nil }
    return start + index
  }

  /// How many rows the bytes have; what the byte under the cursor means comes below them, where two rows are left.
  static func rows(_ area: Area, showsCursor: Bool) -> Int {
    let rows = area.height - 1
    return showsCursor && rows >= ByteFacts.rows + 2 ? rows - ByteFacts.rows : rows
  }

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file else {
      Screen.rule("bytes", shown, on: &canvas, area)
      return
    }
    let held = shown.interface.pageBytes.flatMap { $0.page == shown.view.cursor ? $0 : nil }
    let cursor = shown.interface.showsByteCursor(shown.view) ? shown.view.byteCursor : nil
    drawRule(cursor, held, shown, on: &canvas, area)
    let inner = area.below(1).inset(left: 1)
    if let reason = reluctance(shown) ?? held?.failure {
      let style = Style(held?.failure == nil ? .dim : .error, isMeasured: true)
      canvas.write(lines: wrapped(reason, inner.width, rows: inner.height, shown.glyphs), in: inner, style)
      return
    }
    guard let held else { return }
    // The bytes of a page that was not written here depend on the file system.
    let isMeasured = [.free, .allocated].contains(file.states[held.page])
    let (lines, first) = (shown.interface.byteRows, shown.interface.firstByteRow)
    let rows = rows(area, showsCursor: cursor != nil)
    let cutRow = cutRow(held, shown, rows)
    for row in 0..<rows where row != cutRow && first + row < lines.starts.count {
      guard let start = lines.starts[first + row] else {
        canvas.write("*", in: inner.row(row), Style(.dim, isMeasured: isMeasured))
        continue
      }
      let line = Line(
        bytes: held.bytes.dropFirst(start).prefix(lines.bytesPerRow), offset: held.page * Alignment.page + start,
        bytesPerRow: lines.bytesPerRow, cursor: cursor.map { $0 - start }, isMeasured: isMeasured)
      line.draw(on: &canvas, inner.row(row))
    }
    if let cutRow, let size = held.cutSize {
      let place = held.bytes.isEmpty ? "before this page" : "here"
      canvas.write(
        "the file ends \(place): it was cut to \(counted(size, "byte"))", in: inner.row(cutRow), Style(.error))
    }
    if let cursor, rows < inner.height { facts(held, cursor).draw(shown.glyphs, on: &canvas, area.below(1 + rows)) }
  }

  // The row after the last bytes, or the last row, in place of its bytes, where all are taken.
  private static func cutRow(_ held: PageBytes, _ shown: Snapshot, _ rows: Int) -> Int? {
    guard held.cutSize != nil, rows > 0 else { return nil }
    return max(0, min(shown.interface.byteRows.starts.count - shown.interface.firstByteRow, rows - 1))
  }

  private static func reluctance(_ shown: Snapshot) -> String? {
    switch shown.interface.presence {
    case .readable: nil
    case .empty: "nothing is stored here: it reads as zeros"
    case .absent: "not in memory: Tab shows its bytes, and brings it in"
    case .unknown: "not known whether it is in memory: Tab shows its bytes, and may bring it in"
    }
  }

  private static func facts(_ held: PageBytes, _ cursor: Int) -> ByteFacts {
    ByteFacts(held.bytesAndMore.dropFirst(min(cursor, held.bytes.count)))
  }

  private static func drawRule(
    _ cursor: Int?, _ held: PageBytes?, _ shown: Snapshot, on canvas: inout Canvas, _ area: Area
  ) {
    guard let cursor else {
      Screen.rule("bytes of page \(shown.view.cursor)", shown, on: &canvas, area)
      return
    }
    let offset = shown.view.cursor * Alignment.page + cursor
    var parts = ["byte \(address(offset)) = \(offset), page \(shown.view.cursor)"]
    if let held { parts += facts(held, cursor).ofOneByte(shown.glyphs) }
    let style = Style(shown.interface.focus == .bytes ? .title : .dim)
    Screen.rule(parts.joined(separator: shown.glyphs.separator), shown, on: &canvas, area, style)
  }

  private struct Line {
    let bytes: ArraySlice<UInt8>
    let offset: Int
    let bytesPerRow: Int
    /// The byte that is marked, counted from the line's first.
    let cursor: Int?
    let isMeasured: Bool

    // After an offset of 8 digits, a colon and a blank.
    private static let left = 10

    /// The columns of the digits, and of the blanks between them and the text.
    private static func digitColumns(_ bytesPerRow: Int) -> Int { bytesPerRow / 2 * 5 + 1 }

    static func width(_ bytesPerRow: Int) -> Int { left + digitColumns(bytesPerRow) + bytesPerRow }

    /// Which byte of a row stands at a column, as digits or as text.
    static func index(_ column: Int, _ bytesPerRow: Int) -> Int? {
      let x = column - left
      let index = x < digitColumns(bytesPerRow) ? x / 5 * 2 + (x % 5) / 2 : x - digitColumns(bytesPerRow)
      return x >= 0 && index < bytesPerRow ? index : nil
    }

    private static let digits = Array("0123456789abcdef".unicodeScalars)

    func draw(on canvas: inout Canvas, _ area: Area) {
      // Offsets of large files have more digits, and move the rest along.
      let left = canvas.write(hex(offset, width: 8) + ":", in: area, Style(.dim, isMeasured: isMeasured)) + 1
      let digits = Self.digits
      for (index, byte) in bytes.enumerated() {
        let role: Role = byte == 0 ? .zeroByte : HexDump.isPrintable(byte) ? .textByte : .otherByte
        let style = Style(role, isReversed: index == cursor, isMeasured: isMeasured)
        let x = left + index * 2 + index / 2
        canvas.put(digits[Int(byte >> 4)], x: x, y: area.y, style)
        canvas.put(digits[Int(byte & 15)], x: x + 1, y: area.y, style)
        canvas.put(HexDump.glyph(byte), x: left + Self.digitColumns(bytesPerRow) + index, y: area.y, style)
      }
    }
  }
}
