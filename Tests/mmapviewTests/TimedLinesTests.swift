import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import Inspector
@testable import mmapview

@Suite("The log's times")
struct TimedLinesTests {
  private func event(_ lines: [String], _ duration: Duration? = nil) -> Event {
    var event = Event(.done, lines)
    event.time = WallTime(sinceEpoch: .seconds(1_700_000_000))
    event.cost = duration.map(ActCost.init(time:))
    return event
  }

  private func draw(_ event: Event, _ width: Int, rows: Int = 4, _ glyphs: Glyphs = .unicode) -> [String] {
    var canvas = Canvas(width: width, height: rows)
    let rows = TimedLines(event, showsTimes: true).rows(width, atMost: rows, glyphs)
    for (index, row) in rows.enumerated() { row.draw(on: &canvas, in: canvas.area.row(index), .plain) }
    return canvas.textLines
  }

  @Test("A row has the time, what was done, and at its end how long it took")
  func oneRow() {
    let time = "\(WallTime(sinceEpoch: .seconds(1_700_000_000)))"
    let row = draw(event(["wrote r1"], .microseconds(8)), 40, rows: 1)[0]
    #expect(row == "\(time) wrote r1".padded(to: 34) + "8.0 µs" || row.hasSuffix("µs") && row.columns == 40)
    #expect(draw(event(["wrote r1"], .microseconds(8)), 40, rows: 1, .ascii)[0].hasSuffix(" us"))
    #expect(draw(event(["hello"]), 40, rows: 1)[0] == "\(time) hello")
  }

  @Test("All that an act cost stands beside what it did, or in a row of its own, and what is unknown is left out")
  func costs() {
    var act = event(["evicted 2 pages"], .microseconds(8))
    var cost = ActCost(time: .microseconds(8))
    (cost.minorFaults, cost.majorFaults, cost.pages, cost.bytesRead) = (2, 1, -2, 4096)
    act.cost = cost
    let all = "8.0 µs · 3 faults, 1 major · -2 pages · 4 KiB read"
    #expect(draw(act, 100)[0].hasSuffix(all) && draw(act, 100)[1].isEmpty)
    let narrow = draw(act, 60)
    #expect(narrow[0].hasSuffix("evicted 2 pages") && narrow[1].hasSuffix(all) && narrow[1].columns == 60)
    #expect(draw(act, 60, rows: 1)[0].hasSuffix("8.0 µs"))
    var canvas = Canvas(width: 100, height: 1)
    TimedLines(act, showsTimes: true, showsCosts: false).rows(100, .unicode)[0].draw(
      on: &canvas, in: canvas.area, .plain)
    #expect(canvas.textLines[0].hasSuffix(" 8.0 µs"))
  }

  @Test("Wrapped rows stand under the first, no word is cut, and the time it took is in no word's way")
  func wraps() {
    let words = (1...30).map { "word\($0 * 7)" }
    for width in 30...90 {
      let rows = draw(event([words.joined(separator: " ")], .milliseconds(42)), width, rows: 60).filter { !$0.isEmpty }
      #expect(rows[0].hasSuffix("42 ms") && rows.allSatisfy { $0.columns <= width })
      #expect(rows.dropFirst().allSatisfy { $0.hasPrefix("           word") }, "\(rows)")
      let found = rows.flatMap { $0.split(separator: " ").map(String.init).filter { $0.hasPrefix("word") } }
      #expect(found == words)
    }
  }

  @Test("Where there is no room for both, words go before the duration, and an ellipsis says that more follows")
  func noRoom() {
    let rows = draw(event(["wrote r1 with counter, 16 pages"], .microseconds(8)), 42, rows: 1)
    #expect(rows[0].hasSuffix("wrote r1 with counter, 16 pages"))
    let cut = draw(event(["a sentence that has many more words than there is room for"], .seconds(3)), 40, rows: 1)
    #expect(cut[0].hasSuffix("…") && !cut[0].contains("3.0 s"))
  }

  @Test("Short lines share a row where not each has its own, and the last row says how many are hidden")
  func manyLines() {
    let steps = event((1...5).map { "worker \($0): page \($0)" })
    #expect(draw(steps, 60, rows: 5)[4] == "         worker 5: page 5")
    let times = draw(steps, 60, rows: 3).map { String($0.dropFirst(9)) }
    #expect(
      times == ["worker 1: page 1 · worker 2: page 2", "worker 3: page 3 · worker 4: page 4", "worker 5: page 5"])
    #expect(draw(steps, 60, rows: 2)[1].hasSuffix(" worker 3: page 3 · worker 4: page 4… +1 line"))
    #expect(draw(steps, 40, rows: 1)[0].hasSuffix(" worker 1: page 1… +4 lines"))
    let cut = TimedLines(steps, showsTimes: true).rows(60, atMost: 2, .unicode)
    #expect(cut.map(\.isCut) == [false, true])
  }

  @Test("The log's head says where the rest is, and an older event keeps its beginning")
  func cutLog() throws {
    let folder = try TemporaryFolder()
    let session = try Session()
    try session.play(lines: ["create \(Word.quote(folder.file("a").string)) 64k"])
    func lines() -> [String] {
      var canvas = Canvas(width: 40, height: 3)
      LogPane.draw(Snapshot(session, Interface(), width: 80, height: 24), on: &canvas, canvas.area)
      return canvas.textLines
    }
    session.note(event(["one two three four five six seven eight nine ten eleven"]))
    session.note(event(["the newest"]))
    #expect(lines()[1] == " one two three four five six seven…" && lines()[2] == " the newest")
    #expect(lines()[0].hasPrefix("── log · e shows all ──"))
    for _ in 0..<2 { session.note(event(["short"], .seconds(1))) }
    #expect(lines()[0].hasPrefix("── log ──"))
  }

  @Test("Only a word that is wider than a row is cut")
  func longWords() {
    #expect(wrapped("aa bbbbbbbbbbbbb cc", 16) == ["aa", "  bbbbbbbbbbbbb", "  cc"])
    #expect(wrapped("aa " + String(repeating: "b", count: 30), 16).allSatisfy { $0.columns <= 16 })
    #expect(wrapped("  " + String(repeating: "b", count: 30), 16).joined().contains("bb"))
  }

  @Test(
    "The log pane draws them where times are shown, with the seconds alone in a narrow window", arguments: [50, 80])
  func pane(width: Int) throws {
    let folder = try TemporaryFolder()
    let session = try Session()
    try session.play(lines: ["create \(Word.quote(folder.file("a").string)) 64k"])
    session.note(event(["did something"], .milliseconds(3)))
    for showsTimes in [false, true] {
      var interface = Interface()
      interface.showsTimes = showsTimes
      let canvas = Screen.draw(Snapshot(session, interface, width: width, height: 24))
      let row = canvas.textLines.first { $0.contains("did something") } ?? ""
      let time = width < 60 ? #/^ :\d\d did something +3.0 ms$/# : #/^ \d\d:\d\d:\d\d did something +3.0 ms$/#
      #expect(row.contains(time) == showsTimes, "\(row)")
      #expect(showsTimes || row.hasPrefix(" did something"))
    }
  }

  @Test("Lines with times of their own have no other")
  func ownTimes() {
    var own = Event(.output, ["09:41:07.250 pages 10-11: dirty"], hasOwnTimes: true)
    own.time = WallTime(sinceEpoch: .seconds(1_700_000_000))
    #expect(draw(own, 40, rows: 1)[0] == "09:41:07.250 pages 10-11: dirty")
  }

  @Test("The whole log over the panes has them too")
  func overlay() {
    var canvas = Canvas(width: 60, height: 10)
    Overlay(log: [event(["wrote r1"], .seconds(2))], showsTimes: true).draw(on: &canvas, canvas.area, .unicode)
    #expect(canvas.textLines[0].contains(/^  \d\d:\d\d:\d\d wrote r1 +2.0 s$/), "\(canvas.textLines[0])")
  }
}
