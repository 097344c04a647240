import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Files that are not what one expects")
final class UnfitFilesTests: FolderSuite {
  /// Why each question about the pages of a file has no answer.
  private func reasons(_ file: FileDescriptor) -> [PageCacheError?] {
    [
      reason(try PageCache.counts(of: file, bytes: 0..<4096)),
      reason(try PageCache.runs(of: file, pages: 0..<1)),
      reason(try PageCache.residency(of: file, pages: 0..<1)),
      reason(try PageCache.extents(of: file, bytes: 0..<4096)),
    ]
  }

  @Test("A pipe, a character device and a folder have no pages, and the reason says so")
  func notRegular() throws {
    let (reading, writing) = try FileDescriptor.pipe()
    let device = try FileDescriptor.open(FilePath("/dev/null"), .readWrite)
    let directory = try FileDescriptor.open(folder.path, .readOnly)
    for file in [reading, writing, device, directory] {
      #expect(reasons(file) == Array(repeating: .notRegular, count: 4))
      // Who holds them, and where they are, can be reported all the same.
      #expect(try PageCache.users(of: file).users.contains { $0.isSelf })
      _ = try PageCache.fileSystem(of: file)
      try file.close()
    }
    #expect("\(PageCacheError.notRegular)" == "neither a regular file nor a block device")
  }

  @Test(
    "A descriptor that is closed is an error of each question, and so is the number that stands for the working folder",
    arguments: [9999, -1, AT_FDCWD, .min])
  func closed(number: Int32) {
    let file = FileDescriptor(rawValue: number)
    let others = [
      reason(try PageCache.groups(of: file, pages: 0..<1, each: 1)), reason(try PageCache.users(of: file)),
      reason(try PageCache.fileSystem(of: file)), reason(try FileEvents(of: file)),
      reason(try FileStanding(of: file, openedBy: "/")),
    ]
    #expect(reasons(file) + others == Array(repeating: .failed(.badFileDescriptor), count: 9))
  }

  @Test("A descriptor of O_PATH gives no right to ask about pages; who holds it, and where it is, can be reported")
  func pathOnly() throws {
    try folder.put("a", [1])
    // O_PATH of open(2), the same on every architecture that Swift runs on.
    let file = FileDescriptor(rawValue: unsafe open(folder.file("a").string, 0o10000000 | O_CLOEXEC))
    defer { try? file.close() }
    #expect(reasons(file) == Array(repeating: .notOpenForReading, count: 4))
    #expect(try PageCache.users(of: file).users.first { $0.isSelf }?.access == [])
    _ = try PageCache.fileSystem(of: file)
    let events = try FileEvents(of: file)
    try folder.put("a", [2])
    #expect(isSoon { events.clear() })
  }

  @Test(
    "The pages of hugetlbfs are no units of the cache, and none is reserved to be asked about",
    .enabled(if: mayMount, needsMounts))
  func hugePages() throws {
    let path = folder.path
    let said = try onThreadWithMounts("hugetlbfs") {
      try mount("-t", "hugetlbfs", "hugetlbfs", path.string)
      let file = try FileDescriptor.open(
        path.appending("a"), .readWrite, options: [.create], permissions: .ownerReadWrite)
      defer { try? file.close() }
      return [
        reason(try PageCache.counts(of: file, bytes: 0..<4096)),
        reason(try PageCache.residency(of: file, pages: 0..<1)),
      ]
    }
    #expect(said == [.notSupported, .notSupported])
  }

  @Test("What is open for writing alone can't be mapped, and counts are known", .enabled(if: canAsk, needsCounts))
  func writeOnly() throws {
    try folder.put("a", [1])
    let file = try FileDescriptor.open(folder.file("a"), .writeOnly)
    defer { try? file.close() }
    let residency = reason(try PageCache.residency(of: file, pages: 0..<1))
    #expect(residency == .notOpenForReading)
    #expect(try PageCache.counts(of: file, bytes: 0..<4096).cached == 1)
    #expect(try PageCache.users(of: file).users.first?.access == .write)
  }

  @Test("A file that shrinks between two questions has holes where its pages were", .enabled(if: canAsk, needsCounts))
  func shrinking() throws {
    let file = try folder.scattered(100 * 4096, Array(0..<100))
    defer { try? file.close() }
    #expect(try PageCache.runs(of: file, pages: 0..<100).cached.count == 100)
    #expect(try PageCache.residency(of: file, pages: 0..<100).cached.count == 100)
    try file.resize(to: 10 * 4096 - 1)
    // FUSE drops all pages of a file whose size is set.
    var bytes = [UInt8](repeating: 0, count: 100 * 4096)
    #expect(unsafe pread(file.rawValue, &bytes, bytes.count, 0) == 10 * 4096 - 1)
    let runs = try PageCache.runs(of: file, pages: 0..<100)
    #expect(runs.cover(0..<100) && runs.cached == Array(0..<10))
    #expect(try PageCache.residency(of: file, pages: 0..<100) == [0..<10])
    let extents = try PageCache.extents(of: file, bytes: 0..<100 * 4096, movesOffset: true)
    let hole = try #require(extents.last)
    #expect(hole.kind == .hole && hole.bytes.upperBound == 100 * 4096)
    // From the end on, or from the end of the last block.
    #expect((10 * 4096 - 1...10 * 4096).contains(hole.bytes.lowerBound))
  }

  @Test("A file that shrinks and grows under the questions makes none of them crash", .enabled(if: canAsk, needsCounts))
  func restless() throws {
    let file = try folder.scattered(2000 * 4096, Array(0..<2000))
    defer { try? file.close() }
    let end = ContinuousClock.now + .milliseconds(300)
    let thread = Thread {
      while ContinuousClock.now < end {
        _ = ftruncate(file.rawValue, 0)
        _ = ftruncate(file.rawValue, 2000 * 4096)
        _ = unsafe pwrite(file.rawValue, "x", 1, 1000 * 4096)
      }
    }
    thread.start()
    while ContinuousClock.now < end {
      #expect(try PageCache.runs(of: file, pages: 0..<2000).cover(0..<2000))
      #expect(try PageCache.residency(of: file, pages: 0..<2000).areRuns(in: 0..<2000))
      let extents = try PageCache.extents(of: file, bytes: 0..<2000 * 4096, movesOffset: true)
      #expect(extents.last?.bytes.upperBound == 2000 * 4096)
    }
    while !thread.isFinished { usleep(1000) }
  }

  @Test("A deleted file keeps its pages as long as it is open", .enabled(if: canAsk, needsCounts))
  func deleted() throws {
    let file = try folder.scattered(4 * 4096, [0, 2])
    defer { try? file.close() }
    #expect(unsafe unlink(folder.file("a").string) == 0)
    #expect(try PageCache.counts(of: file, bytes: 0..<4 * 4096).cached >= 2)
    #expect(try PageCache.residency(of: file, pages: 0..<4).cached.count >= 2)
    let extents = try PageCache.extents(of: file, bytes: 0..<4 * 4096, movesOffset: true)
    #expect(extents.count == (reportsHoles ? 4 : 1) && extents.first?.kind != .hole)
    #expect(try PageCache.fileSystem(of: file).mountPoint != nil)
  }
}
