import RangedMmap
import TestSupport
import Testing

/// What belongs to one file is refused where another's is wanted, when the two are brought together and not later.
@Suite("Ranges, states and allocators of different files")
struct CrossedFilesTests {
  @Test("No allocator takes a range of one file and the states of another")
  func allocators() async {
    expectTrap(
      "an allocator was given a range of one file and the states of another",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try CrossedFilesTests.cross { ConcurrentAllocator(covering: $0, states: $1) }
      })
    expectTrap(
      "an allocator was given a range of one file and the states of another",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try CrossedFilesTests.cross { SequentialAllocator(covering: $0, states: $1) }
      })
    expectTrap(
      "an allocator was given a range of one file and the states of another",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try CrossedFilesTests.cross { FreeListAllocator(covering: $0, states: $1) }
      })
  }

  @Test("Where both are of one file, they are taken")
  func sameFile() async {
    await #expect(processExitsWith: .success) {
      try CrossedFilesTests.cross(isSame: true) { ConcurrentAllocator(covering: $0, states: $1) }
      try CrossedFilesTests.cross(isSame: true) { SequentialAllocator(covering: $0, states: $1) }
      try CrossedFilesTests.cross(isSame: true) { FreeListAllocator(covering: $0, states: $1) }
    }
  }

  @Test("A range is given back to the allocator of its own file and pages alone")
  func givenBack() async {
    expectTrap(
      "a range of one file was given back to the allocator of another",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (_, first) = try MmapFile.create(at: folder.file("a"), size: 4096, allocator: FreeListAllocator.self)
        let (_, second) = try MmapFile.create(at: folder.file("b"), size: 4096, allocator: FreeListAllocator.self)
        second.free(try require(take: first.allocate(1)))
      })
    expectTrap(
      "a range was given back to an allocator of other pages",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (file, all) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096)
        let first = try require(take: all.allocate(4096))
        let part = FreeListAllocator(covering: try require(take: all.allocate(4096)), states: file.states)
        part.free(first)
      })
  }

  private static func cross(
    isSame: Bool = false, _ make: (consuming AllocatedRange, PageStates) -> any RangeAllocator
  ) throws {
    let folder = try TemporaryFolder()
    let (first, allocator) = try MmapFile.create(at: folder.file("a"), size: 1 << 20)
    let (second, _) = try MmapFile.create(at: folder.file("b"), size: 4096)
    let made = make(try require(take: allocator.allocate(1 << 20)), (isSame ? first : second).states)
    _ = second.states.counts()
    withExtendedLifetime(made) {}
  }
}
