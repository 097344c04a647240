import VisibleText

package struct Cell: Sendable, Equatable {
  package var glyph: Unicode.Scalar
  package var style: Style
  // Accents over the glyph: two at most, as the languages that have them need. NUL is none.
  var marks: (Unicode.Scalar, Unicode.Scalar) = ("\0", "\0")

  package static let blank = Cell(glyph: " ", style: .plain)
  /// The right half of a glyph that is two cells wide.
  static let continuation: Unicode.Scalar = "\0"

  /// Stands for a glyph that can't be shown; underlined, so that it is no question mark of the text.
  static func standIn(_ style: Style) -> Cell {
    var style = style
    style.isUnderlined = true
    return Cell(glyph: "?", style: style)
  }

  package static func == (one: Cell, other: Cell) -> Bool {
    one.glyph == other.glyph && one.style == other.style && one.marks == other.marks
  }

  mutating func add(mark: Unicode.Scalar) {
    if marks.0 == "\0" { marks.0 = mark } else if marks.1 == "\0" { marks.1 = mark }
  }

  func write(to text: inout String.UnicodeScalarView) {
    text.append(glyph)
    if marks.0 != "\0" { text.append(marks.0) }
    if marks.1 != "\0" { text.append(marks.1) }
  }
}

/// Cells that views draw on; what is drawn outside is cut off, never an error.
package struct Canvas: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// Whether it takes no glyph outside ASCII.
  ///
  /// In the place of another one stands an underlined question mark, in each of its columns.
  package let isASCII: Bool
  // Row by row.
  package private(set) var cells: [Cell]

  package init(width: Int, height: Int, isASCII: Bool = false) {
    self.width = max(0, width)
    self.height = max(0, height)
    self.isASCII = isASCII
    cells = Array(repeating: .blank, count: self.width * self.height)
  }

  package var area: Area { Area(x: 0, y: 0, width: width, height: height) }

  package subscript(x: Int, y: Int) -> Cell { cells[y * width + x] }

  package func row(_ y: Int) -> ArraySlice<Cell> { cells[y * width..<(y + 1) * width] }

  package mutating func put(_ glyph: Unicode.Scalar, x: Int, y: Int, _ style: Style = .plain) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    cells[y * width + x] = cell(glyph, style)
  }

  private func cell(_ glyph: Unicode.Scalar, _ style: Style) -> Cell {
    let shown = glyph.shown
    return isASCII && !shown.isASCII ? .standIn(style) : Cell(glyph: shown, style: style)
  }

  /// Writes text to the right of a place, over `limit` columns at most, and returns the column after it.
  ///
  /// Hazardous characters become dots: no file name and no byte can steer the terminal.
  @discardableResult
  package mutating func write(
    _ text: some StringProtocol, x: Int, y: Int, _ style: Style = .plain, limit: Int = .max
  ) -> Int {
    let end = limit < width - x ? x + limit : width
    let isVisible = y >= 0 && y < height
    var column = x
    var base: Int?
    // Always a String: a loop over an existential or unspecialised type is ten times as slow.
    for scalar in String(text).unicodeScalars {
      let columns = scalar.columns
      guard column + columns <= end else { break }
      if columns == 0 {
        if let base, scalar.isMark {
          if isASCII { cells[base] = .standIn(cells[base].style) } else { cells[base].add(mark: scalar) }
        }
        continue
      }
      base = isVisible && column >= 0 ? y * width + column : nil
      if let base {
        cells[base] = cell(scalar, style)
        if columns == 2 { cells[base + 1] = isASCII ? cells[base] : Cell(glyph: Cell.continuation, style: style) }
      }
      column += columns
    }
    return column
  }

  /// Writes text into the first row of an area, as far as it goes, and returns the column after it.
  @discardableResult
  package mutating func write(_ text: some StringProtocol, in area: Area, _ style: Style = .plain) -> Int {
    write(text, x: area.x, y: area.y, style, limit: area.width)
  }

  /// Writes text at the start of an area, as far as it goes, and cuts the columns that it takes off the area.
  package mutating func write(_ text: some StringProtocol, into rest: inout Area, _ style: Style = .plain) {
    rest = rest.inset(left: write(text, in: rest, style) - rest.x)
  }

  /// Writes one text a row, from the area's first row on.
  package mutating func write(lines: some Sequence<String>, in area: Area, _ style: Style = .plain) {
    for (index, line) in lines.enumerated() { write(line, in: area.row(index), style) }
  }

  /// The columns of a row from the first cell that differs from another canvas of the same size to the last.
  ///
  /// A glyph two cells wide is in it with both or with neither.
  func changedColumns(ofRow y: Int, since before: Canvas) -> Range<Int> {
    let (start, end) = (y * width, (y + 1) * width)
    guard var first = (start..<end).first(where: { cells[$0] != before.cells[$0] }),
      var last = (first..<end).last(where: { cells[$0] != before.cells[$0] })
    else { return 0..<0 }
    if first > start, cells[first].glyph == Cell.continuation { first -= 1 }
    if last + 1 < end, cells[last + 1].glyph == Cell.continuation { last += 1 }
    return first - start..<last + 1 - start
  }

  package mutating func fill(_ area: Area, _ glyph: Unicode.Scalar = " ", _ style: Style = .plain) {
    let visible = area.intersection(self.area)
    for y in visible.rows { for x in visible.columns { put(glyph, x: x, y: y, style) } }
  }
}
