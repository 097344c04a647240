import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// The first bytes of the page under the cursor, as `xxd` shows them, coloured by kind of byte.
enum HexView {
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    Screen.rule("bytes of page \(session.cursor)", interface, on: &canvas, area)
    guard let file = session.file else { return }
    if let reason = reluctance(session, interface) {
      canvas.write(reason, x: area.x + 1, y: area.y + 1, Style(.dim), limit: area.width - 1)
      return
    }
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

  // To read a page that is not in memory brings it in, and its neighbours: the kernel's view would show our own eyes.
  private static func reluctance(_ session: Session, _ interface: Interface) -> String? {
    guard session.layer != .library else { return nil }
    let page = session.cursor
    guard let sample = interface.kernel, sample.cursor == page else { return "asking the kernel" }
    guard let state = sample.state, !state.contains(.cached) else { return nil }
    if let kind = sample.extent?.kind, !kind.holdsData { return "nothing was written here: it reads as zeros" }
    return "not in memory; to show its bytes would bring it in. L turns to the library's layer, which shows them"
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
