import RangedMmap
import TestSupport
import Testing

@Suite("Ranges and allocators")
final class RangeTests: FolderSuite {
  @Test("Sizes are rounded up to pages and clamped to what is left")
  func roundsAndClamps() throws {
    let (_, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096 * 3 + 100)
    expectNone(allocator.allocate(0))
    expectNone(allocator.allocate(-1))
    #expect(try require(take: allocator.allocate(1)).byteRange == 0..<4096)
    #expect(try require(take: allocator.allocate(4097)).byteRange == 4096..<12288)
    #expect(allocator.remaining == 100)
    #expect(try require(take: allocator.allocate(.max)).byteRange == 12288..<12388)
    expectNone(allocator.allocate(1))
    #expect(allocator.remaining == 0)
  }

  @Test("The concurrent allocator hands out the same ranges as the sequential one")
  func concurrentAgrees() throws {
    let (_, allocator) = try MmapFile.create(
      at: folder.file("a"), size: 4096 * 3 + 100, allocator: ConcurrentAllocator.self)
    expectNone(allocator.allocate(0))
    #expect(try require(take: allocator.allocate(1)).byteRange == 0..<4096)
    #expect(allocator.remaining == 4096 * 2 + 100)
    #expect(try require(take: allocator.allocate(4097)).byteRange == 4096..<12288)
    #expect(try require(take: allocator.allocate(.max)).byteRange == 12288..<12388)
    for _ in 0..<100 { expectNone(allocator.allocate(.max)) }
    #expect(allocator.remaining == 0)
  }

  @Test("A split rounds up or down to a page, and gives back what it can't cut")
  func splits() throws {
    let (_, allocator) = try MmapFile.create(at: folder.file("a"), size: 1 << 20)
    func split(_ position: Int, _ rounding: SplitRounding) throws -> String {
      let range = try require(take: allocator.allocate(4 * 4096))
      let base = range.start
      switch range.split(at: position, rounding: rounding) {
      case .parts(let low, let high): return "\(low.start - base)+\(low.count) \(high.start - base)+\(high.count)"
      case .whole(let range): return "whole \(range.count)"
      case .outOfBounds(let range): return "out \(range.count)"
      }
    }
    #expect(try split(5000, .up) == "0+8192 8192+8192")
    #expect(try split(5000, .down) == "0+4096 4096+12288")
    #expect(try split(0, .up) == "0+0 0+16384")
    #expect(try split(0, .down) == "whole 16384")
    #expect(try split(4095, .down) == "whole 16384")
    #expect(try split(12289, .up) == "whole 16384")
    #expect(try split(16384, .up) == "whole 16384")
    #expect(try split(16384, .down) == "0+16384 16384+0")
    #expect(try split(16385, .up) == "out 16384")
    #expect(try split(-1, .down) == "out 16384")
  }

  @Test("Bytes of another length than the range are refused, and the range comes back")
  func lengthMustMatch() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
    var range = try require(take: allocator.allocate(4096))
    for count in [0, 4095, 4097, 8192] {
      do {
        _ = try file.write([UInt8](repeating: 1, count: count), to: range)
        Issue.record("\(count) bytes were written to a range of 4096")
        return
      } catch {
        #expect(error.code == .lengthMismatch)
        range = try require(take: error.takeRange())
      }
    }
    #expect(try folder.bytes("a").allSatisfy { $0 == 0 })
    #expect(range.count == 4096)
  }

  @Test("A buffer that is too small is refused, with both lengths")
  func bufferTooSmall() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
    let range = try require(take: allocator.allocate(8192))
    var small = [UInt8](repeating: 0, count: 8191)
    do {
      try file.read(range, into: &small)
      Issue.record("8192 bytes were read into 8191")
    } catch {
      #expect(error.code == .bufferTooSmall)
      #expect(error.message.contains("8191") && error.message.contains("8192"))
    }
    var large = [UInt8](repeating: 9, count: 8200)
    #expect(try file.read(range, into: &large) == 8192)
    #expect(large[8191...] == [0, 9, 9, 9, 9, 9, 9, 9, 9])
  }

  @Test("A range of one file is refused by another, and by a later opening of its own")
  func foreignRanges() throws {
    let (first, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    let (second, _) = try MmapFile.create(at: folder.file("b"), size: 4096)
    let range = try require(take: allocator.allocate(4096))
    do {
      _ = try second.write([UInt8](repeating: 1, count: 4096), to: range)
      Issue.record("a range of one file was written in another")
    } catch {
      #expect(error.code == .foreignRange)
      let back = try require(take: error.takeRange())
      let receipt = try first.write([UInt8](repeating: 1, count: 4096), to: back)
      try expect(.foreignRange) { try second.flush(receipt) }
    }
    #expect(try folder.bytes("b").allSatisfy { $0 == 0 })
  }

  @Test("A box hands a range over once")
  func handOver() throws {
    let (_, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    let box = HandOver(try require(take: allocator.allocate(1)))
    #expect(try require(take: box.take()).count == 4096)
    expectNone(box.take())
  }
}
