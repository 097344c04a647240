import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Taking over what lies in a file")
struct AdoptTests {
  let folder: TemporaryFolder
  let path: FilePath

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a")
  }

  @Test("Pages that hold data are claimed at their place, read, synced and updated; the rest stays free")
  func claims() throws {
    try folder.put("a", (0..<4).flatMap { [UInt8](repeating: UInt8($0), count: 4096) } + [9, 9])
    let (file, allocator) = try MmapFile.open(at: path, allocator: FreeListAllocator.self)
    let receipt = try file.adopt(try require(take: allocator.allocate(8192, at: 4096)))
    #expect((0..<5).map { file.states[$0] } == [.free, .written, .written, .free, .free])
    #expect(try file.withBytes(of: receipt) { [$0[0], $0[4096]] } == [1, 2])
    let flushed = try file.sync(receipt)
    #expect((0..<5).map { file.states[$0] } == [.free, .flushed, .flushed, .free, .free])
    _ = try file.sync(try file.update(flushed) { $0[0] = 7 })
    let last = try file.adopt(try require(take: allocator.allocate(1, at: 16384)))
    #expect(last.count == 2)
    #expect(try folder.bytes("a")[4095...4097] == [0, 7, 1])
    #expect(try require(take: allocator.allocate(4096)).byteRange == 0..<4096)
  }

  @Test("What an earlier program has written, and the kernel not yet, is data, too")
  func notYetOnDisk() throws {
    do {
      let (file, allocator) = try MmapFile.create(at: path, size: 4 * 4096)
      _ = try file.write([UInt8](repeating: 5, count: 8192), to: try require(take: allocator.allocate(8192)))
    }
    let (file, allocator) = try MmapFile.open(at: path, allocator: FreeListAllocator.self)
    let receipt = try file.adopt(try require(take: allocator.allocate(8192, at: 0)))
    #expect(try file.withBytes(of: receipt) { $0[8191] } == 5)
    _ = try file.sync(receipt)
  }

  @Test(
    "Pages that were never written are refused, however they read, and come back",
    .enabled(if: reportsBlocks, needsBlocks), arguments: [true, false])
  func holes(isSparse: Bool) throws {
    let (file, allocator) = try MmapFile.create(
      at: path, size: 4 * 4096, allocator: FreeListAllocator.self, storage: isSparse ? .sparse : .preallocated)
    _ = try file.sync(try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(1))))
    // In memory, as zeros that were never written.
    _ = try file.peek(0..<4 * 4096)
    let range = try require(take: allocator.allocate(8192, at: 4096))
    do {
      _ = try file.adopt(range)
      Issue.record("a hole was adopted")
    } catch {
      #expect(error.code == .noData)
      #expect((0..<4).map { file.states[$0] } == [.flushed, .allocated, .allocated, .free])
      _ = try file.sync(try file.write([UInt8](repeating: 2, count: 8192), to: try error.range()))
    }
  }

  @Test("Lost pages, foreign ranges and what was cut off are refused")
  func refusals() throws {
    try folder.put("a", [UInt8](repeating: 1, count: 8192))
    let (file, allocator) = try MmapFile.open(at: path, allocator: FreeListAllocator.self)
    let (other, _) = try MmapFile.create(at: folder.file("b"), size: 4096)
    var range = try require(take: allocator.allocate(8192))
    do {
      _ = try other.adopt(range)
      Issue.record("a foreign range was adopted")
      return
    } catch {
      #expect(error.code == .foreignRange)
      range = try error.range()
    }
    try run("truncate", ["-s", "100", path.string])
    do {
      _ = try file.adopt(range)
      Issue.record("pages that were cut off were adopted")
      return
    } catch {
      #expect(error.code == .truncated)
      range = try error.range()
    }
    try run("truncate", ["-s", "8192", path.string])
    do {
      _ = try file.adopt(range)
      Issue.record("lost pages were adopted")
    } catch { #expect(error.code == .lost) }
  }
}
