import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Ranges that no file can have")
struct ArgumentTests {
  // The descriptor is looked at afterwards: nothing else is wrong with these questions.

  @Test("Bytes below 0 trap, and the message names the argument and what was expected")
  func negativeBytes() async {
    let words = "bytes: expected offsets into a file, from 0, and not -1..<4096"
    expectTrap(
      words,
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.counts(of: .standardInput, bytes: -1..<4096)
      })
    expectTrap(
      words,
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.extents(of: .standardInput, bytes: -1..<4096)
      })
  }

  @Test("Pages below 0 trap, and the message names the argument and what was expected")
  func negativePages() async {
    let words = "pages: expected pages of a file, from 0, and not \(Int.min)..<\(Int.max)"
    expectTrap(
      words,
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.runs(of: .standardInput, pages: .min ..< .max)
      })
    expectTrap(
      words,
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.residency(of: .standardInput, pages: .min ..< .max)
      })
    expectTrap(
      words,
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.groups(of: .standardInput, pages: .min ..< .max, each: 1)
      })
  }

  @Test("Groups of no pages, or of so many that no memory holds them, trap, and the message names the argument")
  func groups() async {
    expectTrap(
      "pagesPerGroup: expected 1 or more pages in a group, and not 0",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.groups(of: .standardInput, pages: 0..<1, each: 0)
      })
    expectTrap(
      "pagesPerGroup: expected 1 or more pages in a group, and not \(Int.min)",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.groups(of: .standardInput, pages: 0..<1, each: .min)
      })
    expectTrap(
      "pagesPerGroup: \(Int.max) groups of 1 pages fit into no memory",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = try PageCache.groups(of: .standardInput, pages: 0 ..< .max, each: 1)
      })
  }

  /// Ranges of pages that reach as far as an `Int` does.
  static let far = [0..<Int.max, 1 << 51..<1 << 52, (1 << 51) - 1..<1 << 51, Int.max - 1 ..< .max, .max ..< .max]

  @Test("Behind the end nothing is cached, as far as an Int reaches", .enabled(if: canAsk, needsCounts), arguments: far)
  func farPages(pages: Range<Int>) throws {
    let file = try TemporaryFolder().scattered(10 * 4096, [0, 1, 2])
    defer { try? file.close() }
    let runs = try PageCache.runs(of: file, pages: pages)
    #expect(pages.isEmpty || runs.cover(pages) && runs.last?.state == [])
    #expect(try PageCache.residency(of: file, pages: pages) == (pages.lowerBound == 0 ? [0..<3] : []))
    for each in [Int.max, 1 << 60, (1 << 60) - 1] {
      let groups = try PageCache.groups(of: file, pages: pages, each: each)
      #expect(groups.count == (pages.isEmpty ? 0 : (pages.count - 1) / each + 1))
      #expect(groups.reduce(0) { $0 + $1.cached } == (pages.lowerBound == 0 ? 3 : 0))
    }
  }

  @Test("Behind the end all is hole, as far as an Int reaches", arguments: [true, false])
  func farBytes(isInFolder: Bool) throws {
    let file =
      isInFolder
      ? try TemporaryFolder().scattered(10 * 4096, [0, 1, 2]) : FileDescriptor(rawValue: ctest_memory_file())
    defer { try? file.close() }
    for bytes in [0..<Int.max, 1 << 62..<Int.max, Int.max - 1 ..< .max, .max ..< .max] {
      // By the offset it is reported on FUSE, too.
      let extents = try PageCache.extents(of: file, bytes: bytes, movesOffset: isInFolder)
      #expect(extents.first?.bytes.lowerBound ?? .max == bytes.lowerBound)
      #expect(extents.last.map { $0.kind == .hole && $0.bytes.upperBound == .max } ?? bytes.isEmpty)
    }
  }

  @Test("Bytes are counted as far as an Int reaches", .enabled(if: canAsk, needsCounts))
  func farCounts() throws {
    let file = try TemporaryFolder().scattered(10 * 4096, [0, 1, 2])
    defer { try? file.close() }
    #expect(try PageCache.counts(of: file, bytes: 0 ..< .max).cached == 3)
    #expect(try PageCache.counts(of: file, bytes: 4097 ..< .max).cached == 2)
    for bytes in [Int.max - 1..<Int.max, .max ..< .max] {
      #expect(try PageCache.counts(of: file, bytes: bytes) == PageCache.counts(of: file, bytes: 0..<0))
    }
  }

  @Test("A file of the largest size that there is is asked about like any other")
  func largestFile() throws {
    let file = FileDescriptor(rawValue: ctest_memory_file())
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 1, count: 2 * 4096))
    try file.resize(to: .max)
    #expect(try PageCache.extents(of: file, bytes: 0 ..< .max).map(\.kind) == [.data, .hole])
    // There is no room behind its end, where a liar would be found out.
    #expect(reason(try PageCache.residency(of: file, pages: 0..<3)) == .notSupported)
    try file.resize(to: .max - 4 << 30)
    #expect(try PageCache.residency(of: file, pages: 0..<3).cached == [0, 1])
    if canAsk { #expect(try PageCache.runs(of: file, pages: 0 ..< .max).cached == [0, 1]) }
  }
}
