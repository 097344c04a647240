import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector
@testable import PageCache

@Suite("Faults that are watched", .enabled(if: watchedFaultsRefusal == nil, "\(watchedFaultsRefusal ?? "")"))
final class FaultsTests: SessionSuite {
  // Windows of 16 pages are mapped around a page that is read.
  private static let window = 16

  deinit { session.shutDown() }

  /// Opens a file of 512 pages that is in memory, and has a program map it.
  private func start(_ steps: [String]) throws -> Toucher {
    try folder.put("a", inPages: 512)
    try perform("open \(word("a"))")
    return try Toucher(folder.file("a"), steps)
  }

  private func seen() throws -> Set<Int> { Set(try #require(session.document.faults).runs.joined()) }

  private var said: [String] { session.log.flatMap(\.lines) }

  /// Waits until the log has a line.
  private func waitFor(_ text: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !said.contains(where: { $0.contains(text) }) {
      try #require(ContinuousClock.now < deadline, "\(text): \(said)")
      session.wakeUp.wait(atMost: .seconds(1))
      session.collect()
    }
  }

  @Test("What is seen of random touches is among them, and has each page that no other is near")
  func randomTouches() throws {
    var generator = SystemRandomNumberGenerator()
    let rounds = (0..<20).map { _ in
      (0..<Int.random(in: 1...20, using: &generator)).map { _ in Int.random(in: 0..<512, using: &generator) }
    }
    let toucher = try start(
      rounds.flatMap { ["read " + $0.map(String.init).joined(separator: ","), "unmap", "map"] })
    for touched in rounds {
      try perform("faults \(toucher.processID)")
      #expect(toucher.step())
      #expect(try seen().isSubset(of: touched))
      for page in touched where !touched.contains(where: { $0 != page && abs($0 - page) < Self.window }) {
        try perform("expect faulted \(page)")
      }
      #expect(toucher.step() && toucher.step())
    }
    #expect(said.count { $0.contains("a fault is a first touch") } == 1, "it is said once")
  }

  @Test(
    "A burst is one line, and what a thread touches is said to be its; the end of the process is said, and what was seen stays"
  )
  func bursts() throws {
    let toucher = try start(["read 5", "read 100,200,201,300", "thread 400", "end"])
    let name = "Toucher \(toucher.processID)"
    #expect(
      try perform("faults \(toucher.processID)").lines[0]
        == "faults of \(name) on this file are watched until it ends, or `faults off`")
    toucher.step()
    try waitFor("\(name) faulted page 5")
    toucher.step()
    try waitFor("\(name) faulted pages 100, 200, 300: 3 pages")
    toucher.step()
    try waitFor("\(name) faulted page 400, by its thread ")
    #expect(try perform("page 5").lines.contains { $0.hasPrefix("faulted: by \(name), at ") })
    #expect(try !perform("page 6").lines.contains { $0.hasPrefix("faulted") })
    toucher.step()
    try waitFor("\(name) has ended: 5 faults on 5 pages, 0 from storage were seen")
    try perform("expect faulted 400")
    #expect(try refusal(of: "expect faulted 6 within 60s").contains(": the process has ended: expected "))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(perform("faults json").lines[0].utf8)) as? [String: Any])
    #expect(
      json["ended"] as? Bool == true && json["faults"] as? Int == 5 && json["pid"] as? Int == Int(toucher.processID))
    #expect((json["runs"] as? [[String: Int]])?.map { $0["first"] } == [5, 100, 200, 300, 400])
    #expect(said.count { $0.contains("has ended") } == 1)
  }

  @Test("An expectation waits for a fault, and fails when its time is over or it is stopped")
  func expectation() throws {
    let toucher = try start(["read 40"])
    try perform("faults \(toucher.processID)")
    let reason = try refusal(of: "expect faulted 40 within 20ms")
    #expect(
      reason.hasPrefix(
        "expect faulted 40 within 20ms: expected Toucher \(toucher.processID) to have faulted page 40, and it was not seen"
      ),
      "\(reason)")
    session.patience = .milliseconds(1)
    try perform("expect faulted 40 within 60s")
    #expect(session.job != nil)
    toucher.step()
    session.finish()
    #expect(
      said.last?.hasPrefix("as expected: faulted 40") == true || said.contains("as expected: faulted 40"), "\(said)")
    try perform("expect faulted 40-50 within 60s", "stop")
    session.finish()
    #expect(said.contains { $0.contains("stopped: expected") && $0.contains("pages 41-50 were not seen") }, "\(said)")
  }

  @Test("A watch that begins before the file is mapped sees what comes then")
  func early() throws {
    let toucher = try start(["unmap", "map", "read 9"])
    toucher.step()
    #expect(try perform("faults \(toucher.processID)").lines[1].contains("does not have the file mapped now"))
    #expect(toucher.step() && toucher.step())
    try perform("expect faulted 9 within 10s")
  }

  @Test("It ends when another file is opened, by `faults off` and by another watch, and nothing is known then")
  func ends() throws {
    let toucher = try start(["read 9"])
    let other = try Toucher(folder.file("a"), [])
    try perform("faults \(toucher.processID)")
    let feed = try #require(session.document.faults)
    #expect(
      try perform("faults \(other.processID)").lines[0].hasSuffix("; those of Toucher \(toucher.processID) no more"))
    #expect(feed.wasStopped)
    #expect(
      try perform("faults off").lines == [
        "faults of Toucher \(other.processID) are watched no more: 0 faults on 0 pages, 0 from storage were seen"
      ])
    #expect(try perform("faults off").lines == ["no process's faults are watched"])
    #expect(try perform("faults json").lines[0].contains("\"pid\":null"))
    #expect(try refusal(of: "expect faulted 9").contains("`faults PID` watches them"))
    try perform("faults \(toucher.processID)", "open \(word("a"))")
    #expect(session.document.faults != nil, "it is the same file")
    try folder.put("b", [1])
    try perform("open \(word("b"))")
    #expect(session.document.faults == nil && said.contains { $0.hasSuffix("no more: another file is open") })
  }

  @Test(
    "A flood wakes the screen as often as frames are drawn at most, is said in a line a second, and nothing is missed in silence"
  )
  func flood() throws {
    let times = 400
    let toucher = try start(["flood \(times)"])
    try perform("faults \(toucher.processID)")
    session.wakeUp.clear()
    let start = ContinuousClock.now
    kill(toucher.processID, SIGUSR1)
    var wakeUps = 0
    let feed = try #require(session.document.faults)
    while feed.counts.faults + feed.counts.lost < times * 512, ContinuousClock.now - start < .seconds(60) {
      session.wakeUp.wait(atMost: .milliseconds(200))
      wakeUps += 1
      session.collect()
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    #expect(feed.counts.faults + feed.counts.lost >= times * 512, "\(feed.counts)")
    #expect(feed.counts.pages == 512)
    #expect(Double(wakeUps) <= seconds * 31 + 5, "\(wakeUps) in \(seconds) s")
    let told = said.count { $0.contains(" faulted ") }
    #expect(Double(told) <= seconds * 10 + 2)
    if feed.counts.lost > 0 { try waitFor("came too fast") }
  }

  @Test("What can't be watched is refused with the reason and what would help")
  func refusals() throws {
    #expect(try refusal(of: "faults 1") == "no file is open: `open PATH` or `create PATH SIZE` first")
    _ = try start([])
    #expect(try refusal(of: "faults \(getpid())").contains("that is this program itself"))
    #expect(
      try refusal(of: "faults 2147483647")
        == "faults 2147483647: there is no such process; `users` lists those that have the file")
    #expect(try refusal(of: "faults child").contains("only a lesson has a child"))
    let line = CommandError(.refusedBySystem(paranoid: 4), watching: 9).description
    #expect(
      line.hasPrefix("faults 9: /proc/sys/kernel/perf_event_paranoid is 4, which forbids it; ")
        && line.contains("`sysctl kernel.perf_event_paranoid=2`"))
  }

  @Test("Where a sandbox forbids the call, that is said", arguments: [Errno.notPermitted, .noFunction])
  func sandbox(errno: Errno) throws {
    let toucher = try start([])
    let path = word("a")
    let process = toucher.processID
    let forbid: @Sendable () -> Int32 = { ctest_forbid_perf_events(errno.rawValue) }
    let reason = try onThread(after: forbid) {
      let session = try Session()
      try session.perform("open \(path)")
      return try #require(throws: CommandError.self) { try session.perform("faults \(process)") }.description
    }
    #expect(
      reason.hasPrefix("faults \(process): a sandbox forbids perf_event_open(2)")
        && reason.contains("--cap-add PERFMON"))
  }

  @Test("A recording has a remark where a process was named")
  func recorded() throws {
    let toucher = try start(["read 3"])
    try perform("record \(word("s.mmv"))", "faults \(toucher.processID)")
    toucher.step()
    try perform("expect faulted 3 within 10s", "faults off", "record off")
    let script = String(decoding: try folder.bytes("s.mmv"), as: UTF8.self)
    #expect(script.contains("\n# faults \(toucher.processID) ("), "\(script)")
    #expect(script.contains("\n# expect faulted 3 within 10s ("))
    try perform("source \(word("s.mmv"))")
    session.finish()
    #expect(!session.log.contains { $0.kind == .failure })
  }
}

@Suite("What was seen of faults")
struct SeenFaultsTests {
  private func fault(_ page: Int, at time: Duration = .seconds(1000), isMajor: Bool = false, by thread: Int32 = 9)
    -> PageFault
  {
    PageFault(page: page, threadID: thread, time: time, isMajor: isMajor, mayBeStore: false)
  }

  @Test("The table has the last fault of each page, to the second, and the pages as runs")
  func table() {
    var table = FaultTable(from: .milliseconds(999_950))
    for page in [511, 512, 3, 1 << 40] { table.add(fault(page)) }
    table.add(fault(3, at: .milliseconds(1_001_999), isMajor: true))
    table.add(fault(4, at: .seconds(1)))
    #expect(table.pageCount == 5 && table.runs == [3..<5, 511..<513, 1 << 40..<(1 << 40) + 1])
    #expect(table[3]?.isMajor == true && table[3]?.time.milliseconds == 1_001_900)
    #expect(table[511]?.isMajor == false && table[511]?.time.milliseconds == 1_000_000)
    #expect(table[4]?.time.milliseconds == 999_900, "the clock may be set back")
    #expect(table[5] == nil)
  }

  @Test("A mark is fresh, then pale, then gone, and says when it changes; cells of many pages have the freshest")
  func flashes() {
    let start = ContinuousClock.now
    var flashes = FaultFlashes()
    #expect(flashes.timeLeft(at: start) == nil && flashes.marks(of: 0..<8, each: 1, at: start).isEmpty)
    flashes.add([1..<2, 6..<20], at: start)
    flashes.add([5..<6], at: start + .seconds(1))
    let now = start + .milliseconds(1100)
    #expect(flashes.marks(of: 0..<8, each: 1, at: now) == [nil, .fading, nil, nil, nil, .fresh, .fading, .fading])
    #expect(flashes.marks(of: 0..<7, each: 4, at: now) == [.fading, .fresh])
    #expect(flashes.marks(of: 20..<30, each: 1, at: now).isEmpty && flashes.areFresh(at: now))
    #expect(flashes.timeLeft(at: now) == .milliseconds(800))
    #expect(flashes.timeLeft(at: start + .seconds(2)) == .milliseconds(2100))
    #expect(flashes.marks(of: 0..<8, each: 1, at: start + .seconds(5)).isEmpty)
    #expect(flashes.timeLeft(at: start + .seconds(5)) == nil)
  }

  @Test("A burst of many runs is a line of a few rows, and lost records have their own")
  func burst() {
    let now = ContinuousClock.now
    var burst = FaultBurst(at: now)
    burst.add((0..<40).map { fault($0 * 3) } + [fault(0, isMajor: true, by: 10)], lost: 7, at: now)
    #expect(
      burst.event(by: "x 9", 9).lines == [
        "x 9 faulted pages 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33 and 28 runs more: 40 pages, 41 faults, 1 from storage, "
          + "by 2 threads",
        "x 9: 7 records of faults came too fast and are lost; what they were of is unknown",
      ])
    #expect(burst.event(by: "x 9", 9).time?.milliseconds == 1_000_000)
    for step in 0..<30 { burst.add([fault(1)], lost: 0, at: now + .milliseconds(90) * step) }
    #expect(burst.end == now + .seconds(1))
  }
}
