import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Files that are not what one expects")
struct UnfitFilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Why each question about the pages of a file has no answer.
  private func reasons(_ file: FileDescriptor) -> [UnknownReason?] {
    [
      reason(try PageCache.counts(of: file, bytes: 0..<4096)),
      reason(try PageCache.runs(of: file, pages: 0..<1)),
      reason(try PageCache.residency(of: file, pages: 0..<1)),
      reason(try PageCache.extents(of: file, bytes: 0..<4096)),
    ]
  }

  @Test("A pipe, a device and a folder have no pages, and the reason says so")
  func notRegular() throws {
    let (reading, writing) = try FileDescriptor.pipe()
    let device = try FileDescriptor.open(FilePath("/dev/null"), .readWrite)
    let directory = try FileDescriptor.open(folder.path, .readOnly)
    for file in [reading, writing, device, directory] {
      #expect(reasons(file) == Array(repeating: .notRegular, count: 4))
      // Who holds them, and where they are, can be told all the same.
      #expect(try PageCache.users(of: file).users.contains { $0.isSelf })
      _ = try PageCache.fileSystem(of: file)
      try file.close()
    }
    #expect("\(UnknownReason.notRegular)" == "not a regular file")
  }

  @Test("A descriptor that is closed is an error of each question")
  func closed() {
    let file = FileDescriptor(rawValue: 9999)
    let users = reason(try PageCache.users(of: file))
    let system = reason(try PageCache.fileSystem(of: file))
    #expect(reasons(file) + [users, system] == Array(repeating: .failed(.badFileDescriptor), count: 6))
  }

  @Test("What is open for writing alone can't be mapped, and counts are known", .enabled(if: canAsk, needsCounts))
  func writeOnly() throws {
    try folder.put("a", [1])
    let file = try FileDescriptor.open(folder.file("a"), .writeOnly)
    defer { try? file.close() }
    let residency = reason(try PageCache.residency(of: file, pages: 0..<1))
    #expect(residency == .failed(.permissionDenied))
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
    for runs in [
      try PageCache.runs(of: file, pages: 0..<100), try PageCache.residency(of: file, pages: 0..<100),
    ] {
      #expect(runs.cover(0..<100) && runs.cached == Array(0..<10))
    }
    let extents = try PageCache.extents(of: file, bytes: 0..<100 * 4096)
    #expect(extents.last?.kind == .hole && extents.last?.bytes == 10 * 4096..<100 * 4096)
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
      #expect(try PageCache.residency(of: file, pages: 0..<2000).cover(0..<2000))
      #expect(try PageCache.extents(of: file, bytes: 0..<2000 * 4096).last?.bytes.upperBound == 2000 * 4096)
    }
    while !thread.isFinished { usleep(1000) }
  }

  @Test("A deleted file keeps its pages as long as it is open", .enabled(if: canAsk, needsCounts))
  func deleted() throws {
    let file = try folder.scattered(4 * 4096, [0, 2])
    defer { try? file.close() }
    #expect(unsafe unlink(folder.file("a").string) == 0)
    #expect(try PageCache.counts(of: file, bytes: 0..<4 * 4096).dirty == 2)
    #expect(try PageCache.residency(of: file, pages: 0..<4).cached.count >= 2)
    #expect(try PageCache.extents(of: file, bytes: 0..<4 * 4096).count == 4)
    #expect(try PageCache.fileSystem(of: file).mountPoint != nil)
  }
}
