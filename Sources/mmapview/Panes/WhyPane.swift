import Inspector
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
    guard shown.layer != .library, rows > 0, let file = shown.file, let sample = shown.interface.kernel else {
      return []
    }
    let reason = sample.isResidencyOnly ? nil : sample.reason.map { "\($0)" }
    let known = sample.cursor == shown.view.cursor ? Disagreement(file, sample)?.sentence : nil
    guard let sentence = reason ?? known else { return [] }
    return wrapped(sentence, width, rows: rows, shown.glyphs)
  }
}
