import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("What the kernel counts of a file", .enabled(if: canAsk, needsCounts))
struct CacheRunTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Runs say of each page what the kernel says of it alone, and leave no gap")
  func runsAgree() throws {
    let file = try folder.scattered(1000 * 4096, [0, 1, 2, 500, 777, 999])
    defer { try? file.close() }
    #expect(fsync(file.rawValue) == 0)
    for page in [1, 600] { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [1]) }
    let runs = try PageCache.runs(of: file, pages: 0..<1000)
    #expect(runs.cover(0..<1000))
    for run in runs {
      for page in run.pages { #expect(ctest_page_state(file.rawValue, UInt(page)) == Int32(run.state.rawValue)) }
    }
    #expect(runs.contains { $0.state == [.cached, .dirty] && $0.pages.contains(1) })
    #expect(runs.contains { $0.state.isEmpty && $0.pages.contains(300) })
  }

  @Test("Groups count what single pages add up to, the last and shorter one too", arguments: [1, 7, 64, 1000, 5000])
  func groupsAgree(each: Int) throws {
    let file = try folder.scattered(1000 * 4096, [0, 1, 2, 500, 777, 999])
    defer { try? file.close() }
    let groups = try PageCache.groups(of: file, pages: 1..<1000, each: each)
    #expect(groups.count == (999 + each - 1) / each)
    for (index, group) in groups.enumerated() {
      let pages = (1 + index * each)..<min(1000, 1 + (index + 1) * each)
      let states = pages.map { ctest_page_state(file.rawValue, UInt($0)) }
      #expect(group.cached == states.count { $0 & 1 != 0 } && group.dirty == states.count { $0 & 2 != 0 })
    }
    #expect(try PageCache.groups(of: file, pages: 5..<5, each: each).isEmpty)
  }

  @Test("The cost of runs follows what differs, not the size: a sparse TiB is asked as fast as a MiB")
  func cost() throws {
    let pages = (0..<64).map { $0 * 3_000_000 }
    let file = try folder.scattered(1 << 40, pages)
    defer { try? file.close() }
    let clock = ContinuousClock()
    var runs: [CacheRun] = []
    let time = try clock.measure { runs = try PageCache.runs(of: file, pages: 0..<1 << 28) }
    #expect(runs.count { !$0.state.isEmpty } == 64)
    // 64 scattered pages are some 64 x 7 x 16 calls of a microsecond or less; walking a TiB would take minutes.
    #expect(time < .milliseconds(500))
  }

  @Test("Where each page differs from the next, a page costs little more than a call")
  func alternating() throws {
    let file = try folder.cached(Array(stride(from: 0, to: 7000, by: 2)), of: 7000)
    defer { try? file.close() }
    let clock = ContinuousClock()
    let calls = clock.measure { for page in 0..<7000 { _ = ctest_page_state(file.rawValue, UInt(page)) } }
    var runs: [CacheRun] = []
    let time = try clock.measure { runs = try PageCache.runs(of: file, pages: 0..<7000) }
    #expect(runs.count == 7000 && runs.cover(0..<7000))
    #expect(runs.cached == Array(stride(from: 0, to: 7000, by: 2)))
    // Without optimisation, as tests are built, the calls are the smaller part.
    #expect(time < calls * 20 + .milliseconds(50))
  }

  @Test("Pages that are clean and dirty by turns are told apart")
  func dirtyByTurns() throws {
    let file = try folder.cached(Array(0..<64), of: 64)
    defer { try? file.close() }
    for page in stride(from: 1, to: 64, by: 2) { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [1]) }
    let states = try PageCache.runs(of: file, pages: 5..<64).map(\.state)
    #expect(states == (5..<64).map { $0 % 2 == 0 ? [.cached] : [.cached, .dirty] })
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
