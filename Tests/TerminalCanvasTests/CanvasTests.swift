import Testing

@testable import TerminalCanvas

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

  @Test("A limit ends the text, and the column after it is reported")
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

  @Test("One in ASCII has a question mark in each column of another glyph, underlined as none of the text is")
  func ascii() {
    let text = "a?é日本e\u{301}☂\u{fe0f}\u{202e}…z"
    var (canvas, whole) = (Canvas(width: 20, height: 1, isASCII: true), Canvas(width: 20, height: 1))
    let style = Style(.text, isReversed: true)
    #expect(canvas.write(text, x: 0, y: 0, style) == whole.write(text, x: 0, y: 0, style))
    canvas.put("█", x: 15, y: 0, style)
    #expect(canvas.textLines[0].utf8.allSatisfy { $0 < 128 })
    #expect(canvas.textLines[0] == "a???????" + (canvas.textLines[0].dropFirst(8)))
    let kept = (0..<20).filter { whole[$0, 0].style.isReversed && !canvas[$0, 0].style.isUnderlined }
    #expect(kept.map { canvas[$0, 0].glyph } == ["a", "?", "z"])
    #expect((0..<20).allSatisfy { !canvas[$0, 0].style.isUnderlined || canvas[$0, 0].glyph == "?" })
    #expect(canvas[15, 0].glyph == "?" && canvas[15, 0].style.isUnderlined && canvas[15, 0].style.isReversed)
  }

  @Test("Nor can what turns text around, ends lines or doesn't show")
  func hazards() {
    var canvas = Canvas(width: 20, height: 1)
    canvas.write("a\u{9b}b\u{202e}c\u{2028}d\u{feff}e\u{200b}f", x: 0, y: 0)
    canvas.put("\u{2066}", x: 12, y: 0)
    #expect(canvas.textLines == ["a·b·c·d·e·f ·"])
  }

  @Test("Text takes as many columns as the C library says, and each cell keeps its marks")
  func columns() {
    // What is joined shows part by part, and no part in another colour or look: terminals differ in what they make of that.
    let texts: [(text: String, columns: Int, shown: String)] = [
      ("e\u{301}x", 2, "e\u{301}x"), ("a\u{302}\u{301}\u{308}b", 2, "a\u{302}\u{301}b"), ("漢字", 4, "漢字"),
      ("👩\u{200d}👩\u{200d}👧", 6, "👩👩👧"), ("👍\u{1f3fd}!", 3, "👍!"), ("🇩🇪", 2, "🇩🇪"), ("❤\u{fe0f}", 1, "❤"),
      ("\u{1f9d1}\u{1f680}", 4, "🧑🚀"), ("한\u{1112}\u{1161}", 4, "한\u{1112}\u{1161}"), ("\u{301}x", 1, "x"),
      ("⌚⏰⭐", 6, "⌚⏰⭐"),
    ]
    for (text, columns, shown) in texts {
      var canvas = Canvas(width: 12, height: 1)
      #expect(canvas.write(text, x: 0, y: 0) == columns, "\(text)")
      #expect(text.columns == columns)
      #expect(Array(canvas.textLines[0].unicodeScalars) == Array(shown.unicodeScalars), "\(text)")
      #expect(canvas.svg(.dark).contains(shown) && canvas.update(from: nil, .dark).contains(shown))
    }
  }

  @Test("Wide glyphs take two cells, marks without width none")
  func widths() {
    var canvas = Canvas(width: 6, height: 1)
    #expect(canvas.write("日e\u{301}本", x: 0, y: 0) == 5)
    #expect(canvas.textLines == ["日e\u{301}本"])
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

  @Test("A picture for a painted ground has it in ANSI text, too")
  func painted() {
    let canvas = Canvas(width: 2, height: 1)
    #expect(canvas.ansi(.highContrast) == "\u{1b}[0;48;5;16;38;5;231m  \u{1b}[0m\n")
    #expect(canvas.ansi(.light) == "\u{1b}[0m  \u{1b}[0m\n")
  }

  @Test("Between two canvases the changed part of a row is found, with wide glyphs whole")
  func changes() {
    var before = Canvas(width: 8, height: 2)
    before.write("ab日本cd", x: 0, y: 0)
    #expect(before.changedColumns(ofRow: 0, since: before).isEmpty)
    var after = before
    after.put("x", x: 1, y: 0)
    after.put("y", x: 6, y: 0, Style(.lost))
    #expect(after.changedColumns(ofRow: 0, since: before) == 1..<7)
    #expect(after.changedColumns(ofRow: 1, since: before).isEmpty)
    after = before
    after.write("語", x: 2, y: 0)
    #expect(after.changedColumns(ofRow: 0, since: before) == 2..<4)
    after = before
    after.write("日本", x: 2, y: 0, Style(.title))
    #expect(after.changedColumns(ofRow: 0, since: before) == 2..<6)
  }
}
