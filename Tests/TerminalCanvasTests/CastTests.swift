import Foundation
import TestSupport
import Testing

@testable import TerminalCanvas

@Suite("Recordings")
struct CastTests {
  /// As much of a terminal as recordings use: moves of the cursor, clearing, text; colours are only checked for form.
  private struct Screen {
    let width: Int
    var rows: [[Unicode.Scalar?]]
    private var x = 0
    private var y = 0

    init(_ width: Int, _ height: Int) {
      self.width = width
      rows = Array(repeating: Array(repeating: "?", count: width), count: height)
    }

    mutating func take(_ text: String) throws {
      var rest = text.unicodeScalars[...]
      while let scalar = rest.popFirst() {
        if scalar == "\u{1b}" { try obey(&rest) } else { put(scalar) }
      }
    }

    private mutating func obey(_ rest: inout Substring.UnicodeScalarView) throws {
      #expect(rest.popFirst() == "[")
      let end = try #require(rest.firstIndex { $0.properties.isAlphabetic })
      let (body, letter) = (String(rest[..<end]), rest[end])
      rest = rest[rest.index(after: end)...]
      let numbers = body.split(separator: ";").compactMap { Int($0) }
      switch letter {
      case "H": (y, x) = (numbers[0] - 1, numbers[1] - 1)
      case "J":
        #expect(body == "2")
        rows = rows.map { $0.map { _ in " " } }
      case "m": #expect(numbers.first == 0)
      default: Issue.record("unknown sequence \(body)\(letter)")
      }
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
      guard rows.indices.contains(y), x + scalar.columns <= width else {
        Issue.record("\(scalar) at \(x), \(y) is outside")
        return
      }
      // Half of a wide glyph does not survive what is put over the other half.
      if rows[y][x] == nil { rows[y][x - 1] = " " }
      if x + scalar.columns < width, rows[y][x + scalar.columns] == nil { rows[y][x + scalar.columns] = " " }
      rows[y][x] = scalar
      if scalar.columns == 2 { rows[y][x + 1] = nil }
      x += scalar.columns
    }

    var textLines: [String] {
      rows.map { row in
        var line = String.UnicodeScalarView()
        line.append(contentsOf: row.compactMap { $0 })
        while line.last == " " { line.removeLast() }
        return String(line)
      }
    }
  }

  private func scribble(_ canvas: inout Canvas, _ random: inout Seeded) {
    let words = ["page 17", "日本語", "é", "", "\u{1b}[31m", "●○◐", "x", "   ", "████████████████", "🎈"]
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      let style = Style(Role.all.randomElement(using: &random) ?? .text, isReversed: .random(using: &random))
      canvas.write(
        words.randomElement(using: &random) ?? "", x: .random(in: -3..<canvas.width, using: &random),
        y: .random(in: 0..<canvas.height, using: &random), style)
    }
  }

  @Test(
    "What is sent between canvases makes a terminal show the last of them",
    arguments: [Palette.dark, .light, .highContrast].indices, 0..<20)
  func roundTrip(palette index: Int, seed: Int) throws {
    let palette = [Palette.dark, .light, .highContrast][index]
    var random = Seeded(seed)
    let (width, height) = (Int.random(in: 1...60, using: &random), Int.random(in: 1...12, using: &random))
    var screen = Screen(width, height)
    var canvas = Canvas(width: width, height: height)
    var before: Canvas?
    for _ in 0..<40 {
      scribble(&canvas, &random)
      try screen.take(canvas.update(from: before, palette))
      // A glyph that lost its right half is sent as a blank.
      let wanted = canvas.whole.textLines
      #expect(screen.textLines == wanted)
      if screen.textLines != wanted { return }
      before = canvas
    }
    #expect(canvas.update(from: canvas, palette).isEmpty)
  }

  @Test("A cell that changes costs a move, a colour and a glyph, not a frame")
  func differences() {
    var canvas = Canvas(width: 80, height: 24)
    for y in 0..<24 { canvas.write(String(repeating: "x", count: 80), x: 0, y: y) }
    var next = canvas
    next.put("●", x: 40, y: 12, Style(.dirty))
    #expect(next.update(from: canvas, .dark) == "\u{1b}[13;41H\u{1b}[0;38;5;214m●\u{1b}[0m")
    next = canvas
    next.put("a", x: 1, y: 0)
    next.put("b", x: 5, y: 0)
    next.put("c", x: 70, y: 0)
    #expect(next.update(from: canvas, .dark) == "\u{1b}[1;2H\u{1b}[0maxxxb\u{1b}[1;71Hc\u{1b}[0m")
  }

  @Test("Each line is JSON that gives its text back")
  func json() throws {
    let text = "\u{1b}[0m \"quoted\" \\ back\u{7f}\u{0} 日本\r\n\u{85}"
    let line = try #require(
      try JSONSerialization.jsonObject(with: Data(Asciicast.output(text, at: .microseconds(1_000_007)).utf8)) as? [Any])
    #expect(line[0] as? Double == 1.000007)
    #expect(line[1] as? String == "o")
    #expect(line[2] as? String == text)
    #expect(Asciicast.resize(width: 80, height: 24, at: .seconds(2)) == "[2.000000, \"r\", \"80x24\"]")
    let header = Asciicast.header(width: 80, height: 24, timestamp: 5, title: "a \"b\"", kind: "xterm")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(header.utf8)) as? [String: Any])
    #expect(object["version"] as? Int == 2 && object["width"] as? Int == 80 && object["height"] as? Int == 24)
    #expect(object["timestamp"] as? Int == 5 && object["title"] as? String == "a \"b\"")
    #expect((object["env"] as? [String: String]) == ["TERM": "xterm"])
    #expect(!Asciicast.header(width: 1, height: 1, timestamp: nil, title: "", kind: "").contains("timestamp"))
  }
}

extension Canvas {
  /// The same with blanks in place of halves of wide glyphs.
  fileprivate var whole: Canvas {
    var canvas = self
    for y in 0..<height {
      for x in 0..<width {
        let glyph = self[x, y].glyph
        let hasRight = x + 1 < width && self[x + 1, y].glyph == Cell.continuation
        let hasLeft = x > 0 && self[x - 1, y].glyph.columns == 2
        if glyph.columns == 2 ? !hasRight : glyph == Cell.continuation && !hasLeft { canvas.put(" ", x: x, y: y) }
      }
    }
    return canvas
  }
}
