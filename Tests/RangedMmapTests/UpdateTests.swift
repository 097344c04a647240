import Foundation
import RangedMmap
import TestSupport
import Testing

/// Parts of ranges are changed, and the states of their pages stay true.
@Suite("Changing a part of a range")
struct UpdateTests {
  let folder: TemporaryFolder
  let file: MmapFile
  let allocator: SequentialAllocator

  init() throws {
    folder = try TemporaryFolder()
    (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 * 4096)
  }

  private func states(_ pages: Range<Int> = 0..<4) -> [PageState] { pages.map { file.states[$0] } }
  private func range(_ pages: Int) throws -> AllocatedRange { try require(take: allocator.allocate(pages * 4096)) }

  @Test("A new range is changed, and what was left alone is zeros that can be made durable")
  func newRange() throws {
    let receipt = try file.update(try range(3)) { editor in
      #expect(editor.count == 3 * 4096)
      editor.store([1, 2, 3], at: 4095)
      editor[0] = 9
      #expect(editor[4097] == 3)
    }
    #expect(states() == [.written, .written, .written, .free])
    let flushed = try file.sync(receipt)
    #expect(states() == [.flushed, .flushed, .flushed, .free])
    #expect(flushed.count == 3 * 4096)
    var expected = [UInt8](repeating: 0, count: 3 * 4096)
    expected[0] = 9
    expected.replaceSubrange(4095..<4098, with: [1, 2, 3])
    #expect(try folder.bytes("a").prefix(3 * 4096) == expected[...])
  }

  @Test("Only the pages that were stored to are written again; the others stay durable")
  func preciseStates() throws {
    let flushed = try file.sync(try file.write([UInt8](repeating: 7, count: 4 * 4096), to: try range(4)))
    let receipt = try file.update(flushed) { editor in editor.store(repeating: 1, count: 2, at: 2 * 4096 - 1) }
    #expect(states() == [.flushed, .written, .written, .flushed])
    _ = try file.sync(receipt)
    #expect(states() == [.flushed, .flushed, .flushed, .flushed])
    #expect(try folder.bytes("a")[2 * 4096 - 2...2 * 4096 + 1] == [7, 1, 1, 7])
  }

  @Test("Records fill a range over several calls, and each sees those before")
  func appending() throws {
    var receipt = try file.update(try range(1)) { $0.store(littleEndian: 0 as UInt32, at: 0) }
    for round in 0..<100 {
      try file.update(&receipt) { editor in
        let count = Int(editor.load(littleEndianAt: 0, as: UInt32.self))
        #expect(count == round)
        editor.store(bigEndian: UInt64(round) << 32, at: 4 + 8 * count)
        editor.store(littleEndian: UInt32(count + 1), at: 0)
      }
      if round % 30 == 0 { try file.flush(receipt) }
    }
    let last = try file.withBytes(of: receipt) { $0.load(bigEndianAt: 4 + 8 * 99, as: UInt64.self) }
    #expect(last == 99 << 32)
    #expect(states(0..<1) == [.written])
  }

  @Test("An update in which nothing is stored leaves states and receipt as they were")
  func storesNothing() throws {
    let flushed = try file.sync(try file.write([UInt8](repeating: 7, count: 4096), to: try range(1)))
    var receipt = try file.update(flushed) { #expect($0[5] == 7) }
    try file.update(&receipt) { $0.store([], at: 4096) }
    #expect(states(0..<1) == [.flushed])
    _ = try file.sync(receipt)
  }

  @Test("A closure that throws keeps what it stored, and gives the range back at the stage that is true")
  func throwing() throws {
    // A new range comes back to be written.
    do {
      _ = try file.update(try range(1)) { editor in
        editor[1] = 1
        throw CancellationError()
      }
      Issue.record("a closure that threw earned a receipt")
    } catch let error as MmapFileError {
      #expect(error.code == .incompleteWrite && error.cause is CancellationError)
      expectNone(error.takeReceipt())
      _ = try error.range()
    }
    // A durable one in which nothing was stored comes back durable; else as a receipt.
    var flushed = try file.sync(try file.write([UInt8](repeating: 7, count: 4096), to: try range(1)))
    do {
      _ = try file.update(flushed) { _ in throw CancellationError() }
      Issue.record("a closure that threw earned a receipt")
      return
    } catch { flushed = try require(take: error.takeFlushed()) }
    do {
      _ = try file.update(flushed) { editor in
        editor[1] = 1
        throw CancellationError()
      }
      Issue.record("a closure that threw earned a receipt")
    } catch {
      expectNone(error.takeFlushed())
      #expect(states(1..<2) == [.written])
      _ = try file.sync(try require(take: error.takeReceipt()))
      #expect(try folder.bytes("a")[4096...4098] == [7, 1, 7])
    }
  }

  @Test("A range of another file is refused, and comes back as what it was")
  func foreign() throws {
    let (other, _) = try MmapFile.create(at: folder.file("b"), size: 4096)
    var receipt = try file.write([UInt8](repeating: 7, count: 4096), to: try range(1))
    do {
      _ = try other.update(receipt) { $0[0] = 1 }
      Issue.record("a range of one file was changed in another")
      return
    } catch {
      #expect(error.code == .foreignRange)
      receipt = try require(take: error.takeReceipt())
    }
    do {
      try other.update(&receipt) { $0[0] = 1 }
      Issue.record("a range of one file was changed in another")
    } catch { #expect(error.code == .foreignRange) }
    _ = try file.sync(receipt)
    #expect(try folder.bytes("b").allSatisfy { $0 == 0 })
  }

  @Test("A part makes a lost page no whole one again")
  func lostPages() throws {
    let receipt = try file.write([UInt8](repeating: 7, count: 2 * 4096), to: try range(2))
    try run("truncate", ["-s", "4096", folder.file("a").string])
    let lost: AllocatedRange
    do {
      _ = try file.sync(receipt)
      Issue.record("lost bytes were made durable")
      return
    } catch { lost = try error.range() }
    try run("truncate", ["-s", "32768", folder.file("a").string])
    do {
      _ = try file.update(lost) { $0[0] = 1 }
      Issue.record("a lost page was called written again")
    } catch {
      #expect(error.code == .lost)
      let again = try file.write([UInt8](repeating: 8, count: 2 * 4096), to: try error.range())
      _ = try file.sync(try file.update(again) { $0[0] = 9 })
    }
    #expect(try folder.bytes("a").prefix(2 * 4096) == ([9] + [UInt8](repeating: 8, count: 2 * 4096 - 1))[...])
  }

  @Test("What a fault has hidden is not updated, though the file is long enough again")
  func hiddenByAFault() throws {
    var receipt = try file.write([UInt8](repeating: 7, count: 2 * 4096), to: try range(2))
    try run("truncate", ["-s", "0", folder.file("a").string])
    try expect(.truncated) { try file.withBytes(of: receipt) { _ = $0[4096] } }
    try run("truncate", ["-s", "32768", folder.file("a").string])
    // The page shows zeros now, and an update of some bytes would promise them as what was written.
    do {
      try file.update(&receipt) { $0[4097] = 1 }
      Issue.record("a page was updated whose bytes are gone")
    } catch { #expect(error.code == .lost) }
  }

  @Test("A file that is cut short under an update loses the range, and its receipt is good for nothing")
  func cutMeanwhile() throws {
    var receipt = try file.write([UInt8](repeating: 7, count: 2 * 4096), to: try range(2))
    do {
      try file.update(&receipt) { editor in
        try run("truncate", ["-s", "0", folder.file("a").string])
        editor[4096] = editor[1]
      }
      Issue.record("an update of what is gone succeeded")
    } catch { #expect(error.code == .truncated) }
    #expect(states(0..<2) == [.lost, .lost])
    try run("truncate", ["-s", "32768", folder.file("a").string])
    do {
      _ = try file.sync(receipt)
      Issue.record("lost bytes were called durable")
    } catch { #expect(error.code == .lost) }
  }

  @Test("Stores and loads outside of the range are traps, and so is a store while its bytes are lent")
  func traps() async {
    expectTrap(
      "bytes outside of the range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try UpdateTests.inProcess { $0.store([1, 2], at: 4095) }
      })
    expectTrap(
      "bytes outside of the range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try UpdateTests.inProcess { $0[-1] = 1 }
      })
    expectTrap(
      "bytes outside of the span",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try UpdateTests.inProcess { _ = $0[4096] }
      })
    expectTrap(
      "bytes outside of the span",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try UpdateTests.inProcess { _ = $0.load(bigEndianAt: .max, as: UInt64.self) }
      })
    expectTrap(
      "bytes outside of the range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try UpdateTests.inProcess { $0.store(repeating: 0, count: 2, at: 4095) }
      })
    expectTrap(
      "bytes are stored while the range is lent",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try UpdateTests.inProcess { editor in editor.withBytes { _ in editor[0] = 1 } }
      })
  }

  private static func inProcess(_ body: (RangeEditor) throws -> Void) throws {
    let folder = try TemporaryFolder()
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
    _ = try file.update(try require(take: allocator.allocate(4096)), body)
  }

  @Test("Whatever is stored wherever, the file has the same bytes as an array", arguments: 0..<30)
  func anything(seed: Int) throws {
    var random = Seeded(seed)
    let (file, allocator) = try MmapFile.create(
      at: folder.file("c"), size: 300_000, storage: Bool.random(using: &random) ? .sparse : .preallocated)
    var receipt = try file.update(try require(take: allocator.allocate(.max))) { _ in }
    var model = [UInt8](repeating: 0, count: 300_000)
    for round in 0..<40 {
      try file.update(&receipt) { editor in
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
          let start = Int.random(in: 0...model.count, using: &random)
          let count = min(model.count - start, 1 << Int.random(in: 0..<18, using: &random))
          var bytes = [UInt8](repeating: UInt8(round), count: count)
          if count > 0 { bytes[count / 2] = 0xff }
          editor.store(bytes, at: start)
          model.replaceSubrange(start..<start + count, with: bytes)
          if count > 0 { #expect(editor[start] == bytes[0] && editor[start + count / 2] == 0xff, "seed \(seed)") }
        }
      }
      #expect(try mapped(file, receipt) == model, "seed \(seed), round \(round)")
      switch round % 10 {
      case 3: try file.flush(receipt)
      case 7: receipt = try file.update(try file.sync(receipt)) { _ in }
      default: break
      }
    }
    _ = try file.sync(receipt)
    #expect(try folder.bytes("c") == model, "seed \(seed)")
  }

  // Through the mapping, where the other reads of this test are of the page cache.
  private func mapped(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: receipt.count)
    try file.read(receipt, into: &bytes)
    return bytes
  }
}
