import BasicContainers
import Dispatch
import RangedMmap
import TestSupport
import Testing

@Suite("The free list")
final class FreeListAllocatorTests: FolderSuite {
  private func make(
    _ size: Int, storage: Storage = .sparse
  ) throws -> (file: MmapFile, allocator: FreeListAllocator) {
    try MmapFile.create(at: folder.file("a"), size: size, allocator: FreeListAllocator.self, storage: storage)
  }

  @Test("It hands out the first pages that have room, and nothing where no run is as long")
  func firstFit() throws {
    let (_, allocator) = try make(8 * 4096 + 100)
    #expect(
      (allocator.totalSize, allocator.remaining, allocator.longestRun) == (
        8 * 4096 + 100, 8 * 4096 + 100, 8 * 4096 + 100
      ))
    expectNone(allocator.allocate(0))
    expectNone(allocator.allocate(-1))
    expectNone(allocator.allocate(9 * 4096 + 1))
    let first = try require(take: allocator.allocate(5000))
    let second = try require(take: allocator.allocate(1))
    #expect((first.byteRange, second.byteRange) == (0..<8192, 8192..<12288))
    allocator.free(first)
    // Two free pages, one that is in use, and the rest.
    #expect(try require(take: allocator.allocate(3 * 4096)).byteRange == 12288..<24576)
    #expect(try require(take: allocator.allocate(4096)).byteRange == 0..<4096)
    #expect(allocator.remaining == 3 * 4096 + 100)
    #expect(allocator.longestRun == 2 * 4096 + 100)
    #expect(try require(take: allocator.allocate(3 * 4096)).byteRange == 24576..<8 * 4096 + 100)
    #expect(second.count == 4096)
  }

  @Test("What is freed joins with its neighbours, at any stage, and reads as free")
  func joins() throws {
    let (file, allocator) = try make(3 * 4096)
    let low = try require(take: allocator.allocate(4096))
    let middle = try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(4096)))
    let high = try file.sync(
      try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(4096))))
    allocator.free(low)
    allocator.free(high)
    #expect(allocator.longestRun == 4096)
    allocator.free(middle)
    #expect((0..<3).map { file.states[$0] } == [.free, .free, .free])
    #expect(try require(take: allocator.allocate(3 * 4096)).count == 3 * 4096)
  }

  @Test("The longest run is what can be allocated, also where one with as many pages ends with the file")
  func longestRun() throws {
    let (_, allocator) = try make(5 * 4096 - 100)
    let low = try require(take: allocator.allocate(8192))
    let middle = try require(take: allocator.allocate(4096))
    let high = try require(take: allocator.allocate(8192))
    allocator.free(high)
    #expect(allocator.longestRun == 8192 - 100)
    allocator.free(low)
    #expect(allocator.longestRun == 8192)
    #expect(try require(take: allocator.allocate(allocator.longestRun)).byteRange == 0..<8192)
    allocator.free(middle)
    #expect(allocator.longestRun == 3 * 4096 - 100)
  }

  @Test("It allocates at an offset what is free there, and nothing else")
  func atOffset() throws {
    let (file, allocator) = try make(4 * 4096 + 7)
    let second = try require(take: allocator.allocate(4096, at: 4096))
    #expect(second.byteRange == 4096..<8192)
    #expect((0..<3).map { file.states[$0] } == [.free, .allocated, .free])
    for (count, offset) in [
      (1, 4096), (4097, 0), (8192, 4096), (0, 0), (-1, 0), (1, 1), (1, -4096), (1, 5 * 4096), (3 * 4096, 3 * 4096),
      (.max, 0), (.max, 8192), (1, .max - 4095),
    ] { expectNone(allocator.allocate(count, at: offset)) }
    #expect(try require(take: allocator.allocate(2 * 4096, at: 3 * 4096)).byteRange == 3 * 4096..<4 * 4096 + 7)
    allocator.free(second)
    #expect(try require(take: allocator.allocate(3 * 4096, at: 0)).count == 3 * 4096)
    #expect(allocator.remaining == 0)
    #expect(allocator.longestRun == 0)
  }

  @Test("No two owners share a page, and none is lost, in any order and with many holes", arguments: 0..<40)
  func anything(seed: Int) throws {
    var random = Seeded(seed)
    let pageCount = Int.random(in: 1...3000, using: &random)
    let (file, allocator) = try make(pageCount * 4096 - Int.random(in: 0..<4096, using: &random))
    var held = UniqueArray<AllocatedRange>()
    var owned = [Bool](repeating: false, count: pageCount)
    for _ in 0..<1500 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1:
        if held.count == 0 { continue }
        let range = held.remove(at: Int.random(in: 0..<held.count, using: &random))
        for page in range.pages { owned[page] = false }
        allocator.free(range)
      case 2:
        let page = Int.random(in: 0..<pageCount, using: &random)
        let count = Int.random(in: 1...3, using: &random)
        let isFree = page + count <= pageCount && !owned[page..<min(page + count, pageCount)].contains(true)
        if let range = allocator.allocate(count * 4096, at: page * 4096) {
          #expect(isFree && range.pages == page..<page + count, "seed \(seed)")
          for page in range.pages { owned[page] = true }
          held.append(range)
        } else {
          #expect(!isFree, "seed \(seed)")
        }
      default:
        let wanted = Int.random(in: 1...4, using: &random)
        if let range = allocator.allocate(wanted * 4096) {
          #expect(range.pages.count == wanted && !owned[range.pages].contains(true), "seed \(seed)")
          // The first that fits.
          #expect(!hasRun(of: wanted, in: owned[..<(range.pages.upperBound - 1)]), "seed \(seed)")
          for page in range.pages { owned[page] = true }
          held.append(range)
        } else {
          #expect(!hasRun(of: wanted, in: owned[...]), "seed \(seed)")
        }
      }
    }
    #expect((0..<pageCount).allSatisfy { file.states[$0] == (owned[$0] ? .allocated : .free) })
    while held.count > 0 { allocator.free(held.removeLast()) }
    #expect(allocator.remaining == file.size && allocator.longestRun == file.size)
    #expect(try require(take: allocator.allocate(file.size)).count == file.size)
  }

  private func hasRun(of count: Int, in owned: ArraySlice<Bool>) -> Bool {
    var free = 0
    for isOwned in owned {
      free = isOwned ? 0 : free + 1
      if free == count { return true }
    }
    return false
  }

  @Test("Threads that allocate and free at once never share a page")
  func concurrent() throws {
    let (file, allocator) = try make(512 * 4096, storage: .preallocated)
    let failures = Locked<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 6) { thread in
      var random = Seeded(thread)
      do {
        for _ in 0..<300 {
          guard let range = allocator.allocate(Int.random(in: 1...40_000, using: &random)) else { continue }
          let receipt = try file.write(repeatElement(UInt8(thread + 1), count: range.count), to: range)
          let isMine = try file.withBytes(of: receipt) { bytes in bytes.indices.allSatisfy { bytes[$0] == thread + 1 } }
          if !isMine { failures.withLock { $0.append("thread \(thread) shares \(receipt.byteRange)") } }
          allocator.free(receipt)
        }
      } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(allocator.longestRun == 512 * 4096)
    #expect(file.states.counts()[.free] == 512)
  }

  @Test("Many thousand holes are kept in order", .timeLimit(.minutes(1)))
  func manyHoles() throws {
    let (_, allocator) = try make(40_000 * 4096)
    var held = UniqueArray<AllocatedRange>()
    while let range = allocator.allocate(4096) { held.append(range) }
    var kept = UniqueArray<AllocatedRange>()
    var isEven = false
    while held.count > 0 {
      let range = held.removeLast()
      isEven.toggle()
      if isEven { kept.append(range) } else { allocator.free(range) }
    }
    for _ in 0..<2000 {
      guard let range = allocator.allocate(4096) else { continue }
      expectNone(allocator.allocate(8192))
      allocator.free(range)
    }
    #expect(allocator.remaining == 20_000 * 4096)
    #expect(kept.count == 20_000)
  }
}
