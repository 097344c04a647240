import TerminalCanvas
import Testing

@Suite("A canvas")
struct CanvasTests {
  @Test("Drawing outside is cut off on all sides")
  func clips() {
    var canvas = Canvas(width: 4, height: 2)
    canvas.write("abcdef", x: -2, y: 0)
    canvas.write("xyz", x: 3, y: 1)
    canvas.write("no", x: 0, y: 2)
    canvas.write("no", x: 0, y: -1)
    #expect(canvas.textLines == ["cdef", "   x"])
    #expect(Canvas(width: -1, height: 3).textLines == ["", "", ""])
  }

  @Test("A limit ends the text, and the column after it is told")
  func limits() {
    var canvas = Canvas(width: 10, height: 1)
    #expect(canvas.write("abcdef", x: 2, y: 0, limit: 3) == 5)
    #expect(canvas.textLines == ["  abc"])
  }

  @Test("Control characters can't steer the terminal")
  func controls() {
    var canvas = Canvas(width: 8, height: 1)
    canvas.write("a\u{1b}[2J\nb", x: 0, y: 0)
    #expect(canvas.textLines == ["a·[2J·b"])
  }

  @Test("Wide glyphs take two cells, marks without width none")
  func widths() {
    var canvas = Canvas(width: 6, height: 1)
    #expect(canvas.write("日e\u{301}本", x: 0, y: 0) == 5)
    #expect(canvas.textLines == ["日e本"])
    var narrow = Canvas(width: 3, height: 1)
    #expect(narrow.write("日本", x: 0, y: 0) == 2)
  }

  @Test("The golden form shows each cell's style by a letter, in upper case where reversed")
  func golden() {
    var canvas = Canvas(width: 6, height: 2)
    canvas.write("ab", x: 0, y: 0, Style(.title))
    canvas.put("█", x: 3, y: 0, Style(.flushed, isReversed: true))
    canvas.write("x", x: 1, y: 1)
    #expect(canvas.golden == "ab █\n x\n\nstyles:\nhh S\n t\n")
  }

  @Test("A picture and an ANSI text hold all glyphs, with what XML forbids escaped")
  func exports() {
    var canvas = Canvas(width: 6, height: 1)
    canvas.write("<&>", x: 0, y: 0, Style(.lost, isReversed: true))
    let svg = canvas.svg(.dark)
    #expect(svg.contains("&lt;&amp;&gt;</text>"))
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(canvas.ansi(.dark).contains(";7;38;5;"))
  }

  @Test("No two roles share a letter, and no two states look alike")
  func rolesDiffer() {
    let letters = Role.allCases.map { role in
      var canvas = Canvas(width: 1, height: 1)
      canvas.put("x", x: 0, y: 0, Style(role))
      return canvas.golden
    }
    #expect(Set(letters).count == Role.allCases.count)
    let states: [Role] = [.free, .allocated, .written, .flushing, .flushed, .lost]
    #expect(Set(states.map { Palette.dark[$0].rgb }).count == states.count)
    #expect(Set(states.map { Palette.dark[$0].xterm }).count == states.count)
    #expect(Set(states.map { Palette.dark[$0].ansi }).count == states.count)
  }
}
