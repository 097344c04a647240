import Inspector
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("A session")
final class SessionTests: SessionSuite {
  @Test("Commands carry out a range's whole life")
  func life() throws {
    let printed = try play(
      "create \(word("a")) 1m", "allocate 2p", "write r1 0xa5", "expect page 0-1 written", "verify r1", "flush r1",
      "sync r1", "expect page 0-1 durable", "expect count free 254", "expect bytes 8190 a5a50000", "read r1 0 4",
      "reuse r1", "expect page 0-1 allocated", "write r1 counter", "sync all", "expect count durable 2")
    #expect(printed.contains("00000000: a5a5 a5a5                                ...."))
    #expect(try folder.bytes("a").prefix(8192).enumerated().allSatisfy { UInt8(truncatingIfNeeded: $0) == $1 })
  }

  typealias PatternCase = (name: String, byte: @Sendable (Int) -> UInt8)

  static let patternCases: [PatternCase] = [
    ("0x5a", { _ in 0x5a }),
    ("counter", { offset in UInt8(truncatingIfNeeded: offset) }),
    ("page", { offset in offset % 8 == 0 ? UInt8(offset / 4096) : 0 }),
    ("text:abc", { offset in Array("abc".utf8)[(offset - 4096) % 3] }),
    ("random:7", { offset in referenceByte(7, offset) }),
  ]

  @Test("Each pattern fills every byte as it says", arguments: patternCases)
  func patterns(name: String, byte: @Sendable (Int) -> UInt8) throws {
    try play("create \(word("a")) 10001", "allocate 1p", "allocate 2p", "write r2 \(name)", "verify r2")
    let bytes = try folder.bytes("a")
    #expect(bytes.count == 10001)
    #expect(bytes[4096...].indices.allSatisfy { bytes[$0] == byte($0) })
    #expect(bytes[..<4096].allSatisfy { $0 == 0 })
  }

  @Test("A file's bytes serve as a pattern, over and over")
  func filePattern() throws {
    try folder.put("source", [1, 2, 3])
    try play(
      "create \(word("a")) 2p", "allocate 1p", "allocate 1p",
      "write r2 \(Word.quote("file:" + folder.file("source").string))")
    #expect(try folder.bytes("a")[4096...].enumerated().allSatisfy { $1 == UInt8($0 % 3 + 1) })
    try play("expect error missing write r1 file:/missing", "expect page 0 allocated")
  }

  @Test("Bytes that were changed behind the back are found by verify, with their place")
  func verifyFindsDifferences() throws {
    try play("create \(word("a")) 4p", "allocate 4p", "write r1 random")
    // In place: a new file of this name would be another file.
    try run("dd", ["of=\(folder.file("a").string)", "bs=1", "seek=9000", "conv=notrunc"], input: "?")
    try play("expect error \"at 0x2328\" verify r1")
  }

  @Test("Workers fill a file, each page once, and what they wrote is what their pattern says")
  func workers() throws {
    try play(
      "create \(word("a")) 8m", "workers start 4 size=12k pattern=random:3 flush=sync", "workers wait",
      "expect count durable 2048", "verify all")
    #expect(session.workers.operations == 683)
    #expect(session.workers.running == 0)
    #expect(session.workers.workers.reduce(0) { $0 + $1.bytes } == 8 << 20)
    let bytes = try folder.bytes("a")
    #expect(bytes.indices.allSatisfy { bytes[$0] == referenceByte(3, $0) })
  }

  @Test("Workers pause, go on, stop, and end after the operations that they were given")
  func steering() throws {
    try play("create \(word("a")) 1m", "workers start 2 ops=3", "workers wait", "expect count written 6")
    try play("workers start 1 delay=10s", "workers pause", "expect error paused workers wait", "workers resume")
    try play("workers stop", "workers wait")
    #expect(session.workers.running == 0)
    try play("expect error \"none are running\" workers pause", "workers wait")
  }

  @Test("That workers have ended is in the log once, whether they are awaited before that or after")
  func end() throws {
    try play("create \(word("a")) 1m", "workers start 2 ops=3", "workers wait", "workers wait")
    try play("workers start 1 ops=1")
    while session.workers.running > 0 {}
    session.collect()
    #expect(try play("workers wait") == ["workers have ended: 1 operation"])
    let ends = session.log.flatMap(\.lines).filter { $0.hasPrefix("workers have ended") }
    #expect(ends == ["workers have ended: 6 operations", "workers have ended: 1 operation"])
  }

  @Test("Workers on a full file end at once, and flush as they are ordered")
  func workersFlush() throws {
    try play("create \(word("a")) 64k", "workers start 3 flush=async", "workers wait", "expect count flushing 16")
    try play("workers start 3", "workers wait", "expect count flushing 16", "sync all", "expect count durable 16")
  }

  @Test("What can't be done is refused with the reason and what to do")
  func refusals() throws {
    try play("expect error \"no file is open\" allocate 1p")
    try play("create \(word("a")) 2p")
    try play(
      "expect error \"no ranges yet\" write r1 zero", "allocate 1p", "expect error \"the last range is r1\" sync r2")
    try play("expect error \"`write` it first\" sync r1", "expect error \"to be written\" flush all", "write r1 zero")
    try play("expect error \"`reuse`\" write r1 zero", "expect error \"past its\" read r1 1p", "allocate 5p")
    try play("expect error \"no pages are left\" allocate 1", "expect error \"the last page is 1\" goto 2")
    try play("expect error \"open for writing here\" create \(word("a")) 1m", "expect error missing open /missing/x")
    // Which pages are allocated the selection does not say.
    try play(
      "create \(word("b")) 8p", "select 5",
      "expect error \"no range at page 5; `allocate` takes the next\" sync selected")
    try play("select 4-5", "allocate 5p", "expect error \"no range at pages 4-5 is fit\" sync selected")
  }

  @Test("A file opened for reading takes no command that writes, and says how to allow it")
  func readOnly() throws {
    try folder.put("a", [1, 2, 3])
    try play("open \(word("a"))")
    for command in ["allocate 1p", "workers start 1", "write all zero", "flush all", "sync all", "reuse all"] {
      try play("expect error --write \(command)")
    }
    for command in ["verify r1", "read r1", "verify selected"] {
      try play("select 0", "expect error \"only a file that is open for writing\" \(command)")
    }
    try play("expect bytes 0 010203", "open \(word("a")) write", "allocate 1p")
  }

  @Test("What was taken back is reported as such, and no longer as durable when it was written again")
  func history() throws {
    func step() throws -> Substring? {
      try play("page 0")
      return session.log.last?.lines.first { $0.hasPrefix("when: ") }?.dropFirst(6).prefix { !$0.isNumber }
    }
    try play("create \(word("a")) 1p", "allocate 1p")
    #expect(try step() == "allocated ")
    try play("write r1 zero", "sync r1")
    #expect(try step() == "durable ")
    try play("reuse r1")
    #expect(try step() == "taken back ")
    try play("write r1 zero")
    #expect(try step() == "written ")
  }

  @Test("Opening another file reports what is not durable in the one before")
  func leaving() throws {
    func reported() -> Bool {
      session.log.suffix(2).contains { $0.lines[0].contains("a: 2 pages written and not durable") }
    }
    try play("create \(word("a")) 4p", "allocate 2p", "write r1 zero", "create \(word("b")) 1p")
    #expect(reported())
    try play("open \(word("a")) write", "allocate 2p", "write r1 zero", "open \(word("b"))")
    #expect(reported())
    try play("open \(word("a")) write", "allocate 2p", "write r1 zero", "sync r1", "open \(word("b"))")
    #expect(!reported())
  }

  @Test("A file that is cut short is reported, and its pages show as lost")
  func truncation() throws {
    try play("create \(word("a")) 4p", "allocate 1p x2", "write all zero", "sync all", "expect count durable 2")
    try run("truncate", ["-s", "4096", folder.file("a").string])
    try play("expect page 0 durable", "expect page 1 lost")
    #expect(session.log.count { $0.kind == .failure && $0.lines[0].contains("cut the file short") } == 1)
    try play("expect error \"cut the file short\" verify r2")
  }

  @Test("A script with the line ends of Windows, or a mark before its first line, is read as it is meant")
  func lineEnds() throws {
    try folder.put("s", Array("\u{feff}# a comment\r\nallocate 1p\r\nexpect count free 7\r\n".utf8))
    #expect(try Script(contentsOf: folder.file("s").string).steps.count == 2)
  }

  @Test("An expectation that fails says what was expected and what was found")
  func expectations() throws {
    try play("create \(word("a")) 2p", "allocate 1p")
    for (line, complaint) in [
      ("expect page 0 free", "expect page 0 free: expected page 0 to be free, found allocated"),
      ("expect page 0-9 free", "the last page is 1"),
      ("expect count lost 1", "expected 1 page lost, found 0"), ("expect bytes 0 01", "expected 01 at 0x0, found 00"),
      ("expect bytes 9999 01", "expect bytes 0x270f 01: expected bytes at 0x270f, but the file has 8192 bytes"),
      ("expect error x allocate 1p", "but the command succeeded"),
      ("expect error x sync r9", "expected an error with \"x\""),
    ] {
      let error = #expect(throws: ScriptError.self) { try play(line) }
      #expect(error?.description.contains(complaint) == true)
    }
  }

  @Test("The status is one line of JSON with every key")
  func status() throws {
    let line = try #require(try play("create \(word("a\"b")) 10000", "status json").last)
    #expect(line.hasPrefix("{\"file\":"))
    #expect(line.contains("a\\\"b\",\"fate\":\"kept\",\"size\":10000,\"mapped\":10000,\"pageSize\":4096,\"pages\":3,"))
    #expect(
      line.contains("\"states\":{\"free\":3,\"allocated\":0,\"written\":0,\"flushing\":0,\"durable\":0,\"lost\":0}"))
    #expect(line.hasSuffix("\"workers\":{\"running\":0,\"operations\":0}}"))
  }

  @Test("What the kernel counts is printed, expected and followed through a page's life")
  func kernel() throws {
    guard (try? play("create \(word("a")) 1m", "expect kernel dirty 0")) != nil, session.file?.isDurable == true else {
      try skip("not on a disk, or the kernel does not count pages here")
    }
    try play(
      "expect kernel dirty 0", "allocate 4p", "write r1 page", "expect kernel dirty 4+", "flush r1",
      "expect kernel dirty 0", "sync r1", "expect kernel dirty 0", "expect kernel writeback 0", "reuse r1",
      "write r1 zero", "expect kernel dirty 4+")
    let pages = try play("kernel 0-3")
    #expect(pages.first?.hasPrefix("pages 0-3: dirty; on the disk: ") == true)
    try play("sync all", "expect error \"found 0\" expect kernel dirty 9", "expect error \"the last page\" kernel 256")
    #expect(try play("extents").first?.hasPrefix("0x0..0x4000: written") == true)
  }

  @Test("The page under the cursor knows its range, whatever the order of allocation")
  func rangeOfPage() throws {
    try play("create \(word("a")) 10p", "allocate 2p x3", "write r2 page")
    #expect(session.range(ofPage: 3)?.label == 2)
    #expect(session.range(ofPage: 3)?.pattern == .page)
    #expect(session.range(ofPage: 6) == nil)
    #expect(session.view.cursor == 0)
  }
}

/// A byte of SplitMix64's output, by the generator's own recurrence, for comparison.
private func referenceByte(_ seed: UInt64, _ offset: Int) -> UInt8 {
  var word = seed &+ UInt64(offset / 8 + 1) &* 0x9e37_79b9_7f4a_7c15
  word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
  word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
  word ^= word >> 31
  return UInt8(truncatingIfNeeded: word >> (8 * UInt64(offset % 8)))
}
