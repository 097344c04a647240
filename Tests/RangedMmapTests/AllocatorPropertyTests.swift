import BasicContainers
import Foundation
import RangedMmap
import Synchronization
import TestSupport
import Testing

/// A generator whose run can be repeated from its seed.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: Int) { state = UInt64(seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A request for bytes: mostly small, now and then one that would overflow.
  mutating func request() -> Int {
    switch UInt64.random(in: 0..<40, using: &self) {
    case 0: .max
    case 1: .max - 4094
    case 2: .random(in: Int.min...0, using: &self)
    case 3...9: .random(in: 1...1 << 20, using: &self)
    default: .random(in: 1...20_000, using: &self)
    }
  }
}

/// An allocator of a third party: a free list, first fit, that takes ranges back. It can't overlap: it makes no range.
final class FreeList: RangeAllocator {
  let totalSize: Int
  private let states: PageStates
  private var free = UniqueArray<AllocatedRange>()

  init(covering space: consuming AllocatedRange, states: PageStates) {
    totalSize = space.count
    self.states = states
    free.append(space)
  }

  func allocate(_ byteCount: Int) -> AllocatedRange? {
    guard byteCount > 0 else { return nil }
    for index in 0..<free.count where free[index].count >= byteCount {
      switch free.remove(at: index).split(at: byteCount, rounding: .up) {
      case .parts(let low, let high):
        free.append(high)
        states.markAllocated(low)
        return low
      case .whole(let range):
        states.markAllocated(range)
        return range
      case .outOfBounds(let range):
        free.append(range)
      }
    }
    return nil
  }

  func giveBack(_ range: consuming AllocatedRange) {
    states.markFree(range)
    free.append(range)
  }
}

@Suite("Any allocator, asked for anything in any order")
struct AllocatorPropertyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

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
    let all = Mutex<[Range<Int>]>([])
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

  @Test("A third party's free list takes pages back, and still no two owners share one", arguments: 0..<60)
  func thirdParty(seed: Int) throws {
    var random = Seeded(seed)
    let size = Int.random(in: 1...2 << 20, using: &random)
    let (file, allocator) = try MmapFile.create(
      at: folder.file("a"), size: size, allocator: FreeList.self, storage: .sparse)
    #expect(allocator.totalSize == size)
    var held = UniqueArray<AllocatedRange>()
    var owned = Set<Int>()
    for _ in 0..<200 {
      if held.count > 0, Bool.random(using: &random) {
        let range = held.remove(at: Int.random(in: 0..<held.count, using: &random))
        owned.subtract(range.pages)
        allocator.giveBack(range)
      } else if let range = allocator.allocate(random.request()) {
        #expect(owned.isDisjoint(with: range.pages))
        owned.formUnion(range.pages)
        held.append(range)
      }
    }
    for page in 0..<file.states.count { #expect(file.states[page] == (owned.contains(page) ? .allocated : .free)) }
  }

  @Test("Splitting keeps every byte, whatever the position and the rounding", arguments: 0..<100)
  func splitting(seed: Int) throws {
    var random = Seeded(seed)
    let size = Int.random(in: 1...1 << 20, using: &random)
    let (_, allocator) = try MmapFile.create(at: folder.file("a"), size: size, storage: .sparse)
    _ = allocator.allocate(Int.random(in: 1...4096 * 4, using: &random))
    guard let range = allocator.allocate(.max) else { return }
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
