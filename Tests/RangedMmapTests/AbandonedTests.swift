import Dispatch
import RangedMmap
import TestSupport
import Testing

/// A range that was in an error that was not taken.
@Suite("A range that is dropped with its error")
final class AbandonedTests: FolderSuite {
  // A write that fails, and whose error is dropped.
  private func fail(_ file: MmapFile, _ range: consuming AllocatedRange) {
    do {
      _ = try file.write([1], to: range)
      Issue.record("a byte was written to a longer range")
    } catch { #expect(error.code == .lengthMismatch) }
  }

  @Test("It goes back to its file, reads as free, and is given out again")
  func comesBack() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096 + 5)
    fail(file, try require(take: allocator.allocate(8192)))
    #expect(file.abandonedPageCount == 2)
    #expect((0..<3).map { file.states[$0] } == [.free, .free, .free])
    let range = try require(take: file.takeAbandoned())
    #expect(range.byteRange == 0..<8192)
    #expect(file.abandonedPageCount == 0)
    #expect(file.states[0] == .allocated)
    expectNone(file.takeAbandoned())
    _ = try file.write([UInt8](repeating: 1, count: 8192), to: range)
    fail(file, try require(take: allocator.allocate(.max)))
    #expect(try require(take: file.takeAbandoned()).byteRange == 8192..<4 * 4096 + 5)
  }

  @Test("Each allocator hands it out when its own space is used up, once", arguments: 0..<3)
  func handedOutOnce(kind: Int) throws {
    let (file, allocator): (MmapFile, any RangeAllocator) =
      switch kind {
      case 0: try MmapFile.create(at: folder.file("a"), size: 4 * 4096, allocator: SequentialAllocator.self)
      case 1: try MmapFile.create(at: folder.file("a"), size: 4 * 4096, allocator: ConcurrentAllocator.self)
      default: try MmapFile.create(at: folder.file("a"), size: 4 * 4096, allocator: FreeListAllocator.self)
      }
    fail(file, try require(take: allocator.allocate(4096)))
    _ = allocator.allocate(3 * 4096)
    let again = try require(take: allocator.allocate(4096))
    #expect(again.byteRange == 0..<4096)
    #expect(file.states[0] == .allocated)
    // A caller that drops its error a second time does not get it for ever.
    fail(file, again)
    expectNone(allocator.allocate(4096))
    #expect(file.abandonedPageCount == 1)
    #expect(try require(take: file.takeAbandoned()).byteRange == 0..<4096)
  }

  @Test("A loop that allocates and drops its errors ends", arguments: 0..<3)
  func ends(kind: Int) throws {
    let (file, allocator): (MmapFile, any RangeAllocator) =
      switch kind {
      case 0: try MmapFile.create(at: folder.file("a"), size: 64 * 4096, allocator: SequentialAllocator.self)
      case 1: try MmapFile.create(at: folder.file("a"), size: 64 * 4096, allocator: ConcurrentAllocator.self)
      default: try MmapFile.create(at: folder.file("a"), size: 64 * 4096, allocator: FreeListAllocator.self)
      }
    var rounds = 0
    while let range = allocator.allocate(3 * 4096), rounds < 1000 {
      fail(file, range)
      rounds += 1
    }
    #expect((42...44).contains(rounds))
    #expect(file.states.counts()[.free] == 64)
    #expect(file.abandonedPageCount >= 63)  // a free list may have one left, which was too short for the last request
  }

  @Test("An allocator of a part of the file hands out its own pages alone")
  func partOfTheFile() throws {
    let (file, all) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096)
    fail(file, try require(take: all.allocate(4096)))
    let part = ConcurrentAllocator(covering: try require(take: all.allocate(4096)), states: file.states)
    fail(file, try require(take: part.allocate(4096)))
    #expect(try require(take: part.allocate(8192)).byteRange == 4096..<8192)
    expectNone(part.allocate(4096))
  }

  @Test("What was taken out of the error does not come back, nor do receipts")
  func takenOut() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096)
    let (other, _) = try MmapFile.create(at: folder.file("b"), size: 4096)
    let range = try require(take: allocator.allocate(4096))
    do {
      _ = try file.write([1], to: range)
      Issue.record("a byte was written to a longer range")
    } catch {
      #expect(error.code == .lengthMismatch)
      let copy = error
      #expect(try copy.range().byteRange == 0..<4096)
    }
    let receipt = try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(4096)))
    do {
      _ = try other.sync(receipt)
      Issue.record("a foreign receipt was synced")
    } catch { #expect(error.code == .foreignRange) }
    #expect(file.abandonedPageCount == 0 && other.abandonedPageCount == 0)
    #expect(file.states[1] == .written)
    // A foreign range goes back to its own file.
    let foreign = try require(take: allocator.allocate(4096))
    do {
      _ = try other.write([UInt8](repeating: 1, count: 4096), to: foreign)
      Issue.record("a foreign range was written")
    } catch { #expect(error.code == .foreignRange) }
    #expect(file.abandonedPageCount == 1 && other.abandonedPageCount == 0)
  }

  @Test("Lost pages stay lost until they are written: no sync of everything succeeds meanwhile")
  func lostPages() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 2 * 4096)
    let receipt = try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(4096)))
    try run("truncate", ["-s", "0", folder.file("a").string])
    do {
      _ = try file.sync(receipt)
      Issue.record("lost pages were synced")
    } catch { #expect(error.code == .truncated) }
    try run("truncate", ["-s", "8192", folder.file("a").string])
    #expect(file.abandonedPageCount == 1 && file.states[0] == .lost)
    #expect(throws: MmapFileError.self) { try file.syncAll() }
    _ = try file.write([UInt8](repeating: 2, count: 4096), to: try require(take: file.takeAbandoned()))
    try file.syncAll()
  }

  @Test("An error that outlives its file gives nothing back, and does no harm")
  func outlivesTheFile() throws {
    var kept: MmapFileError?
    do {
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
      let range = try require(take: allocator.allocate(4096))
      do { _ = try file.write([1], to: range) } catch { kept = error }
    }
    #expect(kept?.code == .lengthMismatch)
    kept = nil
    #expect(try MmapFile.open(at: folder.file("a")).file.abandonedPageCount == 0)
  }

  @Test("Many threads whose writes fail lose no page")
  func concurrent() throws {
    let (file, allocator) = try MmapFile.create(
      at: folder.file("a"), size: 2048 * 4096, allocator: ConcurrentAllocator.self)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      while let range = allocator.allocate(4096 * (1 + thread % 3)) {
        let isWrong = thread % 2 == 0
        do throws(MmapFileError) {
          _ = try file.write([UInt8](repeating: 1, count: isWrong ? 1 : range.count), to: range)
          #expect(!isWrong)
        } catch { #expect(isWrong && error.code == .lengthMismatch) }
      }
    }
    var back = 0
    while let range = file.takeAbandoned() { back += range.pages.count }
    #expect(file.states.counts()[.written] + back == 2048)
  }
}
