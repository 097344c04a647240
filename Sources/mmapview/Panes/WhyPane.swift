import Inspector
import RangedMmap
import TerminalCanvas

/// Why library and kernel say different things of the page at the cursor.
enum WhyPane: Pane {
  static let style = Style(.caption, isMeasured: true)

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    let inner = area.inset(left: 1)
    canvas.write(lines: lines(shown, inner.width, rows: inner.height), in: inner, style)
  }

  /// The sentence in so many rows at most, or why the kernel says nothing; none where both agree.
  static func lines(_ shown: Snapshot, _ width: Int, rows: Int) -> [String] {
    guard rows > 0 else { return [] }
    let sentence = sentence(shown.file, shown.layer, shown.interface.kernel, cursor: shown.view.cursor)
    return sentence.map { wrapped($0, width, rows: rows, shown.glyphs) } ?? []
  }

  /// The sentence, or why the kernel says nothing; `nil` where both agree.
  static func sentence(_ file: MmapFile?, _ layer: Layer, _ sample: KernelSample?, cursor: Int) -> String? {
    guard layer != .library, let file, let sample else { return nil }
    if let reason = sample.reason, !sample.isResidencyOnly { return "\(reason)" }
    return sample.cursor == cursor ? Disagreement(file, sample)?.sentence : nil
  }
}
