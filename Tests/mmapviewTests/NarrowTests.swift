import Inspector
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("Narrow windows")
struct NarrowTests {
  private func frame(_ width: Int, _ height: Int, named name: String = "a.bin", asks: Bool = false) throws -> [String] {
    let folder = try TemporaryFolder()
    let session = try Session()
    try session.perform(lines: [
      "create \(Word.quote(folder.file(name).string)) 4m", "layer library", "allocate 3p", "write r1 random:1234567890",
    ])
    var interface = Interface()
    interface.isAskingToQuit = asks
    return Screen.draw(Snapshot(session, interface, width: width, height: height)).textLines
  }

  @Test("Whole facts are left out before any is cut, and what is cut says so")
  func facts() throws {
    let widest = try frame(120, 24)[0]
    guard widest.hasSuffix("writable") else { try skip("the title says more on a file system in memory") }
    #expect(try frame(40, 12)[0] == " a.bin · 4 MiB · library · writable")
    #expect(try frame(60, 16)[0] == " a.bin · 4 MiB · 1024 pages · library · writable")
    #expect(try frame(80, 24)[0] == " a.bin · 4 MiB · 1024 pages · 1 page a cell · library · writable")
    #expect(
      try frame(40, 12, named: String(repeating: "name", count: 20))[0] == " namenamenamenamenamenamenam… · writable")
    #expect(try frame(40, 12, named: String(repeating: "漢字", count: 20))[0] == " 漢字漢字漢字漢字漢字漢字漢… · writable")
    let pane = try frame(60, 16)
    #expect(pane[3].hasSuffix("range   r1, pages 0-2"))
    #expect(pane[4].hasSuffix("bytes   random:1234567890"))
    #expect(try frame(80, 24)[3].hasSuffix("range   r1, pages 0-2, by command"))
    // A pattern that was cut would be another one.
    #expect(try frame(40, 12)[7] == " page 0 written, r1, random:1234567890")
  }

  @Test("The question before the end keeps all its answers")
  func question() throws {
    let answers = "s sync and quit  q quit  Esc stay"
    #expect(try frame(80, 24, asks: true)[23] == " 3 pages written and not durable: " + answers)
    #expect(try frame(40, 12, asks: true)[10...] == [" 3 pages written and not durable:", " " + answers])
    #expect(try frame(20, 6, asks: true).joined(separator: " ").contains("Esc"))
  }

  @Test("Text is cut and broken by columns, at blanks where there are any near")
  func cuts() {
    #expect(shortened("the library's layer", 15, .unicode) == "the library's…")
    #expect(shortened("incomprehensibilities", 10, .unicode) == "incompreh…")
    #expect(shortened("漢字漢字", 5, .unicode) == "漢字…")
    #expect(shortened("漢字漢字", 6, .ascii) == "漢...")
    #expect(shortened("fits", 4, .unicode) == "fits")
    // An ellipsis stands at the word before it, whether that was cut or what follows it.
    #expect(shortened("one, two", 7, .unicode) == "one…" && abridged("one,", 7, .unicode) == "one…")
    #expect(abridged("one two", 8, .unicode) == "one two…" && abridged("one two", 7, .unicode) == "one…")
    #expect(wrapped("漢字漢字 漢字漢字", 9) == ["漢字漢字", "  漢字漢", "  字"])
    #expect(wrapped("one two three four five six", 10, rows: 2, .unicode) == ["one two", "  three…"])
    #expect(fitting(["r1", "pages 0-2", "by worker 1"], 14, .unicode) == "r1, pages 0-2")
    for width in 0..<12 {
      #expect(shortened("漢字 and more", width, .unicode).columns <= max(1, width))
      #expect(fitting(["漢字", "more"], width, .unicode).columns <= max(1, width))
    }
  }
}
