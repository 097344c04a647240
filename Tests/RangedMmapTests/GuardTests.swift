import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Maps a file by hand, cuts it, and touches it: a fault that is none of the library's.
func faultOutside(_ folder: TemporaryFolder) throws -> UInt8 {
  try folder.put("own", [UInt8](repeating: 1, count: 4096))
  let file = try FileDescriptor.open(folder.file("own"), .readWrite)
  // SAFETY: a mapping of our own, read within its length.
  let memory = unsafe mmap(nil, 4096, PROT_READ, MAP_SHARED, file.rawValue, 0)
  try file.resize(to: 0)
  return unsafe memory?.load(as: UInt8.self) ?? 0
}

@Suite("The guard over faults")
struct GuardTests {
  @Test("A handler that was there before gets the faults outside of our mappings, and none inside")
  func chains() async {
    await #expect(processExitsWith: .success) {
      ctest_count_sigbus()
      let folder = try TemporaryFolder()
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
      let range = try require(take: allocator.allocate(8192))
      try run("truncate", ["-s", "0", folder.file("a").string])
      let isRefused = (try? file.write([UInt8](repeating: 1, count: 8192), to: range)) == nil
      let before = ctest_sigbus_count()
      _ = try faultOutside(folder)
      // An exit test's expectations are its own process's: only the status comes back.
      exit(isRefused && file.states[0] == .lost && before == 0 && ctest_sigbus_count() == 1 ? 0 : 1)
    }
  }

  @Test("With no handler before, a fault outside of our mappings ends the process as ever")
  func defaultAction() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      // SAFETY: a core file or a report of Swift's would only be in the way.
      signal(SIGBUS, SIG_DFL)
      let folder = try TemporaryFolder()
      let (file, _) = try MmapFile.create(at: folder.file("a"), size: 8192)
      _ = try faultOutside(folder)
      exit(file.size > 0 ? 0 : 1)
    }
  }

  @Test("A page that does not exist is a trap, not a wild read")
  func traps() async {
    expectTrap(
      "no such page",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (file, _) = try MmapFile.create(at: folder.file("a"), size: 8192)
        _ = file.states[2]
      })
    expectTrap(
      "bytes outside of the file",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (file, _) = try MmapFile.create(at: folder.file("a"), size: 8192)
        _ = unsafe try UnsafeMmapFile(sharing: file).withBytes(in: 0..<8193) { $0.count }
      })
    expectTrap(
      "a range of one file was marked in the states of another",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (first, _) = try MmapFile.create(at: folder.file("a"), size: 8192)
        let (_, allocator) = try MmapFile.create(at: folder.file("b"), size: 8192)
        first.states.markFree(try require(take: allocator.allocate(1)))
      })
  }
}
