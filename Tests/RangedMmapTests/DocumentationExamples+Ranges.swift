import RangedMmap
import TestSupport
import Testing

// Ranges and allocators of the documentation: see `DocumentationExamples`.

extension DocumentationExamples {
  @Test("What lies in a file is claimed, and what is free is handed out")
  func freeList() throws {
    try folder.put("output.bin", [UInt8](repeating: 1, count: 16384))
    var hasEnded = false
    func example() throws {
      let (file, allocator) = try MmapFile.open(at: path, allocator: FreeListAllocator.self)
      guard let header = allocator.allocate(4096, at: 0) else { return }
      let kept = try file.adopt(header)
      guard let page = allocator.allocate(4096) else { return }
      allocator.free(page)
      #expect(kept.byteRange == 0..<4096)
      #expect(file.states[0] == .written && allocator.remaining == 12288)
      _ = try? file.write([1], to: try require(take: allocator.allocate(8192)))
      while let range = file.takeAbandoned() { allocator.free(range) }
      #expect(allocator.longestRun == 12288)
      hasEnded = true
    }
    try example()
    #expect(hasEnded)
  }

  @Test("Offsets are rounded to pages")
  func alignment() {
    let end = Alignment.up(5000)
    let start = Alignment.down(5000)
    #expect((start, end) == (4096, 8192))
  }

  @Test("A range is split at a page")
  func splitting() throws {
    let (_, allocator) = try MmapFile.create(at: path, size: 1 << 20)
    let range = try require(take: allocator.allocate(16384))
    var lengths: [Int]
    switch range.split(at: 5000, rounding: .up) {
    case .parts(let low, let high): lengths = [low.count, high.count]
    case .whole(let range): lengths = [range.count]
    case .outOfBounds(let range): lengths = [range.count]
    }
    #expect(lengths == [8192, 8192])
  }

  @Test("Neighbours become one range again")
  func joining() throws {
    let (_, allocator) = try MmapFile.create(at: path, size: 1 << 20)
    let low = try require(take: allocator.allocate(4096))
    let high = try require(take: allocator.allocate(8192))
    var lengths: [Int]
    switch low.joined(with: high) {
    case .joined(let range): lengths = [range.count]
    case .apart(let low, let high): lengths = [low.count, high.count]
    }
    #expect(lengths == [12288])
  }

  @Test("What is punched can be written again")
  func punching() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let bytes = [UInt8](repeating: 1, count: 4096)
    let flushed = try file.sync(try file.write(bytes, to: try require(take: allocator.allocate(4096))))
    func example(_ flushed: consuming FlushedRange) throws {
      let hole = try file.punch(flushed)
      let again = try file.write(bytes, to: hole)
      #expect(again.count == 4096 && file.states[0] == .written)
    }
    do { try example(flushed) } catch let error as MmapFileError {
      guard error.code == .cannotPunch else { throw error }
      try skip("\(error)")
    }
  }

  @Test("What is written past the mapping is durable no longer")
  func pastTheMapping() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 8192)
    let range = try require(take: allocator.allocate(8192))
    let written = try file.sync(try file.write([UInt8](repeating: 1, count: 8192), to: range))
    func example(_ flushed: consuming FlushedRange) throws {
      let receipt = try file.withDescriptor(writing: 4096..<4101, of: flushed) { descriptor in
        _ = try descriptor.writeAll(toAbsoluteOffset: 4096, Array("bytes".utf8))
      }
      #expect([file.states[0], file.states[1]] == [.flushed, .written])
      #expect(try file.withBytes(of: receipt) { bytes in (4096..<4102).map { bytes[$0] } } == Array("bytes".utf8) + [1])
      _ = try file.sync(receipt)
      #expect(file.states[1] == .flushed)
    }
    try example(written)
  }

  @Test("An allocator of one's own hands out what it splits off")
  func ownAllocator() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 3 * 4096 + 100, allocator: BackwardAllocator.self)
    #expect(try require(take: allocator.allocate(1)).byteRange == 12288..<12388)
    #expect(try require(take: allocator.allocate(5000)).byteRange == 4096..<12288)
    #expect(file.states.counts()[.allocated] == 3)
    #expect(try require(take: allocator.allocate(.max)).byteRange == 0..<4096)
    expectNone(allocator.allocate(1))
  }
}

/// Hands out pages from the end of the file to its start.
final class BackwardAllocator: RangeAllocator {
  let totalSize: Int
  private let states: PageStates
  private var rest: AllocatedRange?

  init(covering space: consuming AllocatedRange, states: PageStates) {
    totalSize = space.count
    self.states = states
    rest = consume space
  }

  func allocate(_ byteCount: Int) -> AllocatedRange? {
    guard byteCount > 0, let space = rest.take() else { return nil }
    let position = max(0, space.count - byteCount)
    switch space.split(at: position, rounding: .down) {
    case .parts(let low, let high):
      rest = consume low
      return handOut(high)
    case .whole(let last): return handOut(last)
    case .outOfBounds(let last): return handOut(last)
    }
  }

  private func handOut(_ range: consuming AllocatedRange) -> AllocatedRange {
    states.markAllocated(range)
    return range
  }
}
