import Inspector
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Workers that take turns")
final class SteppedWorkersTests: SessionSuite {
  /// What there is to be seen of a session, as a script that expects it.
  func expectations(_ session: Session) throws -> [String] {
    let file = try #require(session.file)
    return try (0..<file.states.count).map { "expect page \($0) \(file.states[$0])" }
      + (0..<file.states.count).map { page in
        let start = page * 4096
        let bytes = try file.peek(start..<start + 16)
        return "expect bytes \(start) " + bytes.map { hex($0, width: 2) }.joined()
      }
  }

  // All but the time of day, which is no matter of the seed.
  func labels(_ session: Session) -> [String] {
    (0..<(session.file?.states.count ?? 0)).map { page in
      guard let range = session.range(ofPage: page) else { return "none" }
      let pattern = range.pattern.map { "\($0)" } ?? "none"
      return "r\(range.label) \(range.bytes) by \(range.author): \(pattern), \(range.stage)"
    }
  }

  @Test(
    "The same seed comes to the same states, ranges, labels and bytes, for fifty seeds, in the middle and at the end")
  func determinism() throws {
    var ends: Set<[String]> = []
    for seed in 1...50 {
      // The last page is half a page.
      let start = [
        "create \(word("a")) \(39 * 4096 + 2048) force",
        "workers start 3 size=2p mode=stepped seed=\(seed) flush=sync pattern=random:\(seed)",
        "workers start 2 mode=stepped flush=async ops=4", "allocate 1p", "workers step 5", "workers step \(20 + seed)",
      ]
      let (first, second) = (try Session(), try Session())
      try first.play(lines: start)
      let middle = (try expectations(first), labels(first))
      try first.play(lines: ["workers wait"])
      let end = (try expectations(first), labels(first))
      #expect(first.workers.running == 0)
      try first.play(lines: ["create \(word("b")) 1p force"])

      try second.play(lines: start + middle.0)
      #expect(labels(second) == middle.1)
      try second.play(lines: ["workers wait"] + end.0)
      #expect(labels(second) == end.1)
      ends.insert(end.0)
    }
    #expect(ends.count > 40, "the seed has a say")
  }

  @Test("Each phase of an operation is a step, and nothing moves between")
  func phases() throws {
    let printed = try play(
      "create \(word("a")) 8p", "workers start 1 size=2p mode=stepped flush=sync", "expect count free 8",
      "workers step", "expect page 0-1 allocated", "workers step", "expect page 0-1 written", "workers step",
      "expect page 0-1 durable", "expect count free 6", "workers step 2", "expect page 2-3 written")
    #expect(printed.contains("worker 1: pages 0-1 durable"))
    #expect(!session.areWorkersMoving)
    #expect(session.view.cursor == 2)
    #expect(session.range(ofPage: 0)?.author == .worker(1))
    #expect(session.range(ofPage: 2) == nil)
    #expect(session.workers.holder(ofPage: 3)?.number == 1)
    #expect(session.workers.workers[0].activity == .written)
    try play(
      "workers start 1 mode=stepped flush=async seed=5", "workers wait", "expect count free 0", "sync all")
    #expect(session.workers.seed == 5)
  }

  @Test("Those that stop hand over what they hold, as far as it came")
  func stopping() throws {
    try play(
      "create \(word("a")) 8p", "workers start 1 mode=stepped flush=sync", "workers step", "workers stop",
      "workers wait", "expect page 0 allocated", "write r1 zero", "workers start 1 mode=stepped flush=sync",
      "workers step 2", "workers stop", "workers wait", "expect page 1 written", "sync r2", "expect count durable 1")
    #expect(session.workers.running == 0)
    #expect(session.workers.shift.map(\.number) == [2])
  }

  @Test("More steps than are printed one by one are all made before the next command")
  func manySteps() throws {
    try play(
      "create \(word("a")) 16m", "workers start 3 mode=stepped", "workers step 4000", "expect count free 2095",
      "workers step 99999", "expect count written 4096")
    #expect(!session.isWaiting)
    #expect(session.workers.running == 0)
  }

  @Test("What was done in many steps, or in many named turns, is said by kind and by worker")
  func tally() throws {
    let start = ["create \(word("a")) 64p", "workers start 2 mode=stepped seed=2 flush=sync ops=3"]
    let lines = try session.play(lines: start + ["workers step 9"]).suffix(3)
    #expect(
      lines == [
        "workers: 9 steps: 3 allocate, 3 write, 3 sync", "worker 1: 1 allocate, 1 write, 1 sync",
        "worker 2: 2 allocate, 2 write, 2 sync",
      ])
    #expect(session.log.last?.lines == Array(lines))
    let short = try play("workers step 99")
    #expect(short.first?.hasPrefix("workers: 9 of 99 steps, then all had ended: ") == true, "\(short)")
    try play("workers start 2 mode=stepped")
    #expect(try perform("workers turn 3 4x2").lines.count == 3)
    #expect(
      try perform("workers turn 3x7 4x2").lines == [
        "workers: 9 steps: 4 allocate, 5 write", "worker 3: 3 allocate, 4 write", "worker 4: 1 allocate, 1 write",
      ])
  }

  @Test("Many steps whose end is seen later are said then")
  func laterTally() throws {
    try play("create \(word("a")) 64m", "workers start 1 mode=stepped")
    try perform("workers step 999999")
    session.finish()
    let said = session.log.compactMap(\.lines.first).filter { $0.hasPrefix("workers: ") }
    #expect(said == ["workers: 32769 of 999999 steps, then all had ended: 16384 allocate, 16384 write, 1 end"])
  }

  @Test("What makes no sense of steps is refused with what to do")
  func refusals() throws {
    try play(
      "create \(word("a")) 64p", "expect error mode=stepped workers step", "workers start 1 mode=stepped",
      "expect error mode=stepped workers start 1", "workers pause", "expect error \"resume\" workers step",
      "expect error \"resume\" workers wait", "workers resume", "workers step", "workers stop", "workers wait",
      "workers start 1 delay=10s", "expect error mode=stepped workers step",
      "expect error mode=free workers start 1 mode=stepped", "workers stop", "workers wait")
  }

  @Test("A step that fails ends its worker, and the others go on")
  func failure() throws {
    try play("create \(word("a")) 8p", "workers start 2 mode=stepped seed=1 flush=sync", "workers step 2")
    try run("truncate", ["-s", "0", folder.file("a").string])
    try play("expect error \"worker\" workers step 8")
    #expect(session.workers.workers.count { $0.activity == .failed } == 1)
    #expect(session.workers.running == 1)
    // No line expected the other's failure.
    #expect(throws: ScriptError.self) { try play("workers wait") }
    #expect(session.workers.workers.count { $0.activity == .failed } == 2)
  }
}
