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
  ///
  /// Before it stands what was stored to and what is dirty, where the page has no pane for that.
  static func lines(_ shown: Snapshot, _ width: Int, rows: Int) -> [String] {
    guard rows > 0 else { return [] }
    let sentence = sentence(shown.file, shown.layer, shown.interface.kernel, cursor: shown.view.cursor)
    let hasPane = shown.layout?.side != nil
    let stored = hasPane ? nil : shown.amplification.flatMap { $0.stored > 0 ? $0.sentence : nil }
    return [stored, sentence].compactMap { $0 }.reduce(into: []) { lines, text in
      if lines.count < rows { lines += wrapped(text, width, rows: rows - lines.count, shown.glyphs) }
    }
  }

  /// The sentence, or why the kernel says nothing; `nil` where both agree.
  static func sentence(_ file: MmapFile?, _ layer: Layer, _ sample: KernelSample?, cursor: Int) -> String? {
    guard layer != .library, let file, let sample else { return nil }
    if let reason = sample.reason, !sample.isResidencyOnly { return "\(reason)" }
    return sample.cursor == cursor ? Disagreement(file, sample)?.sentence : nil
  }
}
