import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import Inspector
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

@Suite("Since when a page is dirty, in its pane and in its line")
final class DirtinessTests: SessionSuite {
  private func draw(_ width: Int, showsTimes: Bool = true, layer: Layer = .both) throws -> [[String]] {
    try perform("layer \(layer.rawValue)")
    var interface = Interface()
    var probe = KernelProbe()
    let begun = ContinuousClock.now
    let sample = probe.sample(KernelRequest(try #require(session.sampledFile), pages: 0..<16, cursor: 0))
    session.take(sample, begun: begun, at: .now)
    (interface.kernel, interface.showsTimes) = (sample, showsTimes)
    let shown = Snapshot(session, interface, width: width, height: 24)
    var (pane, line) = (Canvas(width: width, height: 12), Canvas(width: width, height: 1))
    _ = PagePane.drawFacts(shown, on: &pane, pane.area)
    PageLine.draw(shown, on: &line, line.area)
    return [pane.textLines, line.textLines]
  }

  @Test("Both say it as a time of day, where there is room, and only where times are shown and a sample saw it")
  func shown() throws {
    try perform("create \(word("a")) 64k", "allocate 1p", "write r1 zero")
    let all = try draw(80).map { $0.joined(separator: "\n") }
    guard session.dirtiness(ofPage: 0) != nil else { try skip("what is dirty is unknown here, or nothing is") }
    for text in all {
      #expect(text.contains(#/dirty since \d\d:\d\d:\d\d/#), "\(text)")
      #expect(text.contains(#/due +(by about \d\d:\d\d:\d\d|never|unknown)/#), "\(text)")
    }
    for lines in try draw(80, showsTimes: false) + draw(80, layer: .library) {
      #expect(!lines.joined().contains("since") && !lines.joined().contains("due"))
    }
    // No word is cut, and no part of a time is another time.
    for width in 20...80 {
      for text in try draw(width).joined() {
        let times = text.split(separator: " ").filter { $0.contains(":") && !$0.contains("…") }
        #expect(times.allSatisfy { $0.contains(#/^\d\d:\d\d:\d\d,?…?$/#) }, "\(width): \(text)")
      }
    }
    try perform("sync r1")
    #expect(try !draw(80).joined().contains { $0.contains("since") || $0.contains("due") })
  }
}
