import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Acts on pages, and what they cost")
final class PageActTests: SessionSuite {
  /// A file on the disk that is only looked at, with nothing of it in memory.
  private func openCold(pages: Int) throws {
    try folder.put("a", [UInt8](repeating: 7, count: pages * Alignment.page))
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    #expect(fsync(file.rawValue) == 0)
    #expect(posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
    guard let counts = try? PageCache.counts(of: file, bytes: 0..<pages * Alignment.page), counts.cached == 0 else {
      try skip("pages of a file that was just written can't be evicted or counted here")
    }
    try perform("open \(word("a"))")
  }

  private func cached(_ pages: Int) throws -> [Int] {
    let file = try FileDescriptor.open(folder.file("a"), .readOnly)
    defer { try? file.close() }
    return (0..<pages).filter { ctest_page_state(file.rawValue, UInt($0)) & 1 != 0 }
  }

  @Test("A file that is only looked at is read and evicted without consent, and no byte of it changes")
  func lookingOn() throws {
    try openCold(pages: 64)
    try perform("advise random all")
    #expect(try perform("touch 5").lines == ["touched 1 page: 1 came into memory, 0 were there"])
    #expect(try cached(64) == [5])
    try perform("expect cost came 1", "touch 5", "expect cost major 0", "expect cost came 0")
    try perform("touch 8-11", "evict 9-10")
    #expect(try cached(64) == [5, 8, 11])
    #expect(try perform("evict all").lines == ["evicted 3 of 3 pages"])
    #expect(try perform("evict all").lines == ["evict all: none of 64 pages was in memory"])
    try perform("expect bytes 0 07", "expect size 256k")
  }

  @Test("A cold touch costs a major fault and what was read, and a warm one neither")
  func costs() throws {
    try openCold(pages: 64)
    try perform("advise random all", "touch 3", "expect cost major 1+", "expect cost faults 1+")
    if session.scripts.lastCost?.bytesRead != nil { try perform("expect cost read 4k+") }
    try perform(
      "touch 3", "expect cost major 0", "expect cost read 0", "expect cost gone 0", "evict 3", "expect cost gone 1")
    #expect(
      try refusal(of: "expect cost gone 2+")
        == "expect cost gone 2+: expected at least 2 pages gone, found 1")
  }

  @Test("An act on ranges with others between them counts its own pages alone")
  func gaps() throws {
    try perform("create \(word("a")) 256k", "allocate 4p x3", "split r1 4k", "write all counter", "sync all")
    guard session.file?.isInMemory == false else { try skip("this file system lives in memory") }
    #expect(try perform("touch r1..r2").lines[0].hasPrefix("touched 5 pages"))
    try perform("lock 2")
    #expect(try perform("lock r1..r2").lines[0].hasPrefix("locked 5 pages; 24k are locked here"))
    try perform("unlock r1..r2")
    #expect(try perform("lock 2").lines[0].hasPrefix("locked 1 page; 4k are locked here"))
  }

  @Test(
    "Where a user may not write a file, the refusal says so and names no consent that would not help",
    .enabled(if: geteuid() == 0, "only root can become another user"))
  func mayNotWrite() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    let path = folder.file("a")
    try run("chmod", ["755", folder.path.string, path.string])
    let refusal = try onThread(asUser: 65534) {
      let session = try Session()
      try session.perform(.open(path: path.string, forWriting: false))
      do throws(CommandError) { try session.perform(.poke([1], at: 0)) } catch { return error.description }
      return ""
    }
    #expect(refusal == "\(path): is open for reading only, and you may not write it: Permission denied; write a copy")
    try perform("open \(word("a"))")
    #expect(try self.refusal(of: "poke 0 ff").contains("allow writing with --write"))
  }

  @Test("What is locked can be locked again where the limit is reached")
  func lockedTwice() async throws {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try folder.put("a", [UInt8](repeating: 7, count: 8 * Alignment.page))
      ctest_limit_locks(UInt(4 * Alignment.page))
      // The right to lock all is the superuser's.
      let become: @Sendable () -> Int32 = { getuid() == 0 ? ctest_become_user(65534) : 0 }
      let file = try FileDescriptor.open(folder.file("a"), .readOnly)
      let counts = try onThread(after: become) {
        let locks = PageLocks()
        for pages in [0..<2, 1..<4, 0..<4] { _ = try locks.lock(pages, of: file) }
        return [locks.count, (try? locks.lock(0..<5, of: file)) == nil ? 1 : 0]
      }
      exit(counts == [4, 1] ? 0 : 1)
    }
  }

  @Test("What is read ahead of one piece of a long act was not there before the act")
  func pieces() throws {
    let pages = 3 << 14
    try openCold(pages: pages)
    // Some may have gone again on a busy machine.
    #expect(try perform("touch all").lines[0].hasSuffix(" came into memory, 0 were there"))
  }

  @Test("What was not needed for an act is no cost of it, and a writeback that it began is one")
  func costsOfOthers() throws {
    try openCold(pages: 64)
    // The lines that show the bytes are made on the same thread, and are new memory.
    let before = try perform("read 0-31").cost
    #expect(before?.minorFaults ?? 0 < 32, "the pages of the lines were counted")
    let after = try #require(try perform("read 40").cost)
    // Of room for the bytes, where there was none: the lines are some 20.
    #expect(after.minorFaults ?? 0 < 8)
    #expect(
      try refusal(of: "expect cost faults 100+").hasPrefix(
        "expect cost faults 100+: expected at least 100 faults, found "))
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 9, count: 64 * Alignment.page))
    let dirty = try PageCache.counts(of: file, bytes: 0..<64 * Alignment.page).dirty
    guard dirty > 0 else { try skip("nothing is dirty here after a write") }
    try perform("evict all")
    let left = try PageCache.counts(of: file, bytes: 0..<64 * Alignment.page).dirty
    try perform("expect cost cleaned \(dirty - left)")
    #expect(left == 0)
  }

  @Test("What the device wrote is what the kernel counted of it meanwhile", .enabled(if: mayMount, needsMounts))
  func device() throws {
    let folder = folder.path
    try onThreadWithMounts("ext4") {
      let disk = try SmallDisk(in: folder, "ext4", size: "32m")
      defer { disk.unmount() }
      let session = try Session()
      func perform(_ line: String) throws -> Event { try session.perform(lines: [line]) }
      let path = disk.path.appending("a")
      for line in ["create \(Word.quote(path.string)) 1m", "allocate 8p x2", "write all counter", "sync r1"] {
        _ = try perform(line)
      }
      let device = try path.stat().identity[0]
      func written() throws -> Int {
        let counter = "/sys/dev/block/\(device >> 8):\(device & 0xff)/stat"
        let fields = try String(contentsOfFile: counter, encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[6])) * 512
      }
      let before = try written()
      let cost = try #require(try perform("sync r2").cost)
      let most = try written() - before
      #expect(cost.bytesWritten.map { (8 * Alignment.page...most).contains($0) } == true, "\(cost), at most \(most)")
      #expect(cost.cleaned ?? 0 >= 8)
    }
  }

  @Test("What an act cost is one of its lines where that was asked for, and on a screen beside them")
  func line() throws {
    try openCold(pages: 64)
    #expect(try perform("touch 3").lines.count == 1)
    let lines = try perform("set cost on", "touch 3").lines
    #expect(
      lines.count == 2 && lines[1].hasPrefix("cost: ") && lines[1].contains(" fault") && lines[1].contains(", 0 major"))
    #expect(lines[1].contains("+0 pages"))
    session.host.hasScreen = true
    let event = try perform("touch 3")
    #expect(event.lines.count == 1 && event.cost?.majorFaults == 0)
    try perform("set cost off")
    session.host.hasScreen = false
    #expect(try perform("touch 3").lines.count == 1)
  }

  @Test("Own pages are evicted too once they are on the disk, and dirty ones are where that is asked for")
  func own() throws {
    try perform("create \(word("a")) 256k", "allocate 256k", "write r1 counter")
    if session.file?.isInMemory == true {
      #expect(try perform("evict all").lines[0].contains("lives in memory"))
      try skip("this file system lives in memory")
    }
    let first = try perform("evict r1").lines[0]
    #expect(first.hasPrefix("evicted ") && first.contains(" of 64 pages"))
    try perform("evict r1 sync")
    #expect(try cached(64).isEmpty)
    try perform("expect page 0-63 written", "verify r1", "sync r1", "expect page 0-63 durable", "evict r1", "verify r1")
  }

  @Test("Locked pages stay until they are unlocked, some of them before the others")
  func locks() throws {
    try openCold(pages: 64)
    try perform("advise random all")
    let locked = try perform("lock 4-7").lines[0]
    #expect(locked.hasPrefix("locked 4 pages; 16k are locked here"))
    #expect(try perform("evict all").lines[0].hasPrefix("evict") && cached(64) == Array(4...7))
    #expect(try perform("evict all").lines[0] == "evicted 0 of 4 pages; 4 stayed: 4 locked here (`unlock`)")
    #expect(try perform("unlock 5-6").lines == ["unlocked 2 pages"])
    try perform("evict all")
    #expect(try cached(64) == [4, 7])
    #expect(try refusal(of: "unlock 5") == "unlock 5: none of these pages is locked here; `lock 5` locks them")
    #expect(try perform("unlock all").lines == ["unlocked 2 pages"])
    try perform("evict all")
    #expect(try cached(64).isEmpty)
  }

  @Test("Where a later piece can't be locked, nothing stays locked")
  func takenBack() throws {
    try openCold(pages: 64)
    try perform("lock 60")
    let file = try #require(session.file)
    let locks = session.document.locks
    let acting = ActingFile(
      sampled: try #require(session.sampledFile), mapped: file, locks: locks, lockCount: locks.lockCount,
      advice: session.document.advice)
    let action = LockAction(target: .all)
    _ = try action.act(on: 0..<8, of: acting)
    _ = try action.act(on: 8..<16, of: acting)
    #expect(locks.count == 17)
    action.takeBack(of: acting)
    #expect(locks.count == 1 && locks.pages(in: 60..<61) == 1)
  }

  @Test("A file that was cut meanwhile is said to be, and what it has left is acted on")
  func cut() throws {
    try perform("create \(word("a")) 256k")
    try run("truncate", ["-s", "128k", folder.file("a").string])
    let lines = try perform("touch 30-33").lines
    #expect(lines.count == 2 && lines[0].hasPrefix("touched 2 pages") && lines[1].contains("131072 bytes"), "\(lines)")
    #expect(try refusal(of: "prefetch 40").contains("131072 bytes"))
  }

  @Test(
    "What names no pages, or pages that are not there, is refused with what was expected",
    arguments: [
      ("evict 64", "64"), ("touch r1", "no such range"), ("evict selected", "nothing is selected"),
      ("prefetch 60-70", "70"), ("lock 64", "64"), ("advise random 99", "99"),
    ])
  func refused(line: String, text: String) throws {
    try openCold(pages: 64)
    let refusal = try refusal(of: line)
    #expect(refusal.contains(text), "\(refusal)")
  }

  @Test("The order in which pages are said to be read is that which was said last")
  func advice() {
    let table = AdviceTable()
    #expect(table.runs(in: 3..<9).map(\.pages) == [3..<9])
    table.set(.random, 0..<4)
    table.set(.sequential, 2..<6)
    let runs = table.runs(in: 1..<9)
    #expect(runs.map(\.pages) == [1..<2, 2..<6, 6..<9] && runs.map(\.advice) == [.random, .sequential, .normal])
    table.set(.normal, 0..<9)
    #expect(table.runs(in: 1..<9).map(\.pages) == [1..<9])
  }

  @Test("Recorded acts play again")
  func recorded() throws {
    try openCold(pages: 64)
    try perform(
      "record \(word("s.mmv"))", "touch 0-3", "evict 0-1", "advise random all", "lock 5", "unlock 5", "record off")
    let script = try String(contentsOfFile: folder.file("s.mmv").string, encoding: .utf8)
    for line in ["touch 0-3", "evict 0-1", "advise random all", "lock 5", "unlock 5"] {
      #expect(script.contains("\n\(line)"), "\(script)")
    }
    try perform("source \(word("s.mmv"))")
  }
}
