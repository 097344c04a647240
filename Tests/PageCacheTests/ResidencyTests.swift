import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Residency without counts", .enabled(if: canAsk, needsCounts))
struct ResidencyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Residency is what the counts say, and nothing is read by asking")
  func agreesWithCounts() throws {
    let pages = (0..<1000).filter { $0 % 7 == 0 || (300..<333).contains($0) }
    let file = try folder.cached(pages, of: 1000)
    defer { try? file.close() }
    for range in [0..<1000, 299..<334, 7..<8, 8..<9] {
      let runs = try PageCache.residency(of: file, pages: range)
      #expect(runs.cover(range))
      #expect(runs.cached == pages.filter(range.contains))
      #expect(runs.cached == (try PageCache.runs(of: file, pages: range).cached))
    }
  }

  @Test("Residency tells no more than that: a dirty page is cached")
  func dirtyStaysUnknown() throws {
    let file = try folder.scattered(4 * 4096, [1])
    defer { try? file.close() }
    let states = try PageCache.residency(of: file, pages: 0..<4).map(\.state)
    #expect(states.allSatisfy { $0.isEmpty || $0 == [.cached] } && states.contains([.cached]))
  }

  @Test("Pages behind the end are not cached, however far they are, and memory does not grow with the file")
  func behindTheEnd() throws {
    // Larger than one window of 256 MiB, with a page in the second and the last window.
    let pages = [0, 70_000, 199_999]
    let file = try folder.scattered(200_000 * 4096 - 100, pages)
    defer { try? file.close() }
    let runs = try PageCache.residency(of: file, pages: 0..<1 << 30)
    #expect(runs.cover(0..<1 << 30) && runs.last?.state == [])
    #expect(Set(runs.cached).isSuperset(of: pages) && runs.cached.allSatisfy { $0 < 200_000 })
    let behind = try PageCache.residency(of: file, pages: 1 << 29..<1 << 30)
    #expect(behind.map(\.pages) == [1 << 29..<1 << 30] && behind.map(\.state) == [[]])
  }

  @Test("A sandbox that forbids cachestat(2) is told from a kernel without it, and residency is known in both")
  func forbidden() throws {
    let file = try folder.cached([3, 4, 70], of: 100)
    defer { try? file.close() }
    for (errno, expected) in [(Errno.noFunction, UnknownReason.kernelTooOld), (.notPermitted, .notPermitted)] {
      let said = try onThread(withoutCachestat: errno) {
        (
          reason(try PageCache.counts(of: file, bytes: 0..<4096)),
          reason(try PageCache.runs(of: file, pages: 0..<100)),
          try PageCache.residency(of: file, pages: 0..<100).cached
        )
      }
      #expect(said.0 == expected && said.1 == expected)
      #expect(said.2 == [3, 4, 70])
    }
  }

  @Test("vmtouch counts as many pages", .enabled(if: isInstalled("vmtouch"), "vmtouch is not installed"))
  func vmtouch() throws {
    let file = try folder.cached(stride(from: 0, to: 900, by: 3).map { $0 }, of: 1000)
    defer { try? file.close() }
    let outcome = try run("vmtouch", ["-v", folder.file("a").string])
    // "         Resident Pages: 300/1000  1M/3M  30%"
    let line = try #require(outcome.lines.first { $0.contains("Resident Pages:") }, "\(outcome.output)")
    let numbers = line.split { !$0.isNumber }.compactMap { Int($0) }
    #expect(numbers.prefix(2) == [300, 1000])
    #expect(try PageCache.residency(of: file, pages: 0..<1000).cached.count == numbers[0])
  }

  @Test("fincore counts as many pages", .enabled(if: isInstalled("fincore"), "fincore is not installed"))
  func fincore() throws {
    let file = try folder.cached(stride(from: 0, to: 900, by: 3).map { $0 }, of: 1000)
    defer { try? file.close() }
    let outcome = try run("fincore", ["--noheadings", "--output", "PAGES", folder.file("a").string])
    let count = Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
    #expect(try PageCache.residency(of: file, pages: 0..<1000).cached.count == count)
  }
}
