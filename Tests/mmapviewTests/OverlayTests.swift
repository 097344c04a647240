import Inspector
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("What lies over the panes")
struct OverlayTests {
  @Test("What fits is left by any key; what does not is scrolled to both its ends")
  func scrolls() {
    let area = Area(x: 0, y: 1, width: 40, height: 11)
    /// The rows after a key, or none if it ended the overlay.
    func press(_ key: Key, _ overlay: inout Overlay) -> [String] {
      guard overlay.scroll(key, area) else { return [] }
      var canvas = Canvas(width: 40, height: 12)
      overlay.draw(on: &canvas, area, .unicode)
      return canvas.textLines
    }
    var short = Overlay(["one", "two"])
    let nothing = press(.down, &short)
    #expect(nothing.isEmpty)
    var long = Overlay((1...30).map { "line \($0)" })
    let keys: [Key] = [.down, .up, .up, .pageDown, .end, .down, .pageUp, .home]
    let frames = keys.map { press($0, &long) }
    #expect(frames.map { $0[1] } == [2, 1, 1, 10, 21, 21, 12, 1].map { "  line \($0)" })
    #expect(frames[0][10] == "  line 11")
    #expect(frames[0][11].hasPrefix("  2-11 of 30"))
    let ends = [press(.escape, &long), press(.character("q"), &long)]
    #expect(ends == [[], []])
  }

  @Test("A caption that is shown again is in the whole log once")
  func captions() throws {
    let session = try Session()
    try session.play(lines: ["say \"The first.\"", "say \"The second.\"", "caption previous", "caption next"])
    var canvas = Canvas(width: 40, height: 12)
    Overlay(log: session.log, showsTimes: false).draw(on: &canvas, canvas.area, .unicode)
    let lines = canvas.textLines.filter { $0.contains("The ") }
    #expect(lines.map { $0.drop { $0 == " " } } == ["The first.", "The second."])
  }

  @Test("Lines that are too wide are broken, so that help can be read in the narrowest window")
  func wraps() {
    var canvas = Canvas(width: 40, height: 40)
    Overlay(HelpText.commands(.ascii) + HelpText.keys(.ascii)).draw(
      on: &canvas, Area(x: 0, y: 0, width: 40, height: 40), .ascii)
    #expect(canvas.textLines.allSatisfy { $0.count <= 40 && $0.utf8.allSatisfy { $0 < 128 } })
  }
}
