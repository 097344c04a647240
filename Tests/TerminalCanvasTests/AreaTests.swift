import TerminalCanvas
import Testing

@Suite("An area")
struct AreaTests {
  private static let area = Area(x: 2, y: 3, width: 10, height: 4)

  @Test(
    "Insets, rows and splits give these parts",
    arguments: [
      (area.row(1), [2, 4, 10, 1]), (area.above(2), [2, 1, 10, 2]), (area.below(1), [2, 4, 10, 3]),
      (area.below(5), [2, 8, 10, 0]), (area.inset(left: 3), [5, 3, 7, 4]),
      (area.inset(left: 3, right: 2), [5, 3, 5, 4]),
      (area.inset(left: 20), [22, 3, 0, 4]), (Area(x: 0, y: 0, width: -1, height: -2), [0, 0, 0, 0]),
      (area.intersection(Area(x: 0, y: 5, width: 6, height: 9)), [2, 5, 4, 2]),
      (area.intersection(Area(x: 12, y: 3, width: 1, height: 1)), [12, 3, 0, 1]),
    ])
  func parts(part: Area, wanted: [Int]) {
    #expect([part.x, part.y, part.width, part.height] == wanted)
  }

  @Test("What is taken off the top or the left is no longer in the rest, and no more is taken than there is")
  func takes() {
    var rest = Self.area
    #expect(rest.takeTop(1) == Area(x: 2, y: 3, width: 10, height: 1))
    #expect(rest.takeLeft(4) == Area(x: 2, y: 4, width: 4, height: 3))
    #expect(rest == Area(x: 6, y: 4, width: 6, height: 3))
    #expect(rest.takeTop(9) == Area(x: 6, y: 4, width: 6, height: 3))
    #expect(rest.height == 0 && rest.rows.isEmpty && rest.columns == 6..<12)
  }

  @Test("Text stays within an area, and what it takes is cut off")
  func text() {
    var canvas = Canvas(width: 8, height: 3)
    canvas.write(lines: ["abcdef", "gh"], in: Area(x: 1, y: 0, width: 3, height: 2))
    var rest = Area(x: 1, y: 2, width: 5, height: 1)
    canvas.write("xy", into: &rest)
    canvas.write("漢z", into: &rest)
    canvas.write("cut", into: &rest)
    #expect(canvas.textLines == [" abc", " gh", " xy漢z"])
    #expect(rest == Area(x: 6, y: 2, width: 0, height: 1))
    canvas.fill(Area(x: -1, y: 1, width: 4, height: 9), "#")
    #expect(canvas.textLines == [" abc", "###", "###漢z"])
  }
}
