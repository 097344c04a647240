extension Canvas {
  /// The escape sequences that turn what a terminal of this size shows into this canvas, in xterm's 256 colours.
  ///
  /// Only cells that differ are sent, each stretch of them after a move of the cursor: nothing scrolls, and no line wraps.
  /// The normal screen is used, not the alternate one: the last frame of a recording stays visible. `before` is what the
  /// terminal shows, in the same palette; if it is `nil` or of another size, the screen is cleared first.
  package func update(from before: Canvas?, _ palette: Palette) -> String {
    let known = before.flatMap { $0.width == width && $0.height == height ? $0 : nil }
    var text = known == nil ? palette.escape(.plain) + "\u{1b}[2J" : ""
    // Terminals differ in the ground that cleared cells get: one that is painted is sent.
    let blank = palette.paintsGround ? nil : Canvas(width: width, height: height)
    var style: Style?
    for y in 0..<height {
      for columns in stretches(ofRow: y, since: known ?? blank) {
        text += "\u{1b}[\(y + 1);\(columns.lowerBound + 1)H"
        for x in columns {
          guard let cell = whole(x: x, y: y) else { continue }
          if cell.style != style { text += palette.escape(cell.style) }
          style = cell.style
          cell.write(to: &text.unicodeScalars)
        }
      }
    }
    return style == nil ? text : text + "\u{1b}[0m"
  }

  // A move of the cursor costs about as many bytes as these equal cells.
  private static let gap = 8

  /// The columns that differ; stretches with less than a gap between them are joined.
  private func stretches(ofRow y: Int, since before: Canvas?) -> [Range<Int>] {
    guard let before else { return width > 0 ? [0..<width] : [] }
    var stretches: [Range<Int>] = []
    for x in changedColumns(ofRow: y, since: before) where self[x, y] != before[x, y] {
      if let last = stretches.last, x - last.upperBound < Self.gap {
        stretches[stretches.count - 1] = last.lowerBound..<x + 1
      } else {
        // A wide glyph is sent whole.
        let isHalf = x > 0 && self[x, y].glyph == Cell.continuation
        stretches.append(isHalf ? x - 1..<x + 1 : x..<x + 1)
      }
      if x + 1 < width, self[x + 1, y].glyph == Cell.continuation {
        stretches[stretches.count - 1] = stretches[stretches.count - 1].lowerBound..<x + 2
      }
    }
    return stretches
  }

  /// What is sent for a cell; `nil` for the right half of a glyph that was sent already.
  private func whole(x: Int, y: Int) -> Cell? {
    let cell = self[x, y]
    let blank = Cell(glyph: " ", style: cell.style)
    guard cell.glyph == Cell.continuation else {
      // Half of a wide glyph can't be sent.
      let isCut = cell.glyph.columns == 2 && (x + 1 == width || self[x + 1, y].glyph != Cell.continuation)
      return isCut ? blank : cell
    }
    return x > 0 && self[x - 1, y].glyph.columns == 2 ? nil : blank
  }
}
