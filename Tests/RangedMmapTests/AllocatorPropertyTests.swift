import Foundation
import RangedMmap
import TestSupport
import Testing

@Suite("Any allocator, asked for anything in any order")
final class AllocatorPropertyTests: FolderSuite {
  /// Fails unless the ranges are aligned, disjoint, and cover the file.
  private func check(_ ranges: [Range<Int>], size: Int, _ seed: Int) {
    var end = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      #expect(range.lowerBound == end, "seed \(seed): a gap or an overlap at \(end)")
      #expect(range.lowerBound % 4096 == 0 && (range.count % 4096 == 0 || range.upperBound == size))
      #expect(!range.isEmpty)
      end = range.upperBound
    }
    #expect(end == size, "seed \(seed)")
  }

  @Test("The sequential one hands out every page once, in order, and nothing after the end", arguments: 0..<200)
  func sequential(seed: Int) throws {
    var random = Seeded(seed)
    let size = Int.random(in: 1...3 << 20, using: &random)
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: size, storage: .sparse)
    var ranges: [Range<Int>] = []
    var handedOut = 0
    while handedOut < size {
      let request = random.request()
      guard let range = allocator.allocate(request) else {
        #expect(request <= 0)
        continue
      }
      #expect(range.start == handedOut)
      #expect(range.count == min(size - handedOut, (min(request, size) + 4095) / 4096 * 4096))
      handedOut = range.end
      ranges.append(range.byteRange)
      #expect(allocator.remaining == size - handedOut)
    }
    for _ in 0..<10 { expectNone(allocator.allocate(random.request())) }
    check(ranges, size: size, seed)
    #expect(file.states.counts()[.allocated] == file.states.count)
  }

  @Test("The concurrent one hands out every page once to any number of threads", arguments: 0..<60)
  func concurrent(seed: Int) throws {
    var random = Seeded(seed)
    let size = Int.random(in: 1...8 << 20, using: &random)
    let (file, allocator) = try MmapFile.create(
      at: folder.file("a"), size: size, allocator: ConcurrentAllocator.self, storage: .sparse)
    let all = Locked<[Range<Int>]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      var random = Seeded(seed &* 1000 &+ thread)
      var own: [Range<Int>] = []
      var refusals = 0
      while refusals < 10 {
        if let range = allocator.allocate(random.request()) { own.append(range.byteRange) } else { refusals += 1 }
        if allocator.remaining > 0 { refusals = 0 }
      }
      all.withLock { $0 += own }
    }
    check(all.withLock { $0 }, size: size, seed)
    #expect(allocator.remaining == 0)
    #expect(file.states.counts()[.allocated] == file.states.count)
  }

  @Test("Splitting keeps every byte, whatever the position and the rounding", arguments: 0..<100)
  func splitting(seed: Int) throws {
    var random = Seeded(seed)
    // More than the four pages that come before the range.
    let size = Int.random(in: 4096 * 4 + 1...1 << 20, using: &random)
    let (_, allocator) = try MmapFile.create(at: folder.file("a"), size: size, storage: .sparse)
    _ = allocator.allocate(Int.random(in: 1...4096 * 4, using: &random))
    let range = try require(take: allocator.allocate(.max))
    let whole = range.byteRange
    let position = Int.random(in: -5000...whole.count + 5000, using: &random)
    let rounding: SplitRounding = Bool.random(using: &random) ? .up : .down
    let at = whole.lowerBound + position
    let cut = rounding == .up ? (at + 4095) / 4096 * 4096 : at / 4096 * 4096
    switch range.split(at: position, rounding: rounding) {
    case .outOfBounds(let range):
      #expect(range.byteRange == whole && !(0...whole.count).contains(position))
    case .whole(let range):
      #expect(range.byteRange == whole && (rounding == .up ? cut >= whole.upperBound : cut <= whole.lowerBound))
    case .parts(let low, let high):
      #expect(low.byteRange == whole.lowerBound..<cut && high.byteRange == cut..<whole.upperBound)
    }
  }
}
