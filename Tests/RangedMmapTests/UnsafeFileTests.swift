import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("The mapping without types")
final class UnsafeFileTests: FolderSuite {
  @Test("A sync of no bytes promises nothing, wherever it is")
  func emptySync() throws {
    let file = try UnsafeMmapFile.create(at: folder.file("a"), size: 3 * 4096)
    try unsafe file.fill(1)
    try file.flush(5000..<5000)
    try file.sync(5000..<5000)
    #expect(file.states[1] == .written)
    try file.sync(5000..<5001)
    #expect((0..<3).map { file.states[$0] } == [.written, .flushed, .written])
  }

  @Test("Some bytes do not make a lost page whole again, all of them do")
  func partialWritesOfLostPages() throws {
    let file = try UnsafeMmapFile.create(at: folder.file("a"), size: 2 * 4096)
    try unsafe file.fill(1)
    try run("truncate", ["-s", "0", folder.file("a").string])
    try expect(.truncated) { try unsafe file.fill(2) }
    try run("truncate", ["-s", "8192", folder.file("a").string])
    let half = [UInt8](repeating: 3, count: 6000)
    try unsafe file.writeAllBytes(half.span.bytes, at: 0)
    #expect((0..<2).map { file.states[$0] } == [.written, .lost])
    try expect(.lost) { try file.syncAll() }
    #expect((0..<2).map { file.states[$0] } == [.flushed, .lost])
    try unsafe file.fill(4)
    try file.syncAll()
    #expect(try folder.bytes("a") == [UInt8](repeating: 4, count: 8192))
  }

  @Test("To flush a page costs no more for lying in a large file")
  func flushInLargeFile() throws {
    func cost(in size: Int) throws -> Cost {
      guard let file = try? UnsafeMmapFile.create(at: folder.file("\(size)"), size: size, storage: .sparse) else {
        try skip("there can be no file of \(size) bytes here")
      }
      try unsafe file.writeAllBytes([1], at: size / 2)
      return try Cost { try file.flush(size / 2..<size / 2 + 4096) }
    }
    let (large, small) = (try cost(in: 1 << 40), try cost(in: 1 << 20))
    // The states of a TiB are 128 huge pages.
    #expect(large.faults < small.faults + 64)
    #expect(try large.calls == small.calls)
  }

  @Test("Bytes outside of the file are a trap for syncs and flushes")
  func outside() async {
    expectTrap(
      "bytes outside of the file",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        try UnsafeMmapFile.create(at: folder.file("a"), size: 4096).sync(0..<8192)
      })
    expectTrap(
      "bytes outside of the file",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        try UnsafeMmapFile.create(at: folder.file("a"), size: 4096).flush(-1..<1)
      })
  }

  @Test("An allocator over a part of the file stays inside of it")
  func allocatorOfPart() throws {
    let (file, whole) = try MmapFile.create(at: folder.file("a"), size: 5 * 4096 + 7)
    expectNone(whole.allocate(0))
    _ = whole.allocate(2 * 4096)
    let part = ConcurrentAllocator(covering: try require(take: whole.allocate(.max)), states: file.states)
    #expect(part.totalSize == 3 * 4096 + 7)
    #expect(part.remaining == 3 * 4096 + 7)
    #expect(try require(take: part.allocate(1)).byteRange == 8192..<12288)
    #expect(try require(take: part.allocate(.max)).byteRange == 12288..<5 * 4096 + 7)
    expectNone(part.allocate(1))
  }
}
