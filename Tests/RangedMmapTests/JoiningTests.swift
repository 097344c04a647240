import RangedMmap
import TestSupport
import Testing

@Suite("Splitting and joining at all three stages")
struct JoiningTests {
  let folder: TemporaryFolder
  let file: MmapFile
  let allocator: SequentialAllocator

  init() throws {
    folder = try TemporaryFolder()
    (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 * 4096 + 10)
  }

  private func written(_ count: Int) throws -> WriteReceipt {
    let range = try require(take: allocator.allocate(count))
    return try file.write([UInt8](repeating: 1, count: range.count), to: range)
  }

  private func parts<Stage>(_ split: consuming RangeSplit<Stage>) throws -> (
    HandOver<PageRange<Stage>>, HandOver<PageRange<Stage>>
  ) {
    switch consume split {
    case .parts(let low, let high): return (HandOver(low), HandOver(high))
    case .whole: throw CancellationError()
    case .outOfBounds: throw CancellationError()
    }
  }

  private func whole<Stage>(_ join: consuming RangeJoin<Stage>) throws -> PageRange<Stage> {
    switch consume join {
    case .joined(let range): return range
    case .apart: throw CancellationError()
    }
  }

  @Test("A part of a receipt is synced, the other used again")
  func receipts() throws {
    let (low, high) = try parts(try written(3 * 4096).split(at: 4096, rounding: .up))
    let flushed = try file.sync(try require(take: low.take()))
    #expect(flushed.byteRange == 0..<4096)
    let again = file.reuse(try require(take: high.take()))
    #expect(again.byteRange == 4096..<3 * 4096)
    #expect((0..<3).map { file.states[$0] } == [.flushed, .allocated, .allocated])
    // Durable ranges are split, too.
    let (left, right) = try parts(flushed.split(at: 0, rounding: .up))
    #expect(try require(take: left.take()).isEmpty)
    #expect(file.reuse(try require(take: right.take())).count == 4096)
  }

  @Test("Neighbours join in either order, up to a last page that is not whole")
  func neighbours() throws {
    let first = try require(take: allocator.allocate(4096))
    let second = try require(take: allocator.allocate(8192))
    let both = try whole(second.joined(with: first))
    #expect(both.byteRange == 0..<3 * 4096)
    let rest = try require(take: allocator.allocate(.max))
    let all = try whole(both.joined(with: rest))
    #expect(all.byteRange == 0..<8 * 4096 + 10)
    let receipt = try file.write([UInt8](repeating: 3, count: all.count), to: all)
    let (low, high) = try parts(receipt.split(at: 8192, rounding: .up))
    let flushed = try file.sync(try whole(try require(take: low.take()).joined(with: try require(take: high.take()))))
    #expect(flushed.count == file.size)
    #expect(file.states.counts()[.flushed] == 9)
  }

  @Test("What lies apart, or in different files, comes back as it was")
  func apart() throws {
    let (_, others) = try MmapFile.create(at: folder.file("b"), size: 2 * 4096)
    let first = try require(take: allocator.allocate(4096))
    _ = allocator.allocate(4096)
    let third = try require(take: allocator.allocate(4096))
    let back: AllocatedRange
    switch first.joined(with: third) {
    case .joined:
      Issue.record("ranges were joined over what lies between them")
      return
    case .apart(let low, let high):
      #expect((low.byteRange, high.byteRange) == (0..<4096, 8192..<12288))
      back = low
    }
    _ = others.allocate(4096)
    switch back.joined(with: try require(take: others.allocate(4096))) {
    case .joined: Issue.record("ranges of two files were joined")
    case .apart(let mine, let other):
      #expect((mine.byteRange, other.byteRange) == (0..<4096, 4096..<8192))
      try expect(.lengthMismatch) { [mine = HandOver(mine)] in
        _ = try file.write([], to: try require(take: mine.take()))
      }
    }
  }

  @Test("An empty range joins with what lies where it is, and with nothing else")
  func empty() throws {
    let (low, high) = try parts(try require(take: allocator.allocate(4096)).split(at: 4096, rounding: .down))
    let end = try require(take: high.take())
    #expect(end.byteRange == 4096..<4096)
    let again = try whole(end.joined(with: try require(take: low.take())))
    #expect(again.byteRange == 0..<4096)
    let (start, rest) = try parts(again.split(at: 0, rounding: .up))
    _ = allocator.allocate(4096)
    let far = try require(take: allocator.allocate(4096))
    switch try require(take: start.take()).joined(with: far) {
    case .joined: Issue.record("an empty range was joined with one far away")
    case .apart(let empty, _): #expect(try whole(empty.joined(with: try require(take: rest.take()))).count == 4096)
    }
  }
}
