import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import Inspector
@testable import mmapview

@Suite("The strip of the last minute")
struct HistoryStripTests {
  private static let start = ContinuousClock.now

  private func value(_ cached: Int, _ dirty: Int?, _ writeback: Int?) -> KernelHistory.Value {
    KernelHistory.Value(cached: cached, dirty: dirty, writeback: writeback)
  }

  private func history(_ values: [(second: Double, KernelHistory.Value)]) -> KernelHistory {
    var history = KernelHistory(from: Self.start)
    for (second, value) in values {
      history.take(
        value, at: Self.start + .seconds(second), WallTime(sinceEpoch: .seconds(1_700_000_000 + Int(second))))
    }
    return history
  }

  @Test("Each second with a sample has the most of its samples, and others have none")
  func seconds() {
    let history = history([
      (0, value(1, 1, 0)), (0.2, value(9, 0, 3)), (0.9, value(2, 0, 0)), (3, value(4, nil, nil)), (59, value(5, 0, 0)),
    ])
    let steps = history.steps(of: 1)
    #expect(steps.count == 60 && steps[0] == value(9, 1, 3) && steps[3] == value(4, nil, nil))
    #expect(steps[59] == value(5, 0, 0) && steps.compactMap { $0 }.count == 3)
    #expect(history.steps(of: 4).first == value(9, 1, 3) && history.steps(of: 4).count == 15)
  }

  @Test("A minute is kept, whatever comes and however long the rest before was")
  func limit() {
    let busy = history((0..<5000).map { (Double($0) / 4, value($0, 0, 0)) })
    #expect(busy.steps(of: 1).compactMap { $0 }.count == 60)
    #expect(busy.steps(of: 1).last == value(4999, 0, 0))
    let rested = history([(0, value(1, 1, 1)), (1000, value(2, 0, 0))])
    #expect(rested.steps(of: 1).compactMap { $0 } == [value(2, 0, 0)])
  }

  @Test("A part of the file has no more pages in a state than the whole had in that second")
  func parts() {
    var history = history([(0, value(9, 2, 0)), (1, value(9, 2, 0))])
    history.take(part: value(4, 4, 3), at: Self.start + .seconds(1.5))
    #expect(history.steps(of: 1).suffix(2) == [value(9, 2, 0), value(9, 4, 3)])
    history.take(part: value(4, 4, 0), at: Self.start + .seconds(2))
    #expect(history.steps(of: 1).last == value(9, 4, 3), "a second in which the whole was not counted")
    history.take(part: value(3, 0, 1), at: Self.start + .seconds(2.1))
    history.take(value(9, 0, 0), at: Self.start + .seconds(2.2), .now)
    #expect(history.steps(of: 1).last == value(9, 4, 1))
  }

  @Test(
    "What a command counted is in the strip",
    arguments: ["status", "status json", "kernel all", "expect kernel cached 16", "expect kernel cached 16 within 5s"])
  func commands(line: String) throws {
    let folder = try TemporaryFolder()
    let session = try Session()
    defer { session.shutDown() }
    try session.play(lines: [
      "create \(Word.quote(folder.file("a").string)) 64k", "allocate 64k", "write r1 counter", line,
    ])
    #expect(session.kernelHistory.steps(of: 60).first??.cached == 16)
  }

  private func draw(
    _ history: KernelHistory, _ width: Int, _ height: Int, ascii: Bool = false, showsTimes: Bool = true
  ) throws -> Canvas {
    let folder = try TemporaryFolder()
    let session = try Session()
    try session.play(lines: ["create \(Word.quote(folder.file("a").string)) 64k", "layer both"])
    var interface = Interface()
    (session.document.kernelHistory, interface.showsTimes) = (history, showsTimes)
    if ascii { interface.glyphs = .ascii }
    var canvas = Canvas(width: width, height: height)
    HistoryStrip.draw(Snapshot(session, interface, width: width, height: 24), on: &canvas, canvas.area)
    return canvas
  }

  @Test("Each graph has a bar a second and its maximum, and the head says which minute it is")
  func drawing() throws {
    let history = history(
      (0..<60).map { (Double($0), value(256, $0 < 30 ? 0 : 16 * ($0 - 29) / 30, $0 == 59 ? 4 : 0)) })
    let lines = try draw(history, 80, 4).textLines
    let end = "\(WallTime(sinceEpoch: .seconds(1_700_000_059)))"
    #expect(lines[0].hasPrefix("── pages, 60 s to \(end) ──"))
    #expect(lines[1] == " cached    max 256 " + String(repeating: "█", count: 60))
    #expect(lines[2].hasPrefix(" dirty     max 16  " + String(repeating: "▁", count: 30)) && lines[2].hasSuffix("██"))
    #expect(lines[3] == " writeback max 4   " + String(repeating: "▁", count: 59) + "█")
    // Times of day are of this run: a frame for comparison has none.
    #expect(try draw(history, 80, 4, showsTimes: false).textLines[0].hasPrefix("── pages, last 60 s ──"))
    #expect(try !draw(history, 80, 3).textLines.joined().contains(end))
  }

  @Test("What was not looked at stays blank, and what is not known is said to be unknown")
  func gaps() throws {
    let lines = try draw(history([(0, value(9, nil, nil)), (59, value(3, nil, nil))]), 80, 4).textLines
    #expect(lines[1] == " cached    max 9 " + "█" + String(repeating: " ", count: 58) + "▃")
    #expect(lines[2] == " dirty     max –")
    #expect(try draw(KernelHistory(), 80, 4).textLines[1] == " not known yet")
  }

  @Test(
    "Any size has the whole minute, in steps that it has room for, and draws nothing outside",
    arguments: [1, 2, 3, 4, 6])
  func sizes(height: Int) throws {
    let history = history((0..<60).map { (Double($0), value(1 << 30, $0 % 7, $0 % 3)) })
    for width in 40...120 {
      let canvas = try draw(history, width, height)
      let bars = canvas.cells.count { "▁▂▃▄▅▆▇█".unicodeScalars.contains($0.glyph) }
      #expect(bars >= 6 && (height < 3 || bars % 3 == 0) && bars <= 180, "\(canvas.textLines)")
      #expect(canvas.textLines.joined().contains("60 s"))
      if height >= 3 { #expect(canvas.textLines.joined().contains("max 1073741824")) }
    }
  }

  @Test("It speaks ASCII")
  func ascii() throws {
    let history = history((0..<60).map { (Double($0), value($0, $0 % 7, 0)) })
    for height in [1, 3, 4] {
      #expect(try draw(history, 80, height, ascii: true).textLines.joined().unicodeScalars.allSatisfy(\.isASCII))
    }
  }

  @Test("Its figures are measured: a frame that is kept is not compared by them")
  func measured() throws {
    let canvas = try draw(history([(0, value(9, 2, 1))]), 80, 4)
    for y in 1..<4 { #expect(canvas.row(y).allSatisfy { $0.glyph == " " || $0.style.isMeasured }) }
  }
}
