import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Residency without counts", .enabled(if: canAsk, needsCounts))
final class ResidencyTests: FolderSuite {
  @Test("Residency is what the counts say, and nothing is read by asking")
  func agreesWithCounts() throws {
    let pages = (0..<1000).filter { $0 % 7 == 0 || (300..<333).contains($0) }
    let file = try folder.cached(pages, of: 1000)
    defer { try? file.close() }
    for range in [0..<1000, 299..<334, 7..<8, 8..<9] {
      let runs = try PageCache.residency(of: file, pages: range)
      #expect(runs.areRuns(in: range))
      #expect(runs.cached == pages.filter(range.contains))
      #expect(runs.cached == (try PageCache.runs(of: file, pages: range).cached))
    }
  }

  @Test("Residency claims no more than that, and calls no page clean that is dirty")
  func dirtyStaysUnknown() throws {
    let file = try folder.scattered(4 * 4096, [1])
    defer { try? file.close() }
    let answer = try PageCache.residency(of: file, pages: 0..<4)
    #expect(answer.cached.contains(1) && !"\(answer)".contains("clean"))
  }

  @Test("Pages behind the end are not cached, however far they are, and memory does not grow with the file")
  func behindTheEnd() throws {
    // Larger than one window of 256 MiB, with a page in the second and the last window.
    let pages = [0, 70_000, 199_999]
    let file = try folder.scattered(200_000 * 4096 - 100, pages)
    defer { try? file.close() }
    let runs = try PageCache.residency(of: file, pages: 0..<1 << 30)
    #expect(runs.areRuns(in: 0..<1 << 30))
    #expect(Set(runs.cached).isSuperset(of: pages) && runs.cached.allSatisfy { $0 < 200_000 })
    #expect(try PageCache.residency(of: file, pages: 1 << 29..<1 << 30).isEmpty)
  }

  @Test("A sandbox that forbids cachestat(2) is distinguished from a kernel without it, and residency is known in both")
  func forbidden() throws {
    let file = try folder.cached([3, 4, 70], of: 100)
    defer { try? file.close() }
    for (errno, expected) in [(Errno.noFunction, PageCacheError.kernelTooOld), (.notPermitted, .notPermitted)] {
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

  @Test(
    "In a process that locks all its memory, asking brings in nothing either",
    .enabled(if: mayLockMemory, "needs the right to lock memory"))
  func lockedMemory() async throws {
    // Where this does not work the test is skipped, which the process below could not report.
    try folder.cached([3], of: 100).close()
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let file = try folder.cached([3], of: 100)
      guard mlockall(Int32(MCL_FUTURE)) == 0 else { exit(2) }
      let isRight = try PageCache.residency(of: file, pages: 0..<100).cached == [3]
      _ = try PageCache.users(of: file)
      exit(try isRight && PageCache.residency(of: file, pages: 0..<100).cached == [3] ? 0 : 1)
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
    // The two are asked one after the other, and the kernel may take pages back in between.
    var counts: (fincore: Int?, here: Int) = (nil, 0)
    _ = try isGoodOnce(in: 5) {
      let outcome = try run("fincore", ["--noheadings", "--output", "PAGES", folder.file("a").string])
      counts.fincore = Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
      counts.here = try PageCache.residency(of: file, pages: 0..<1000).cached.count
      return counts.fincore == counts.here
    }
    #expect(counts.fincore == counts.here)
  }
}

/// Whether this process may lock as much memory as it likes: CAP_IPC_LOCK.
private let mayLockMemory: Bool = {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
  let rights = line.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
  return rights & 1 << 14 != 0
}()
