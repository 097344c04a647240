import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Recordings")
struct RecordingTests {
  let folder: TemporaryFolder

  init() throws { try self.init(in: NSTemporaryDirectory()) }
  private init(in parent: String) throws { folder = try TemporaryFolder(in: parent) }

  private func path(_ name: String) -> String { Word.quote(folder.file(name).string) }

  /// The recording, played on a fresh file of the same size.
  private func replay(_ recording: String, size: Int) throws -> Session {
    var script = try Script(contentsOf: folder.file(recording).string)
    #expect(script.isRecording)
    script.leaveOutOpening()
    let session = try Session()
    try session.perform("create \(path("again")) \(size) force")
    try session.play(Player(script))
    session.shutDown()
    return session
  }

  private func text(_ name: String) throws -> String { String(decoding: try folder.bytes(name), as: UTF8.self) }

  /// The lines without their times.
  private func lines(_ name: String) throws -> [String] {
    try text(name).split(separator: "\n").map { line in
      line.ranges(of: " #@ ").last.map { String(line[..<$0.lowerBound]) } ?? String(line)
    }
  }

  private func states(_ session: Session) throws -> [PageState] {
    let states = try #require(session.file).states
    return (0..<states.count).map { states[$0] }
  }

  private func labels(_ session: Session) -> [String] {
    (1..<session.rangeCount + 1).map { label in
      let range = session.document.ranges.summary(label)
      return "r\(label) \(range.bytes) by \(range.author): \(range.pattern.map { "\($0)" } ?? "none"), \(range.stage)"
    }
  }

  @Test("A search for what was looked for in vain before, or for the kernel's word, is reported, and not made again")
  func searches() throws {
    let session = try Session()
    try session.perform("create \(path("a")) 64k", "record \(path("r"))", "find state free")
    #expect(throws: CommandError.self) { try session.perform("find state written") }
    try session.perform(
      "allocate 4p", "write r1 zero", "find next", "find previous", "allocate 1p", "find state allocated",
      "find next")
    session.shutDown()
    #expect(
      try lines("r").suffix(8) == [
        "find state free", "allocate 4p", "write r1 zero", "# find next (what it searches for is not in the recording)",
        "# find previous (what it searches for is not in the recording)", "allocate 1p", "find state allocated",
        "find next",
      ])
  }

  @Test("What was done is written line by line, with its time, under a heading that says how to replay it")
  func linesOfCommands() throws {
    let session = try Session()
    try session.perform(
      "record \(path("r"))", "create \(path("a b")) 64k sparse force", "allocate 1p x3",
      "write r1..r2 \"text:a b\"", "goto 3", "say \"a #@ 7\"", "sync r1", "expect page 0 flushed", "layer both",
      "status",
      "select none", "record off")
    let recorded = try text("r")
    #expect(recorded.hasPrefix("# mmapview recording: \(path("a b")), 65536 bytes, 20"))
    #expect(recorded.contains("--create 64k --replay"))
    #expect(recorded.contains("where the file exists, `create` needs `force`"))
    #expect(
      try lines("r").filter { !$0.hasPrefix("#") } == [
        "create \(path("a b")) 64k sparse force", "expect size 64k", "allocate 1p x3", "write r1..r2 \"text:a b\"",
        "goto 3",
        "say \"a #@ 7\"", "sync r1", "expect page 0 durable", "layer both", "status", "select none",
      ])
    #expect(
      try Script(recorded, name: "r").steps.allSatisfy { $0.time.map { $0 >= .zero && $0 < .seconds(60) } == true })
  }

  @Test("A pause is recorded at its true length, and what is not done again is a remark that says why")
  func remarks() throws {
    let session = try Session()
    try session.perform("record \(path("r"))", "create \(path("a")) 64k", "set speed 4", "pause 200ms")
    session.finish()
    try session.perform("pause", "expect kernel cached 0+", "workers start 1 ops=1", "workers wait")
    session.finish()
    // The thread may have taken its turns before or after it was waited for.
    #expect(
      try lines("r").dropFirst(5).filter { !$0.hasPrefix("workers turn") } == [
        "# set speed 4 (pauses are recorded as long as they were)", "pause 50ms", "pause",
        "# expect kernel cached 0+ (was so; the kernel may do otherwise another time)",
        "# workers start 1 ops=1 (threads, whose turns follow as they were taken)",
        "workers start 1 ops=1 mode=stepped", "# workers wait (recorded as the turns of the threads)",
      ])
  }

  @Test("How the program was begun is no part of a recording")
  func startOptions() throws {
    let session = try Session()
    session.begin(layer: .both, theme: .light, speed: Speed("2"))
    try session.perform("record \(path("r"))", "create \(path("a")) 64k")
    #expect(session.layer == .both && session.view.theme == .light && session.speed == Speed("2"))
    #expect(try lines("r").count == 5)
  }

  @Test(
    "A recording's own opening is left out, whatever stands before it",
    arguments: [
      ["# mmapview recording: a", "create a 64k", "goto 1"],
      ["# mmapview recording: a", "set speed 2", "open a", "goto 1"],
      ["", "# kept by hand", "# mmapview recording: a", "theme light", "say x", "create a 64k force", "goto 1"],
    ])
  func openings(lines: [String]) throws {
    var script = try Script(lines.joined(separator: "\n"), name: "r")
    #expect(script.isRecording)
    let count = script.steps.count
    let hadOpening = script.leaveOutOpening()
    #expect(hadOpening)
    #expect(script.steps.count == count - 1 && script.steps.last?.command == .goto(page: 1))
    let hasAnother = script.leaveOutOpening()
    #expect(!hasAnother)
    #expect(!(try Script("goto 1\n# mmapview recording: a", name: "r")).isRecording)
  }

  @Test("What failed is not recorded, and of what failed in the middle that which was done")
  func failures() throws {
    let session = try Session()
    try session.perform("create \(path("a")) 4p", "allocate 1p x4", "write r1..r3 page", "record \(path("r"))")
    for line in ["write r9 zero", "sync r1..r4", "allocate 1p", "screen", "goto 4", "record \(path("s"))"] {
      #expect(throws: CommandError.self) { try session.perform(line) }
    }
    try run("truncate", ["-s", "8192", folder.file("a").string])
    #expect(throws: CommandError.self) { try session.perform("sync r1..r3") }
    #expect(
      try lines("r").filter { !$0.hasPrefix("#") } == [
        "create \(path("a")) 16k", "expect size 16k", "allocate 1p x4", "write r1..r3 page", "sync r1..r2",
      ])
  }

  @Test("A recording that exists is replaced by force only, and the open file never")
  func consent() throws {
    try folder.put("r", [1])
    let session = try Session()
    try session.perform("create \(path("a")) 1p")
    #expect(throws: CommandError.self) { try session.perform("record \(path("r"))") }
    #expect(throws: CommandError.self) { try session.perform("record \(path("a")) force") }
    #expect(throws: CommandError.self) { try session.perform("record off") }
    #expect(try folder.bytes("r") == [1])
    try session.perform("allocate 1p", "record \(path("r")) force", "record off")
    #expect(try lines("r").last == "allocate 1p")
    #expect(try folder.bytes("a").count == 4096)
  }

  @Test("What workers did without a recording can't be recorded later, until a file is opened again")
  func unwatchedWorkers() throws {
    let session = try Session()
    try session.perform("create \(path("a")) 4p", "workers start 1", "workers wait")
    session.finish()
    #expect(throws: CommandError.self) { try session.perform("record \(path("r"))") }
    #expect(!folder.names.contains("r"))
    try session.perform("open \(path("a"))", "open \(path("a")) write", "record \(path("r"))")
    #expect(try lines("r").filter { !$0.hasPrefix("#") } == ["open \(path("a")) write", "expect size 16k"])
  }

  @Test("A recording takes another's place with its first line, and has its head at least", arguments: [0, 1])
  func begun(lines: Int) throws {
    try folder.put("r", Array("old".utf8))
    let session = try Session()
    try session.perform("record \(path("r")) force")
    #expect(try text("r") == "old")
    for _ in 0..<lines { try session.perform("say hello") }
    if lines > 0 { #expect(try self.lines("r").last?.contains("hello") == true) }
    try session.perform("record off")
    #expect(try text("r").hasPrefix(Script.recordingMark) && self.lines("r").count == 3 + lines)
  }

  @Test("A recording for another size is refused at its place, and the file stays as it was")
  func otherSize() throws {
    let session = try Session()
    try session.perform("record \(path("r"))", "create \(path("a")) 64k", "allocate 1p", "write r1 0xff")
    let error = #expect(throws: ScriptError.self) { try replay("r", size: 32768) }
    #expect(
      error?.description.contains("r:5: expect size 64k: expected a file of 65536 bytes, found 32768") == true,
      "\(error!)")
    #expect(error?.description.contains("--create 64k") == true)
    #expect(try folder.bytes("again").allSatisfy { $0 == 0 })
  }

  @Test("Steps of workers that take turns are recorded as they were taken, whatever was done between")
  func steps() throws {
    let session = try Session()
    try session.perform(
      "record \(path("r"))", "create \(path("a")) 16m", "workers start 3 mode=stepped flush=sync seed=4",
      "workers step 3", "workers wait", "allocate 2p", "workers pause", "allocate 1p", "workers resume")
    session.finish()
    session.shutDown()
    let again = try replay("r", size: 16 << 20)
    #expect(labels(again) == labels(session))
    #expect(try states(again) == states(session))
  }

  @Test("A sync of all that comes just when the threads have ended settles what they handed over, under its labels")
  func justEnded() throws {
    let session = try Session()
    try session.perform(
      "record \(path("r"))", "create \(path("a")) 1m", "allocate 1p", "write r1 zero",
      "workers start 2 flush=none ops=3")
    while session.workers.running > 0 { usleep(1000) }
    // Nothing has looked at them since: they ended between the last query and this.
    _ = try Command.sync(.all).action.perform(in: session)
    #expect(labels(session).count == 7)
    for label in 1...7 { #expect(session.document.ranges.summary(label).stage == .durable, "r\(label)") }
    session.shutDown()
  }

  @Test("A long step that is stopped is recorded as far as it came")
  func stoppedJobs() throws {
    let session = try Session()
    try session.perform("record \(path("r"))", "create \(path("a")) 80m", "allocate 1m x64")
    session.patience = .zero
    try session.perform("write all random:1", "goto 7")
    while session.job?.done ?? 0 < 600 {}
    #expect(!(try lines("r")).contains("goto 7"), "it waits for the end of what came before")
    try session.perform(.stop)
    session.finish()
    #expect(try lines("r").last == "goto 7")
    let again = try replay("r", size: 80 << 20)
    #expect(labels(again) == labels(session))
    #expect(try states(again) == states(session))
  }

  @Test("A hundred random sessions with workers, each replayed on a fresh file, end in the same states and bytes")
  func random() throws {
    // Most of them in memory: the disk's waits are the longest part, and change the turns of threads.
    try play(seeds: 1...25)
    try RecordingTests(in: "/dev/shm").play(seeds: 26...100)
  }

  private func play(seeds: ClosedRange<Int>) throws {
    for seed in seeds {
      let pages = [64, 200, 256][seed % 3]
      let size = pages * 4096 - (seed % 2) * 1000
      let session = try Session()
      try session.perform("record \(path("r")) force", "create \(path("a")) \(size) force")
      var player = RandomPerson(seed: UInt64(seed))
      for _ in 0..<40 {
        for line in player.lines(session) { _ = try? session.perform(line) }
        player.rest()
        session.finish()
      }
      // In the middle of whatever is under way.
      session.shutDown()
      let again = try replay("r", size: size)
      let recorded = try text("r")
      try #require(labels(again) == labels(session), "seed \(seed):\n\(recorded)")
      try #require(try states(again) == states(session), "seed \(seed):\n\(recorded)")
      try #require(try folder.bytes("again") == folder.bytes("a"), "seed \(seed):\n\(recorded)")
    }
  }
}

/// A user who types anything.
private struct RandomPerson {
  private var numbers: SplitMix64

  init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

  private mutating func below(_ bound: Int) -> Int { numbers.next(below: bound) }
  private mutating func one(of words: [String]) -> String { words[below(words.count)] }

  private mutating func pattern() -> String {
    one(of: ["zero", "0x5a", "counter", "page", "\"text:two words\"", "random", "random:\(below(9))"])
  }

  private mutating func ranges(_ session: Session) -> String {
    let label = below(session.rangeCount + 1) + 1
    return one(of: ["all", "selected", "r\(label)", "r\(label)", "r\(label)..r\(label + below(3))"])
  }

  /// Lets workers go on for a moment.
  mutating func rest() { if below(3) == 0 { usleep(UInt32(below(1500))) } }

  mutating func lines(_ session: Session) -> [String] {
    switch below(21) {
    case 0...2: return ["allocate \(1 + below(20000)) x\(1 + below(3))"]
    case 3...5: return ["write \(ranges(session)) \(pattern())"]
    case 6: return ["flush \(ranges(session))"]
    case 7, 8: return ["sync \(ranges(session))"]
    case 9: return ["sync all"]
    case 10: return ["reuse \(ranges(session))"]
    case 11: return ["select \(below(30))-\(30 + below(30))"]
    case 12, 13, 14:
      let mode = one(of: ["free", "free", "stepped seed=\(below(9))"])
      let ops = one(of: ["", "ops=\(1 + below(5))", "ops=\(1 + below(5))"])
      let delay = mode == "free" ? one(of: ["", "delay=50us", "delay=300us"]) : ""
      return [
        "workers start \(1 + below(4)) size=\(1 + below(9000)) flush=\(one(of: ["none", "async", "sync"])) "
          + "pattern=\(pattern().replacing("\"", with: "").replacing("two words", with: "x")) mode=\(mode) \(ops) \(delay)"
      ]
    case 15: return ["workers pause", "verify all", one(of: ["workers resume", "workers stop", "status"])]
    case 16: return [one(of: ["workers stop", "workers wait", "workers resume"])]
    case 20: return ["split r\(1 + below(session.rangeCount + 1)) \(below(9000))", "set pattern zero", "pause 1us"]
    case 17: return ["workers step \(1 + below(20))"]
    case 18:
      return ["expect error \"no\" allocate 1", "expect count free 0", "find state written", "goto \(below(64))"]
    default: return ["workers turn \(1 + below(4)) \(1 + below(4))x2"]
    }
  }
}
