import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("What the kernel counts of a file", .enabled(if: canAsk, needsCounts))
final class CacheRunTests: FolderSuite {
  @Test("Runs say of each page what the kernel says of it alone, and leave no gap")
  func runsAgree() throws {
    let file = try folder.scattered(1000 * 4096, [0, 1, 2, 500, 777, 999])
    defer { try? file.close() }
    #expect(fsync(file.rawValue) == 0)
    var (runs, states) = ([CacheRun](), [Int32]())
    // What is dirty may be written back between two questions.
    let isDirty = try isGoodOnce {
      for page in [1, 600] { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [1]) }
      runs = try PageCache.runs(of: file, pages: 0..<1000)
      states = (0..<1000).map { ctest_page_state(file.rawValue, UInt($0)) }
      let isToldDirty = runs.contains { $0.state == [.cached, .dirty] && $0.pages.contains(1) }
      return states[1] == 3 && states[600] == 3 && isToldDirty
    }
    #expect(isDirty)
    #expect(runs.cover(0..<1000))
    #expect(runs.flatMap { run in run.pages.map { _ in Int32(run.state.rawValue) } } == states)
    #expect(runs.contains { $0.state.isEmpty && $0.pages.contains(300) })
  }

  @Test("Groups count what single pages add up to, the last and shorter one too", arguments: [1, 7, 64, 1000, 5000])
  func groupsAgree(each: Int) throws {
    let file = try folder.scattered(1000 * 4096, [0, 1, 2, 500, 777, 999])
    defer { try? file.close() }
    // As above.
    let isSame = try isGoodOnce {
      let groups = try PageCache.groups(of: file, pages: 1..<1000, each: each)
      #expect(groups.count == (999 + each - 1) / each)
      return groups.enumerated().allSatisfy { index, group in
        let pages = (1 + index * each)..<min(1000, 1 + (index + 1) * each)
        let states = pages.map { ctest_page_state(file.rawValue, UInt($0)) }
        return group.cached == states.count { $0 & 1 != 0 } && group.dirty == states.count { $0 & 2 != 0 }
      }
    }
    #expect(isSame)
    #expect(try PageCache.groups(of: file, pages: 5..<5, each: each).isEmpty)
  }

  @Test("The cost of runs follows what differs, and not the size")
  func cost() throws {
    let pages = (0..<64).map { $0 * 3_000_000 }
    let file = try folder.scattered(1 << 40, pages)
    defer { try? file.close() }
    var runs: [CacheRun] = []
    let cost = try Cost { runs = try PageCache.runs(of: file, pages: 0..<1 << 28) }
    #expect(runs.count { !$0.state.isEmpty } == 64)
    // Some 7 questions on 16 levels for each of 64 scattered pages; a walk over a TiB would have 2^28.
    #expect(try cost.calls <= 64 * 7 * 16)
  }

  @Test("Where each page differs from the next, a page costs little more than a system call")
  func alternating() throws {
    let file = try folder.cached(Array(stride(from: 0, to: 7000, by: 2)), of: 7000)
    defer { try? file.close() }
    var runs: [CacheRun] = []
    let cost = try Cost { runs = try PageCache.runs(of: file, pages: 0..<7000) }
    #expect(runs.count == 7000 && runs.cover(0..<7000))
    #expect(runs.cached == Array(stride(from: 0, to: 7000, by: 2)))
    // One for each, and those that find out that the next differs.
    #expect(try cost.calls <= 7000 * 5 / 4)
  }

  @Test("Pages that are clean and dirty by turns are distinguished")
  func dirtyByTurns() throws {
    let file = try folder.cached(Array(0..<64), of: 64)
    defer { try? file.close() }
    let expected: [CachedPage] = (5..<64).map { $0 % 2 == 0 ? [.cached] : [.cached, .dirty] }
    var states: [CachedPage] = []
    _ = try isGoodOnce {
      for page in stride(from: 1, to: 64, by: 2) { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [1]) }
      states = try PageCache.runs(of: file, pages: 5..<64).map(\.state)
      return states == expected
    }
    #expect(states == expected)
  }

  @Test("No pages have no runs, and no bytes no counts")
  func nothing() throws {
    let file = try folder.scattered(4096, [0])
    defer { try? file.close() }
    #expect(try PageCache.runs(of: file, pages: 5..<5).isEmpty)
    #expect(try PageCache.residency(of: file, pages: 5..<5).isEmpty)
    #expect(try PageCache.extents(of: file, bytes: 5..<5).isEmpty)
    #expect(try PageCache.counts(of: file, bytes: 0..<0).cached == 0)
  }
}
