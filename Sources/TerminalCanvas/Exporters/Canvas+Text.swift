extension Canvas {
  /// The glyphs as lines of text, with no blanks at their ends.
  package var textLines: [String] {
    (0..<height).map { y in
      var line = String.UnicodeScalarView()
      for cell in row(y) where cell.glyph != Cell.continuation { cell.write(to: &line) }
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }

  /// The frame as it is kept for comparison: the glyphs, then the same as a grid of style letters.
  ///
  /// A letter is a role's, in upper case where reversed; plain blanks stay blank, and a tilde marks what was measured and
  /// so can't be compared with another machine's.
  package var golden: String {
    let letters = (0..<height).map { y in
      var line = ""
      for cell in row(y) where cell.glyph != Cell.continuation {
        line.append(cell == .blank ? " " : cell.style.letter)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    return (textLines + ["", "styles:"] + letters).joined(separator: "\n") + "\n"
  }
}
