extension Canvas {
  /// The glyphs as lines of text, without blanks at their ends.
  package var textLines: [String] { lines { $0.write(to: &$1) } }

  /// The frame as tests compare it: the glyphs, then a grid of the styles' letters; plain blanks stay blank.
  package var golden: String {
    let letters = lines { $1.append($0 == .blank ? " " : $0.style.letter) }
    return (textLines + ["", "styles:"] + letters).joined(separator: "\n") + "\n"
  }

  private func lines(_ write: (Cell, inout String.UnicodeScalarView) -> Void) -> [String] {
    (0..<height).map { y in
      var line = String.UnicodeScalarView()
      for cell in row(y) where cell.glyph != Cell.continuation { write(cell, &line) }
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }
}
