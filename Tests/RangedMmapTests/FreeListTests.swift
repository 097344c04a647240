import BasicContainers
import RangedMmap
import TestSupport
import Testing

/// An allocator of a third party: a free list, first fit, that takes ranges back.
///
/// It can't overlap: it makes no range.
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

@Suite("An allocator of a third party")
final class FreeListTests: FolderSuite {
  @Test("It takes pages back, and still no two owners share one", arguments: 0..<60)
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
}
