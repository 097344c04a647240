import Inspector
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("The box of captions")
final class CaptionBoxTests: SessionSuite {
  private func box(_ width: Int, _ height: Int, isASCII: Bool = false) -> [String] {
    var interface = Interface()
    if isASCII { interface.glyphs = .ascii }
    let shown = Snapshot(session, interface, width: 80, height: 24)
    var canvas = Canvas(width: width, height: height)
    CaptionBox.draw(shown, on: &canvas, canvas.area)
    return canvas.textLines
  }

  private func load(_ text: String) throws {
    session.isAttended = true
    session.load(try Script(text, name: "s"))
  }

  /// Plays until the script waits for a key, or to its end.
  private func goOn() throws {
    session.goOn()
    while case .performed = try session.player.step(session) {}
  }

  @Test("It has the caption's number in its upper rule and the keys in its lower one, in ASCII too")
  func frame() throws {
    try load("say \"First.\"\npause\nsay \"Written. Whoever\\nreads it.\"\npause\nsay third")
    try goOn()
    #expect(
      box(44, 3) == [
        "┌ 1/3 ─────────────────────────────────────┐",
        "│ First.                                   │",
        "└─────────────────────────── Space goes on ┘",
      ])
    try goOn()
    #expect(
      box(44, 4, isASCII: true) == [
        "+ 2/3 -------------------------------------+",
        "| Written. Whoever                         |",
        "| reads it.                                |",
        "+------------- Space goes on - b goes back +",
      ])
    try perform("caption previous")
    #expect(box(44, 3)[0].hasPrefix("┌ 1/3 · an earlier one ─") && box(44, 3)[2].hasSuffix("─ Space goes forward ┘"))
    try perform("caption next")
    try goOn()
    #expect(box(44, 3)[2].hasSuffix("─ Esc takes it away · b goes back ┘"))
    // What leads on stays where there is no room for all.
    #expect(box(30, 3)[2].hasSuffix("─ Esc takes it away ┘"))
    try perform("say typed")
    #expect(box(44, 3)[0].hasPrefix("┌ caption ─"))
    try perform("say \"\"")
    #expect(box(44, 3) == ["", "", ""] && CaptionBox.rows(session.view, width: 44) == 0)
  }

  @Test(
    "It wraps at blanks and needs as many rows as it says; where they are not there the last row ends with an ellipsis")
  func wrapping() throws {
    try perform("say \"one two three four five six seven eight nine ten\"")
    #expect(CaptionBox.rows(session.view, width: 24) == 5)
    let whole = box(24, 5)
    #expect(
      whole[1...3].map { $0.dropFirst(2).prefix(20) } == [
        "one two three four  ", "five six seven eight", "nine ten            ",
      ])
    #expect(box(24, 4)[2] == "│ five six seven…      │")
    #expect(box(40, 3)[2].hasSuffix("─ Esc takes it away · e shows all ┘"))
    #expect(box(24, 3)[1] == "│ one two three four…  │")
    #expect(box(24, 7)[4] == "│                      │")
  }

  @Test("In a hall the text stands in the middle of its box")
  func big() throws {
    try perform("set big on", "say one")
    #expect(box(20, 7)[3] == "│ one              │")
    try perform("set big off")
    #expect(box(20, 7)[1] == "│ one              │")
  }

  @Test("Lines stay as they are written where they fit, are filled where one does not, and quoted ones stay apart")
  func filling() {
    #expect(CaptionBox.broken("a b\nc d", 10) == ["a b", "c d"])
    #expect(CaptionBox.broken("a b c\nd e f", 4) == ["a b", "c d", "e f"])
    #expect(CaptionBox.broken("aa bb cc\n  dd ee\nff\n\ngg", 7) == ["aa bb", "cc", "  dd ee", "ff", "", "gg"])
    #expect(CaptionBox.broken("  aa bb cc", 7) == ["  aa bb", "  cc"])
    #expect(CaptionBox.broken("a sixteenlettersxx b", 8) == ["a", "sixteenl", "ettersxx", "b"])
    #expect(CaptionBox.broken("ページ ページ", 7) == ["ページ", "ページ"])
    #expect(CaptionBox.broken("ページ", 1) == ["ペ", "ー", "ジ"])
    #expect(CaptionBox.broken("", 5) == [""])
  }

  @Test("No word is cut and none is lost, whatever the text and the width")
  func words() {
    var seeds = Seeded(11)
    for _ in 0..<400 {
      let words = (0..<Int.random(in: 1..<40, using: &seeds)).map { _ in
        String(repeating: "x", count: Int.random(in: 1...9, using: &seeds))
      }
      let text = words.reduce("") {
        $0 + ($0.isEmpty ? "" : Int.random(in: 0..<6, using: &seeds) == 0 ? "\n" : " ") + $1
      }
      let width = Int.random(in: 9..<60, using: &seeds)
      let rows = CaptionBox.broken(text, width)
      #expect(rows.allSatisfy { $0.columns <= width })
      #expect(rows.flatMap { $0.split(separator: " ").map(String.init) } == words)
      #expect(CaptionBox.rows(text, width: width + 4) == rows.count + 2)
    }
  }

  @Test("The presenter's notes stand below the caption, in another style, with --notes only")
  func notes() throws {
    try perform("say one", "note \"ask them\"")
    #expect(CaptionBox.rows(session.view, width: 20) == 3)
    #expect(!box(20, 4).joined().contains("ask"))
    try perform("set notes on")
    #expect(CaptionBox.rows(session.view, width: 20) == 4)
    #expect(box(20, 4)[1...2] == ["│ one              │", "│ note: ask them   │"])
    // A note without a caption has a box of its own, and without --notes there is none.
    try perform("say \"\"", "note alone")
    #expect(box(20, 3)[1] == "│ note: alone      │")
    try perform("set notes off")
    #expect(CaptionBox.rows(session.view, width: 20) == 0 && box(20, 3) == ["", "", ""])
  }

  @Test("Notes stay where a caption is longer than its box: each has half of the rows, and what the other leaves")
  func notesOfLongCaptions() throws {
    try perform("set notes on", "say \"a\\nb\\nc\\nd\\ne\"", "note one", "note two")
    func inside(_ height: Int) -> [String] {
      box(30, height).dropFirst().dropLast().map { String($0.filter { $0 != " " && $0 != "│" }) }
    }
    #expect(inside(9) == ["a", "b", "c", "d", "e", "note:one", "note:two"])
    #expect(inside(7) == ["a", "b", "c…", "note:one", "note:two"])
    #expect(inside(5) == ["a", "b…", "note:one…"])
    #expect(inside(4) == ["a…", "note:one…"] && box(50, 4)[3].contains("e shows all"))
    try perform("say short", "note \"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24\"")
    #expect(inside(5)[0] == "short" && inside(5)[2].hasSuffix("…"))
    // In each window the box has two rows of text then, and more where they are.
    for (height, rows) in [(12, 4), (16, 6), (24, 10)] {
      let needs = LayoutNeeds(pages: 256, layer: .both, captionRows: 12, hasNotes: true)
      #expect(Layout(width: 40, height: height, needs)?.caption?.height == rows)
    }
  }

  @Test("From the first caption on it has room for the one that is longest with its notes, so that nothing moves")
  func room() throws {
    try load("say one\npause\nsay \"two\\nlines\"\nnote a\nnote b\npause\nsay \"x\\ny\\nz\"\npause")
    var rows: [Int] = []
    for notes in ["off", "on"] {
      try perform("set notes \(notes)")
      for _ in 0..<3 where notes == "off" { try goOn() }
      for _ in 0..<3 {
        rows.append(CaptionBox.rows(session.view, width: 20))
        _ = try? perform(notes == "off" ? "caption previous" : "caption next")
      }
    }
    #expect(rows == [5, 5, 5, 6, 6, 6])
  }

  @Test("The log keeps what was done, however many captions come or are seen again, and however much was expected")
  func log() throws {
    func lines() -> [String] {
      var canvas = Canvas(width: 60, height: 3)
      LogPane.draw(Snapshot(session, Interface(), width: 80, height: 24), on: &canvas, canvas.area)
      return canvas.textLines
    }
    try perform("create \(word("a")) 4p sparse", "allocate 1p", "expect page 0 allocated")
    #expect(lines()[1].contains("r1: 1 page at 0x0") && lines()[2].contains("as expected: page 0 allocated"))
    for _ in 0..<40 { try perform("expect page 0 allocated") }
    try perform("say one", "say two")
    for _ in 0..<40 { try perform("caption previous", "caption next") }
    #expect(lines()[1] != "" && lines()[2].contains("r1: 1 page at 0x0"))
  }

  @Test("What steers a terminal is shown in it, and not obeyed")
  func hostile() throws {
    try perform("say \"a\\x1b[31m b\"", "set notes on", "note \"c\\x07d\"")
    let text = box(40, 5).joined()
    #expect(!text.unicodeScalars.contains { $0.value < 32 || (0x7f..<0xa0).contains($0.value) })
  }

  @Test("Captions of lessons need three rows of text in 80 columns at most", arguments: LessonTests.numbers)
  func lessons(number: Int) throws {
    let lesson = try Lesson.all()[number - 1]
    for script in [try lesson.whole(refusal: nil, isLast: false), lesson.otherwise] {
      for step in script.steps {
        guard let text = step.command.caption else { continue }
        #expect(CaptionBox.rows(text, width: 80) <= 5, "\(step.position): \(CaptionBox.broken(text, 76))")
      }
    }
  }
}
