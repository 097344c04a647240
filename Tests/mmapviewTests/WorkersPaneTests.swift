import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("The workers pane")
final class WorkersPaneTests: SessionSuite {
  override init() throws {
    try super.init()
    try perform("create \(word("a")) 1m")
  }

  func draw(_ width: Int, _ height: Int, _ interface: Interface = Interface()) -> [String] {
    var canvas = Canvas(width: width, height: height)
    WorkersPane.draw(Snapshot(session, interface, width: width, height: height), on: &canvas, canvas.area)
    return canvas.textLines
  }

  @Test("Workers that take turns show the same wherever they are played, with no figure of time")
  func stepped() throws {
    try play("workers start 3 mode=stepped seed=7 flush=sync ops=3", "workers step 7")
    #expect(
      draw(35, 6) == [
        "3 take turns · seed 7", "1 operation · press . to step", "1 written   page 1            0 ops",
        "2 allocated page 3             1 op", "3 allocated page 2            0 ops", "",
      ])
    // Without room for all the heading is the first to go; the last row has all workers that have none of their own.
    #expect(
      draw(35, 3) == [
        "1 written   page 1            0 ops", "2 allocated page 3             1 op",
        "3 allocated page 2            0 ops",
      ])
    #expect(draw(35, 2) == ["2 allocated page 3             1 op", "#3 allocated p2 · #1 written p1"])
    #expect(draw(50, 1) == ["#2 allocated p3 · #3 allocated p2 · #1 written p1"])
    #expect(draw(35, 1) == ["#2, 3 allocated · #1 written"])
    #expect(draw(25, 1) == ["#2, 3 allocated · 1 more"])
    #expect(draw(9, 1) == ["3 workers"])
    var ascii = Interface()
    ascii.glyphs = .ascii
    #expect(draw(35, 6, ascii).joined().utf8.allSatisfy { $0 < 128 })
    try play("workers pause")
    #expect(draw(35, 1) == ["workers paused · seed 7"])
    try play("workers resume", "workers wait")
    #expect(
      draw(35, 4) == [
        "workers have ended · seed 7", "9 operations", "1 done                        3 ops", "#2 done · #3 done",
      ])
  }

  @Test("In a lesson neither a pane nor an answer offers what the lesson does not take")
  func lesson() throws {
    try play("workers start 2 mode=stepped", "workers step 3", "goto 200")
    func answer() -> String? {
      let action = KeyMap.action(.character("w"), session, Interface(), GridShape(columns: 16, rows: 4))
      guard case .refuse(let text) = action else { return nil }
      return text
    }
    #expect(draw(35, 6)[1].contains("press . to step") && answer()?.contains("a allocates") == true)
    session.host.isInLesson = true
    #expect(!draw(35, 6)[1].contains("press") && answer() == "page 200 belongs to no range")
    #expect(GridView.noFile(isInLesson: false).contains(":open"))
    #expect(!GridView.noFile(isInLesson: true).contains(":"))
  }

  @Test("Of threads that have ended the averages are left, and what was not measured is a dash")
  func ended() throws {
    try play("workers start 2 flush=async size=2p ops=5", "workers wait")
    let lines = draw(43, 9)
    #expect(lines[0] == "workers have ended")
    #expect(try #/average [\d.]+ [kMG]B/s · 10 operations/#.wholeMatch(in: lines[1]) != nil, "\(lines)")
    #expect(try #/write p50 \d.* p99 \d.* max \d.*s/#.wholeMatch(in: lines[2]) != nil, "\(lines)")
    #expect(try #/flush p50 \d.* p99 \d.* max \d.*s/#.wholeMatch(in: lines[3]) != nil, "\(lines)")
    #expect(try #/1 done +5 ops +[\d.]+ [kMG]B/s/#.wholeMatch(in: lines[4]) != nil, "\(lines)")
    #expect(lines[6...].joined().isEmpty)
    // New ones are a shift of their own.
    try play("workers start 1 delay=10s flush=sync")
    #expect(draw(48, 1)[0].hasPrefix("1 at work · now – · average "))
    #expect(draw(43, 9)[2] == "–")
    let none = try Session().workers.latencies(of: .sync)
    #expect(latencyLine("sync", none, .unicode, 43).hasPrefix("sync  p50 –      p99 –      max –"))
    #expect(draw(43, 9)[5].hasPrefix("3 "))
    session.shutDown()
  }

  @Test("In every room the heading comes first, no line is cut in a figure, and nothing traps")
  func rooms() throws {
    try play("workers start 12 flush=async ops=2", "workers wait")
    var interface = Interface()
    let start = ContinuousClock.now
    for second in 0..<40 {
      interface.throughput.measure([1: second * second * 1000], isMoving: true, at: start + .seconds(second))
    }
    for width in 29...60 {
      for height in 1...20 {
        let lines = draw(width, height, interface)
        #expect(lines[0].hasPrefix("workers have ended"))
        for line in lines where line.hasSuffix("/s") || line.hasPrefix("write") {
          #expect(try #/.* ([kMG]B/s|\d+(\.\d+)? ?(ns|µs|ms|s))/#.wholeMatch(in: line) != nil, "\(line)")
        }
      }
    }
    let all = draw(60, 20, interface)
    #expect(all[1] == "24 operations")
    #expect(all[2].count == 30 + "  top 77 kB/s".count)
    #expect(all[2].hasPrefix("▃▃▃▃▃▄▄▄▄▄▅"))
    #expect(draw(30, 20, interface)[2].count == 30)
  }

  @Test("A worker's line drops what has no room, the operations first")
  func columns() throws {
    try play("workers start 2 size=3p mode=stepped", "workers step 8")
    let wide = draw(43, 4)[2]
    #expect(wide.contains("pages "))
    #expect(try #/1 \w+ +page \d\d? +\d ops?/#.wholeMatch(in: draw(30, 4)[2]) != nil)
    #expect(try #/1 \w+ +p\d\d? +\d ops?/#.wholeMatch(in: draw(25, 4)[2]) != nil)
    #expect(try #/1 \w+ +page \d\d?/#.wholeMatch(in: draw(23, 4)[2]) != nil)
  }

  @Test("Speed is measured over whole seconds of work, and begins again with a shift")
  func throughput() throws {
    var throughput = Throughput()
    let start = ContinuousClock.now
    throughput.measure([1: 0, 2: 0], isMoving: true, at: start)
    throughput.measure([1: 900, 2: 0], isMoving: true, at: start + .milliseconds(900))
    #expect(throughput.now == nil && throughput.samples.isEmpty)
    // Worker 3 came late.
    throughput.measure([1: 1000, 2: 3000, 3: 500], isMoving: true, at: start + .seconds(1))
    #expect(throughput.now == 4500 && throughput.samples == [4500])
    #expect(throughput.now(of: 1) == 1000 && throughput.now(of: 2) == 3000 && throughput.now(of: 3) == nil)
    throughput.measure([1: 1000, 2: 3000, 3: 500], isMoving: false, at: start + .seconds(9))
    #expect(throughput.now == nil && throughput.now(of: 1) == nil && throughput.samples == [4500])
    throughput.measure([1: 1000, 2: 3000, 3: 500], isMoving: true, at: start + .seconds(20))
    throughput.measure([1: 1000, 2: 3000, 3: 2500], isMoving: true, at: start + .seconds(22))
    #expect(throughput.now == 1000, "the halt is not measured")
    throughput.measure([4: 0], isMoving: true, at: start + .seconds(23))
    #expect(throughput.samples.isEmpty && throughput.now == nil)
  }

  @Test("Bars are as high as their part of the greatest, times have two digits or three")
  func figures() {
    #expect(sparkline([0, 1, 2, 3.5, 7], Glyphs.unicode.levels) == "▁▂▃▅█")
    #expect(sparkline([0, 0], Glyphs.unicode.levels) == "▁▁")
    #expect(sparkline([], Glyphs.unicode.levels).isEmpty)
    #expect(sparkline([0, 9], Glyphs.ascii.levels) == "_#")
    for (time, text) in [
      (Duration.nanoseconds(7), "7 ns"), (.nanoseconds(999), "999 ns"), (.nanoseconds(1234), "1.2 µs"),
      (.nanoseconds(9960), "10 µs"), (.nanoseconds(999_600), "1.0 ms"), (.milliseconds(3), "3.0 ms"),
      (.milliseconds(345), "345 ms"), (.seconds(2), "2.0 s"), (.seconds(1234), "1234 s"),
    ] { #expect(short(time, .unicode) == text) }
    #expect(short(.microseconds(2), .ascii, "") == "2.0us")
    #expect([9999, 10_000, 12_345_678].map(shortCount) == ["9999", "10k", "12M"])
  }
}
