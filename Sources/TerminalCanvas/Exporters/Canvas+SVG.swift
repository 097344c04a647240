import VisibleText

extension Canvas {
  package func svg(_ palette: Palette) -> String {
    // Each cell is 9 by 18 units; textLength keeps the columns in place whatever font is found.
    let (cellWidth, cellHeight, margin) = (9, 18, 12)
    let (pictureWidth, pictureHeight) = (width * cellWidth + 2 * margin, height * cellHeight + 2 * margin)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(pictureWidth) \(pictureHeight)" \
      width="\(pictureWidth)" height="\(pictureHeight)" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" \
      font-size="15">
      <rect width="100%" height="100%" rx="8" fill="\(color(palette.ground))"/>

      """
    for y in 0..<height {
      for run in runs(inRow: y) {
        let appearance = palette[run.style.role]
        let (x, top) = (margin + run.x * cellWidth, margin + y * cellHeight)
        let length = run.width * cellWidth
        if run.style.isReversed {
          svg +=
            "<rect x=\"\(x)\" y=\"\(top)\" width=\"\(length)\" height=\"\(cellHeight)\" fill=\"\(color(appearance.rgb))\"/>\n"
        }
        let ink = color(run.style.isReversed ? palette.ground : appearance.rgb)
        if run.style.isUnderlined {
          svg += "<rect x=\"\(x)\" y=\"\(top + cellHeight - 2)\" width=\"\(length)\" height=\"2\" fill=\"\(ink)\"/>\n"
        }
        if run.text.allSatisfy({ $0 == " " }) { continue }
        let weight = appearance.isBold ? " font-weight=\"bold\"" : ""
        svg +=
          "<text x=\"\(x)\" y=\"\(top + 14)\" textLength=\"\(length)\" fill=\"\(ink)\"\(weight) xml:space=\"preserve\">"
        svg += escaped(run.text) + "</text>\n"
      }
    }
    return svg + "</svg>\n"
  }

  private func color(_ rgb: UInt32) -> String { "#" + zeroPadded(rgb, to: 6, radix: 16) }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}

extension Canvas {
  /// Neighbouring cells of one style.
  struct Run {
    let x: Int
    var width = 0
    var text = ""
    let style: Style
  }

  func runs(inRow y: Int) -> [Run] {
    var runs: [Run] = []
    for (x, cell) in row(y).enumerated() {
      if runs.last?.style != cell.style { runs.append(Run(x: x, style: cell.style)) }
      runs[runs.count - 1].width += 1
      if cell.glyph != Cell.continuation { cell.write(to: &runs[runs.count - 1].text.unicodeScalars) }
    }
    return runs
  }
}
