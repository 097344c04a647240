import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

/// The open file is cut, made longer, punched, and written past its mapping.
@Suite("Cut, grow, punch, poke")
final class ChangedFileTests: SessionSuite {
  private func size() throws -> Int64 { try Stat(folder.file("a")).size }

  /// 16 pages: `r1` durable, `r2` written, `r3` allocated, four pages each, and four free ones.
  private func open() throws {
    try perform(
      "create \(word("a")) 64k", "allocate 4p x3", "write r1 0x11", "write r2 0x22", "sync r1",
      "expect page 0-3 durable", "expect page 4-7 written", "expect page 8-11 allocated")
  }

  private func punch(_ line: String) throws -> Event {
    do { return try perform(line) } catch let error as CommandError {
      guard error.description.contains("can't punch holes") else { throw error }
      try skip("\(error)")
    }
  }

  // MARK: truncate

  @Test("Pages that are cut off are lost, and the status has both sizes")
  func cut() throws {
    try open()
    let line = try perform("truncate 3p").lines[0]
    #expect(
      line.contains("from 65536 to 12288 bytes: pages 3-15 of the mapping lie behind its end; 5 pages became lost"))
    #expect(try size() == 12288)
    try play(
      "expect size 3p", "expect page 0-2 durable", "expect page 3-7 lost", "expect page 8-11 allocated",
      "expect page 12-15 free")
    #expect(try perform("status").lines[0].contains("; the file has 12288 bytes, 65536 are mapped"))
    #expect(try perform("status json").lines[0].contains(#""size":12288,"mapped":65536"#))
    // It is no news that others made.
    session.collect()
    #expect(!session.log.contains { $0.isOfOthers }, "\(session.log.map(\.lines))")
    #expect(try refusal(of: "sync r2").contains("a program cut the file short"))
  }

  @Test("A cut inside a page loses the page")
  func cutInside() throws {
    try open()
    #expect(
      try perform("truncate 5000").lines[0].hasSuffix(
        "pages 1-15 of the mapping lie behind its end, the first in part; 7 pages became lost"))
    try play("expect page 0 durable", "expect page 1-7 lost")
  }

  @Test("A file can be cut to nothing and given back its size: what it had is zeros, and lost until it is written")
  func emptied() throws {
    try open()
    try perform("truncate 0")
    #expect(try size() == 0)
    try play("expect size 0", "expect page 0-7 lost")
    let line = try perform("truncate 64k").lines[0]
    #expect(line.contains("what was cut reads as zeros, and lost pages stay lost until they are written again"))
    try play(
      "expect page 0-7 lost", "expect bytes 0 0000", "reuse r1", "write r1 0x33", "sync r1", "expect page 0-3 durable",
      "verify r1")
  }

  @Test("What a file grows by is not mapped, and the line says how it would be")
  func grown() throws {
    try open()
    let line = try perform("truncate 1m").lines[0]
    #expect(line.contains("from 65536 to 1048576 bytes: 65536 of them are mapped; `open "), "\(line)")
    #expect(try size() == 1 << 20)
    session.collect()
    #expect(!session.log.contains { $0.isOfOthers }, "\(session.log.map(\.lines))")
    try play("expect size 1m", "expect page 0-3 durable", "poke 512k 01")
    #expect(try folder.bytes("a")[512 << 10] == 1)
    // The remedy, followed.
    try play("open \(word("a"))", "open \(word("a")) write", "expect size 1m", "expect count free 256")
    #expect(try perform("truncate 1m").lines[0].contains("has 1048576 bytes already"))
  }

  @Test("A size that the process may not make, or the file system does not hold, ends no process")
  func tooLarge() throws {
    let outcome = try run(
      "bash",
      [
        "-c",
        """
        head -c 200k /dev/zero > c; ulimit -S -f 100; \(mmapview) b --create 64k --headless -c 'expect error "raise the limit with" truncate 1g' \
          -c 'truncate 100k' -c 'expect error "raise the limit" truncate 200k' -c 'truncate 4k' -c 'expect size 4k' || exit
        \(mmapview) c --write --headless -c 'expect error "raise the limit with" poke 150k 01' -c 'poke 0 01'
        """,
      ], in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    try open()
    #expect(try refusal(of: "truncate 8000000t").contains("ask for a smaller one"))
    #expect(try size() == 65536)
  }

  @Test(
    "What is no size, page, range or bytes is refused with what was expected",
    arguments: [
      ("truncate 64q", "no size"), ("truncate", "the size is missing"), ("truncate -1", "no size"),
      ("truncate 99999999999999999999", "too large"), ("poke 0 a5a", "pairs of hex digits"),
      ("poke 0 0xa5", "pairs of hex digits"), ("poke 0 \"\"", "no bytes"), ("poke zz 00", "no size"),
      ("poke 0 \"a\" \"b\"", "unexpected"), ("poke 0", "missing"), ("punch 99z", "names no pages"),
      ("punch", "missing"),
    ])
  func misspelt(line: String, text: String) throws {
    let error = try #require(throws: SyntaxError.self) { _ = try Command(parsing: line) }
    #expect(error.description.contains(text), "\(error)")
  }

  // MARK: punch

  @Test("A range is punched as a whole by label or by pages: it is allocated, a hole, and can be written again")
  func punched() throws {
    try open()
    #expect(try punch("punch r1").lines == ["punched r1: 4 pages, which read as zeros"])
    try perform("punch 4-7")
    try play(
      "expect page 0-11 allocated", "expect bytes 0 0000", "expect bytes 16k 0000", "write r1 0x44", "sync r1",
      "expect page 0-3 durable", "expect page 4-7 allocated", "verify r1")
    if (try? PageCache.extents(ofOwn: try #require(session.file).descriptor, bytes: 0..<65536)) != nil {
      try play("expect extent 4-7 hole")
    }
    #expect(try size() == 65536)
    try perform("select 0-3")
    #expect(try punch("punch selected").lines[0].hasPrefix("punched selected: 4 pages"))
    #expect(try punch("punch all").lines[0] == "punched all: 12 pages in 3 ranges, which read as zeros")
  }

  @Test("Punched blocks are gone as filefrag(8) sees it", .enabled(if: isInstalled("filefrag"), "needs filefrag"))
  func seenByOthers() throws {
    try open()
    try perform("sync r2")
    _ = try punch("punch r1")
    try run("sync", [folder.file("a").string])
    let outcome = try run("filefrag", ["-e", folder.file("a").string])
    guard outcome.status == 0 else { try skip("\(outcome.errors)") }
    let first = try #require(outcome.lines.first { $0.contains("0:") && $0.contains("..") && !$0.contains("ext:") })
    let logical = first.split(separator: ":").dropFirst().first.map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(logical?.hasPrefix("0..") == false, "\(outcome.output)")
    #expect(try Stat(folder.file("a")).sizeAllocated < 65536)
  }

  @Test("A part of a range, free pages, and pages of others are refused, and nothing is punched")
  func refused() throws {
    try open()
    let part = try refusal(of: "punch 2-7")
    #expect(part.contains("r1 has pages 0-3; ") && part.contains("`punch r1` punches it"), "\(part)")
    #expect(try refusal(of: "punch 8-12").contains("page 12 is in no range"))
    #expect(try refusal(of: "punch 99").contains("the last page is 15"))
    #expect(try refusal(of: "punch r9").contains("no such range"))
    #expect(try refusal(of: "punch selected").contains("nothing is selected"))
    try play("expect page 0-3 durable", "expect page 4-7 written", "verify r1", "verify r2")
    // What the first says, done.
    try play("reuse r1", "split r1 2p")
    _ = try punch("punch 2-3")
    try play("expect bytes 0x1fff 1100", "truncate 128k")
    #expect(try refusal(of: "punch 20").contains("page 20 is not mapped"))
  }

  @Test("A range that is cut off is lost where it is punched, and can be written when the file has its size again")
  func punchedBehindTheEnd() throws {
    try open()
    try perform("truncate 1p")
    #expect(try refusal(of: "punch r2").contains("a program cut the file short"))
    try play(
      "expect page 4-7 lost", "truncate 64k", "punch r1..r2", "expect page 0-7 allocated", "write r2 0x01", "sync r2")
  }

  // MARK: poke

  @Test("Bytes that are written past a durable page make it a written one, and a sync makes them durable")
  func poked() throws {
    try open()
    let line = try perform("poke 0x1001 a5 a6").lines[0]
    #expect(
      line == "poked 2 bytes at 0x1001, page 1, past the mapping; r1 is durable no longer: `sync r1`")
    try play(
      "expect bytes 0x1000 11a5a611", "expect page 0 durable", "expect page 1 written", "expect page 2-3 durable",
      "sync r1", "expect page 0-3 durable", "expect bytes 0x1001 a5a6")
    #expect(try refusal(of: "verify r1").contains("at 0x1001 expected 11 of 0x11, found a5"))
    #expect(try folder.bytes("a")[0x1000..<0x1004] == [0x11, 0xa5, 0xa6, 0x11])
  }

  @Test("A text is written as its bytes, over the end of a range too; free and allocated pages keep their state")
  func pokedText() throws {
    try open()
    try perform("flush r2", "expect page 4-7 flushing")
    let line = try perform("poke 16383 \"beef\"").lines[0]
    #expect(line.contains("4 bytes at 0x3fff, pages 3-4"))
    try play(
      "expect bytes 16383 62656566", "expect page 3-4 written", "expect page 5-7 flushing", "poke 32k 01",
      "poke 48k 02",
      "expect page 8 allocated", "expect page 12 free", "expect bytes 48k 02", "sync r1..r2", "expect page 0-7 durable")
  }

  @Test("No poke makes the file longer, and the size that would do is named and works")
  func pokedPastTheEnd() throws {
    try open()
    let refusal = try refusal(of: "poke 65535 0102")
    #expect(refusal.contains("which has 65536 bytes; `truncate 65537` makes it longer"), "\(refusal)")
    try play("truncate 65537", "poke 65535 0102", "expect size 65537", "expect bytes 65535 01")
    #expect(try self.refusal(of: "poke 0x7fffffffffffffff 01").contains("would end after the file"))
  }

  @Test("A file that was cut by others meanwhile is not made longer by a poke")
  func pokedAfterACut() throws {
    try open()
    try run("truncate", ["-s", "8192", folder.file("a").string])
    let refusal = try refusal(of: "poke 0x2000 01")
    #expect(refusal.contains("which has 8192 bytes; `truncate 8193` makes it longer"), "\(refusal)")
    try play("poke 0x1fff 01", "expect size 8k", "expect page 0 durable", "expect page 1 written", "expect page 2 lost")
  }

  @Test("While workers are at work, the file is neither cut nor written past its mapping")
  func withWorkers() throws {
    try perform("create \(word("a")) 64k", "workers start 2 mode=stepped size=1p", "workers step 1")
    for line in ["truncate 4k", "poke 0 01"] {
      #expect(try refusal(of: line).contains("`workers stop` and `workers wait` first"))
    }
    #expect(try refusal(of: "punch 0").contains("in the hands of worker"))
    try play("workers stop", "workers wait", "truncate 4k")
  }

  @Test("A page that is lost stays lost, and its durable neighbour in the range is durable no longer")
  func pokedLost() throws {
    try open()
    try play("truncate 1p", "truncate 64k", "poke 4k 01", "expect page 0 durable", "expect page 1 lost", "poke 0 02")
    try play("expect page 0 written", "expect page 1 lost", "expect bytes 0 02", "expect bytes 4k 01")
    #expect(try refusal(of: "sync r1").contains("may be gone"))
  }

  // MARK: all of them

  @Test("A file that is only looked at is not changed, and the refusal says what allows it")
  func consent() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 65536))
    try perform("open \(word("a"))")
    for line in ["truncate 4k", "poke 0 01", "punch 0-3"] {
      let refusal = try refusal(of: line)
      #expect(refusal.contains("open for reading only") && refusal.contains("write`"), "\(refusal)")
    }
    for line in ["truncate 4k", "poke 0 01"] {
      #expect(session.fileToAllow(for: try #require(try Command(parsing: line))) != nil)
    }
    #expect(try folder.bytes("a") == [UInt8](repeating: 7, count: 65536))
    try perform("open \(word("a")) write", "poke 0 \"yes\"")
    #expect(try folder.bytes("a").prefix(3) == Array("yes".utf8)[...])
  }

  @Test("Dirty pages that go unwritten are not counted as cleaned")
  func costs() throws {
    try open()
    let event = try perform("truncate 5p")
    #expect(event.cost != nil && event.cost?.cleaned == nil)
    #expect(try refusal(of: "expect cost cleaned 0").contains("unknown here"))
    let punched = try punch("punch r1")
    #expect(punched.cost != nil && punched.cost?.cleaned == nil)
    #expect(try perform("poke 0 01").cost?.minorFaults != nil)
  }

  @Test("Recorded changes play again, to the same states and bytes")
  func recorded() throws {
    try perform("record \(word("s.mmv"))")
    try open()
    _ = try punch("punch r1")
    try perform("write r1 0x55", "sync r1", "poke 0x1000 a5a5", "poke 8k \"a \\\"b\\\"\"", "truncate 20k", "record off")
    let script = try String(contentsOfFile: folder.file("s.mmv").string, encoding: .utf8)
    for line in ["punch r1", "poke 0x1000 a5a5", "poke 0x2000 \"a \\\"b\\\"\"", "truncate 20k"] {
      #expect(script.contains("\n\(line) #@"), "\(script)")
    }
    let (bytes, states) = (try folder.bytes("a"), (0..<16).map { session.file?.states[$0] })
    try folder.put("s.mmv", Array(script.replacing(#/(create .* 64k) #@/#) { "\($0.output.1) force #@" }.utf8))
    try perform("open \(word("s.mmv"))")
    try play("source \(word("s.mmv"))")
    #expect((0..<16).map { session.file?.states[$0] } == states)
    #expect(try folder.bytes("a") == bytes)
  }
}

/// The same on file systems of the tests' own.
@Suite("Cut, grow, punch, poke on disks", .enabled(if: mayMount, needsMounts), .serialized)
final class ChangedFileDiskTests: FolderSuite {
  private func onDisk(_ fileSystem: String, _ body: @escaping @Sendable (Session, FilePath) throws -> Void) throws {
    let folder = folder
    try onThreadWithMounts(fileSystem) {
      if ["tmpfs", "ramfs"].contains(fileSystem) {
        try mount("-t", fileSystem, "-o", "size=64m", fileSystem, folder.path.string)
        try body(try Session(), folder.path)
      } else {
        let disk = try SmallDisk(in: folder.path, fileSystem)
        defer { disk.unmount() }
        try body(try Session(), disk.path)
      }
    }
  }

  /// The blocks of a file, as stat(1) counts them when all is written back.
  private static func allocated(_ path: FilePath) throws -> Int {
    try run("sync", [path.string])
    return Int(try Stat(path).sizeAllocated)
  }

  @Test(
    "Holes, cuts and pokes are there for other programs to see", arguments: ["ext4", "xfs", "btrfs", "tmpfs"])
  func seen(fileSystem: String) throws {
    try onDisk(fileSystem) { session, disk in
      let path = disk.appending("a")
      try session.perform(
        "create \(path) 4m", "allocate 1m x4", "write r1..r4 0x11", "sync r1..r4", "expect count durable 1024")
      let whole = try Self.allocated(path)
      try session.perform("punch r2", "punch 768-1023", "expect count durable 512", "expect count allocated 512")
      #expect(whole - (try Self.allocated(path)) == 2 << 20)
      try session.perform("poke 0x200000 2222", "expect page 512 written", "sync r3", "expect page 512 durable")
      let bytes = try run("bash", ["-c", "od -An -tx1 -j 2097151 -N 4 \(path); tr -d '\\0' < \(path) | wc -c"])
      #expect(bytes.output == " 00 22 22 11\n2097152\n", "\(bytes)")
      try session.perform("truncate 1m", "expect count lost 256", "expect count durable 256", "expect size 1m")
      #expect(try Stat(path).size == 1 << 20)
      try session.perform("truncate 4m", "punch r3", "write r2..r3 0x33", "sync r2..r3", "verify r2..r3")
      try session.perform("verify r1", "expect count durable 768", "expect count lost 0")
      #expect(try run("bash", ["-c", "tr -d '\\0' < \(path) | wc -c"]).output == "3145728\n")
    }
  }

  @Test("On a full disk a poke into a hole and a write into one are refused, and work when there is room")
  func full() throws {
    try onDisk("ext4") { session, disk in
      let path = disk.appending("a")
      try session.perform("create \(path) 1m", "allocate 512k x2", "write r1..r2 0x11", "sync r1..r2", "punch r1")
      try fillDisk(at: disk)
      for line in ["poke 64k 01", "write r1 0x22"] {
        let error = #expect(throws: CommandError.self) { try session.perform(line) }
        #expect(error?.description.contains("free some space") == true, "\(String(describing: error))")
      }
      try session.perform("expect page 0-127 allocated", "expect page 128-255 durable", "poke 768k 01")
      try emptyDisk(at: disk)
      try session.perform("poke 64k 01", "write r1 0x22", "sync r1..r2", "expect page 0-255 durable")
    }
  }

  @Test("Where the file system can't punch, all stays as it was, and the remedy works")
  func cannotPunch() throws {
    try onDisk("ramfs") { session, disk in
      try session.perform(
        "create \(disk.appending("a")) 64k sparse", "allocate 4p x2", "write r1..r2 0x11", "sync r2")
      for line in ["punch r1", "punch 4-7", "punch all"] {
        let error = #expect(throws: CommandError.self) { try session.perform(line) }
        let text = error?.description ?? ""
        #expect(
          text.contains("can't punch holes") && text.contains("`reuse` the range and `write` it with zero"), "\(text)")
      }
      try session.perform("expect page 0-3 written", "expect page 4-7 durable", "verify r1..r2")
      try session.perform("reuse r1", "write r1 zero", "expect bytes 0 0000", "truncate 1p", "expect page 4-7 lost")
    }
  }
}
