import Inspector
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("The page's pane")
struct PagePaneTests {
  @Test("Where samples come late to be gentle, it says how often they come", arguments: [false, true])
  func delay(isLate: Bool) throws {
    let folder = try TemporaryFolder()
    let session = try Session()
    try session.play(lines: ["create \(Word.quote(folder.file("a").string)) 1m", "layer both"])
    var interface = Interface()
    interface.delay = isLate ? .milliseconds(1260) : nil
    var canvas = Canvas(width: 40, height: 10)
    let rows = PagePane.drawFacts(Snapshot(session, interface, width: 80, height: 24), on: &canvas, canvas.area)
    #expect(canvas.textLines[..<rows].contains { $0.hasPrefix("sampled every 1.3 s") } == isLate)
  }
}
