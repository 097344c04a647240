import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Which pages were stored to, in a session")
final class ExactStoresTests: SessionSuite {
  private func watch(_ session: Session) throws {
    do { try session.perform("set exact on") } catch { try skip("\(error)") }
  }

  private func found(_ session: Session) throws -> IndexSet {
    let file = try #require(session.file)
    return try #require(session.storedPages(of: file)).reduce(into: IndexSet()) { $0.insert(integersIn: $1) }
  }

  /// Makes a file of 8 MiB in memory in large folios, where there are such, and durable.
  private func putLarge(_ name: String) throws {
    try folder.put(name, [UInt8](repeating: 7, count: 8 << 20))
    try run("sync", [folder.file(name).string])
  }

  @Test(
    "Marks equal the list of stores, page for page, over 1,000 rounds of all that a session does to pages",
    arguments: 0..<2)
  func rounds(seed: Int) throws {
    try putLarge("a")
    try perform("open \(word("a")) write")
    try watch(session)
    var random = Seeded(seed)
    // Ranges of some pages, a few of so many that they are written by pwrite(2).
    var labels: [(pages: Range<Int>, stage: Int)] = []
    var next = 0
    while next < 2048 {
      let count = min(
        2048 - next, Int.random(in: 0..<12, using: &random) == 0 ? 64 : Int.random(in: 1...5, using: &random))
      try perform("allocate \(count)p")
      labels.append((next..<next + count, 0))
      next += count
    }
    var stored = IndexSet()
    for round in 0..<1000 {
      let index = Int.random(in: labels.indices, using: &random)
      let (pages, stage) = labels[index]
      let place = Literal.describe(pages: ClosedRange(pages))
      switch (stage, Int.random(in: 0..<8, using: &random)) {
      case (_, 0): try perform("evict \(place)\(Bool.random(using: &random) ? " sync" : "")")
      case (_, 1): try perform("touch \(place)")
      case (0, _):
        try perform("write r\(index + 1) 0x\(hex(round % 256, width: 2))")
        stored.insert(integersIn: pages)
        labels[index].stage = 1
      case (1, 2): try perform("flush r\(index + 1)")
      case (1, 3), (2, _):
        try perform("reuse r\(index + 1)")
        labels[index].stage = 0
      case (1, 4) where round % 50 == 0:
        try perform("sync all")
        // It syncs the whole file.
        stored = []
        for index in labels.indices where labels[index].stage == 1 { labels[index].stage = 2 }
      default:
        try perform("sync r\(index + 1)")
        stored.remove(integersIn: pages)
        labels[index].stage = 2
      }
      let found = try found(session)
      guard found == stored else {
        Issue.record("round \(round), seed \(seed): stored \(stored.rangeView), and found \(found.rangeView)")
        return
      }
    }
    try perform("expect stored \(stored.count)", "expect stored 0-2047 \(stored.count)")
    let runs = stored.rangeView.map { Literal.describe(pages: $0.lowerBound...$0.upperBound - 1) }
    try perform("expect storedPages \(runs.isEmpty ? "none" : runs.joined(separator: " "))")
    #expect(try perform("status json").lines.joined().contains("\"stored\":\(stored.count),"))
  }

  @Test(
    "Threads that store and sync meanwhile leave marked what they wrote and did not sync", arguments: ["none", "sync"])
  func workers(flush: String) throws {
    try perform("create \(word("a")) 4m")
    try watch(session)
    try play("workers start 4 size=12k pattern=page flush=\(flush)", "workers wait")
    let file = try #require(session.file)
    let written = IndexSet((0..<file.states.count).filter { file.states[$0] == .written })
    #expect(try found(session) == written && written.isEmpty == (flush == "sync"))
    #expect(try refusal(of: "expect stored 5000").contains("5000 pages stored since the last sync, found "))
  }

  @Test("Pages that another program cuts off stay marked until a sync of them succeeds")
  func cut() throws {
    try perform("create \(word("a")) 256k")
    try watch(session)
    try perform("allocate 1p x64", "write r3 zero", "write r50 zero")
    try run("truncate", ["-s", "128k", folder.file("a").string])
    try perform("expect storedPages 2 49", "expect stored 32-63 1", "sync r3", "expect storedPages 49", "status")
    #expect(throws: CommandError.self) { try perform("sync r50") }
    try perform("expect storedPages 49")
    try run("truncate", ["-s", "256k", folder.file("a").string])
    try perform("write r50 0x01", "write r51 0x01", "expect storedPages 49-50", "sync r50..r51")
    try perform("expect storedPages none", "write r60 zero", "expect storedPages 59")
  }

  @Test("A sentence has what was stored, what is dirty and what will be written, and leaves out what is unknown")
  func sentences() {
    func sentence(_ stored: Int, _ dirty: Int?, isMost: Bool = false) -> String {
      let place = "since the last sync"
      return Amplification(stored: stored, dirty: dirty, isMost: isMost, place: place).sentence
        .replacing(place + ": ", with: "")
    }
    #expect(sentence(3, 512) == "3 pages stored, 512 dirty, 2 MiB will be written: 171 times")
    #expect(sentence(1, 1) == "1 page stored, 1 dirty, 4 KiB will be written: once")
    #expect(sentence(4, 5) == "4 pages stored, 5 dirty, 20 KiB will be written: 1.3 times")
    #expect(sentence(3, 512, isMost: true) == "3 pages stored, 512 dirty, up to 2 MiB will be written: up to 171 times")
    // What the kernel wrote by itself meanwhile is not known.
    #expect(sentence(3, 2) == "3 pages stored, 2 dirty, 8 KiB will be written")
    #expect(sentence(3, 0) == "3 pages stored, 0 dirty")
    #expect(sentence(0, 2) == "no page stored, 2 dirty, 8 KiB will be written")
    #expect(sentence(3, nil) == "3 pages stored" && sentence(0, nil) == "no page stored")
    func line(
      _ stored: Int, _ cleaned: Int?, device: Int? = nil, haveWrites: Bool = false, isSynced: Bool = true
    ) -> String? {
      var cost = ActCost(time: .zero)
      (cost.cleaned, cost.bytesWritten) = (cleaned, device)
      return Amplification.line(StoredCount(pages: stored, haveWrites: haveWrites, isSynced: isSynced), cost)
    }
    #expect(line(3, 512) == "stored 3 pages, 2m written: 171 times")
    #expect(line(3, 512, haveWrites: true) == "stored 3 pages, up to 2m written: up to 171 times")
    #expect(line(1, 1) == "stored 1 page, 4k written: once" && line(3, 1) == "stored 3 pages, 4k written")
    // A device has other users, and writes of a folio what changed of it.
    #expect(line(3, 512, device: 9 << 20) == "stored 3 pages, 2m written: 171 times")
    #expect(line(1, 512, device: 8192, haveWrites: true) == "stored 1 page, 8k written: 2 times")
    #expect(line(1, 512, device: 0, isSynced: false) == "stored 1 page, 2m written: 512 times")
    #expect(line(1, nil, device: 8192) == nil && line(0, 512) == nil && line(1, 0) == nil)
  }

  @Test("Status, page, kernel and JSON have the figure, and none where stores are not watched")
  func figures() throws {
    try perform("create \(word("a")) 64k")
    for line in ["status json", "kernel 0-3 json", "kernel all json"] {
      #expect(try perform(line).lines.joined().contains("\"stored\":null"), "\(line)")
    }
    for line in ["status", "page 1", "kernel all"] {
      #expect(try !perform(line).lines.joined().contains("stored"), "\(line)")
    }
    #expect(
      try refusal(of: "expect stored 0")
        == "expect stored 0: which pages are stored to is not watched; `set exact on` begins it, with none stored to")
    try watch(session)
    #expect(try perform("status").lines[1].hasPrefix("since the last sync: no page stored"))
    try perform("allocate 1p x8", "write r2 zero", "write r4..r5 zero")
    #expect(try perform("status").lines[1].hasPrefix("since the last sync: 3 pages stored"))
    #expect(try perform("page 1").lines.contains("stored: yes, since its last sync"))
    #expect(try perform("page 2").lines.contains("stored: not since the last sync"))
    #expect(try perform("kernel 0-7").lines.last == "3 pages stored since the last sync: 1, 3-4")
    #expect(try perform("kernel 5-7").lines.last == "none of these pages stored since its last sync")
    #expect(try perform("status json").lines.joined().contains("\"stored\":3,"))
    let json = try perform("kernel 0-3 json").lines.joined()
    #expect(
      json.contains("\"stored\":2,")
        && json.contains(#""storedRuns":[{"first":1,"last":1},{"first":3,"last":3}]"#), "\(json)")
    try perform("set exact off")
    #expect(try perform("status json").lines.joined().contains("\"stored\":null"))
    // What was stored before it began is not known.
    try perform("set exact on")
    #expect(try perform("status").lines[1].hasPrefix("since the last sync or `set exact on`: no page stored"))
  }

  @Test("After a sync it is said what was stored and written, where both are measured, and after a flush")
  func amplification() throws {
    try putLarge("a")
    try perform("open \(word("a")) write")
    try watch(session)
    try perform("allocate 1p x2048", "write r1 zero", "write r600 zero")
    let measured = try PageCache.counts(of: try #require(session.file).descriptor, bytes: 0..<8 << 20)
    guard measured.dirty > 0 else { try skip("nothing is dirty here after a write") }
    let line = try #require(try perform("sync r1").lines.dropFirst().first)
    #expect(line.hasPrefix("stored 1 page, ") && line.contains(" written: "), "\(line)")
    let cost = try #require(session.scripts.lastCost)
    #expect(line == Amplification.line(StoredCount(pages: 1, isSynced: true), cost))
    #expect(try perform("flush r600").lines.dropFirst().first?.hasPrefix("stored 1 page, ") == true)
    // It was written by then.
    if session.scripts.lastCost?.cleaned == 0 { #expect(try perform("sync r600").lines.count == 1) }
    try perform("set exact off", "write r5 zero")
    #expect(try perform("sync r5").lines.count == 1)
  }

  @Test("What is stored to since a mark, and what was synced, is in `diff`")
  func changes() throws {
    try perform("create \(word("a")) 64k", "mark unwatched")
    try watch(session)
    try perform("allocate 1p x8", "write r2 zero", "mark before", "write r4..r5 zero", "sync r2")
    let lines = try perform("diff before").lines
    #expect(
      lines.contains("stored: page 1 was synced") && lines.contains("stored: pages 3-4 were stored to"), "\(lines)")
    #expect(
      try perform("diff before json").lines.joined()
        .contains(#""stored":[{"first":1,"last":1,"is":false},{"first":3,"last":4,"is":true}]"#))
    #expect(try perform("diff unwatched json").lines.joined().contains(#""stored":null"#))
  }

  @Test("It goes on with the next file that is opened for writing, and waits while one is only looked at")
  func nextFile() throws {
    try perform("set exact on", "create \(word("a")) 64k")
    guard session.isExact else { try skip("stores can't be watched here") }
    try perform("allocate 1p", "write r1 zero", "sync r1")
    try perform("create \(word("b")) 64k", "expect storedPages none", "allocate 1p", "write r1 zero", "expect stored 1")
    try perform("open \(word("a"))")
    #expect(session.isExact && !session.watchesStores)
    #expect(try refusal(of: "set exact on").contains("is open for reading only"))
    try perform("open \(word("a")) write", "expect stored 0", "set exact off", "open \(word("b")) write")
    #expect(!session.isExact && !session.watchesStores)
  }

  @Test("A file that is only looked at is refused in a line with a remedy that works, and the set stays off")
  func lookingOn() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    try perform("open \(word("a"))")
    let refusal = try refusal(of: "set exact on")
    #expect(refusal.contains("is open for reading only") && refusal.contains(" write`"), "\(refusal)")
    try perform("open \(word("a")) write")
    #expect(!session.isExact && !session.watchesStores)
    try watch(session)
  }

  @Test(
    "Where the kernel or a sandbox refuses, the reason is in the line, and the set stays off",
    arguments: [(Errno.notPermitted, "sandbox"), (.noFunction, "no userfaultfd"), (.invalidArgument, "Linux 6.7")])
  func refused(errno: Errno, reason: String) throws {
    let (first, second) = (word("a"), word("b"))
    let forbid: @Sendable () -> Int32 = { ctest_forbid_userfaultfd(errno.rawValue) }
    try onThread(after: forbid) {
      let session = try Session()
      try session.perform("create \(first) 64k")
      let refusal = try #require(throws: CommandError.self) { try session.perform("set exact on") }.description
      #expect(refusal.contains(reason) && !refusal.contains("\n"))
      #expect(!session.isExact)
      try session.perform("allocate 1p", "write r1 zero", "sync r1")
      #expect(try session.perform("status json").lines.joined().contains("\"stored\":null"))
      // Said once, where the setting was there before the file.
      session.shutDown()
      let later = try Session()
      try later.perform("set exact on", "create \(second) 64k")
      #expect(!later.isExact && !later.watchesStores)
      let failures = later.log.filter { $0.kind == .failure }
      #expect(failures.count == 1 && failures[0].lines[0].contains(reason), "\(failures)")
      later.shutDown()
    }
  }

  @Test("A recording has it and plays again, also where it was set before the file was opened")
  func recorded() throws {
    try perform("set exact on", "create \(word("a")) 64k")
    guard session.isExact else { try skip("stores can't be watched here") }
    try perform(
      "record \(word("s.mmv"))", "allocate 1p x8", "write r2 zero", "write r4..r5 zero", "expect storedPages 1 3-4",
      "sync r4", "expect stored 0-7 2", "set exact off", "set exact on", "record off")
    let script = String(decoding: try folder.bytes("s.mmv"), as: UTF8.self)
    for line in ["set exact on", "expect storedPages 1 3-4", "expect stored 0-7 2", "set exact off"] {
      #expect(script.contains("\n\(line) "), "\(script)")
    }
    var again = try Script(contentsOf: folder.file("s.mmv").string)
    again.leaveOutOpening()
    let other = try Session()
    try other.perform("create \(word("b")) 64k")
    try other.play(Player(again))
    #expect(other.isExact)
    other.shutDown()
  }

  @Test("What is expected of stores fails with what was found")
  func expectations() throws {
    try perform("create \(word("a")) 64k")
    try watch(session)
    try perform("allocate 1p x8", "write r2 zero", "select 1-2", "expect stored selected 1", "expect stored 1+")
    #expect(try perform("expect stored 0+").lines == ["as expected: stored 0+, found 1"])
    #expect(
      try refusal(of: "expect stored 0-3 2")
        == "expect stored 0-3 2: expected 2 pages stored in pages 0-3 since the last sync, found 1")
    #expect(
      try refusal(of: "expect storedPages 0-1")
        == "expect storedPages 0-1: since the last sync, found page 0 not stored to")
    #expect(
      try refusal(of: "expect storedPages none")
        == "expect storedPages none: since the last sync, found page 1 stored to, too")
    #expect(try refusal(of: "expect stored 0-99 1").contains("page 99: the last page is 15"))
    #expect(try refusal(of: "expect storedPages 99").contains("page 99: the last page is 15"))
    for line in [
      "expect stored 0-3 2+", "expect stored 7", "expect storedPages 0 2-5 selected", "expect storedPages none",
    ] {
      #expect(try #require(try Command(parsing: line)).description == line)
    }
    for line in ["expect stored", "expect stored x", "expect storedPages", "expect storedPages 5-1"] {
      #expect(throws: SyntaxError.self) { try Command(parsing: line) }
    }
  }

  @Test("A file whose page table would take more memory than there is, is not watched")
  func tooLarge() throws {
    try perform("create \(word("a")) 7t sparse")
    let refusal = try refusal(of: "set exact on")
    #expect(refusal.contains("takes a page table of 14 GiB") && refusal.contains("end other programs"), "\(refusal)")
    #expect(!session.isExact)
  }
}
