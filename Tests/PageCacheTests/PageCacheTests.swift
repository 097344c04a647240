import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Whether the kernel tells us of our own files, on a disk.
private let canAsk: Bool = {
  guard let folder = try? TemporaryFolder(), let made = try? MmapFile.create(at: folder.file("a"), size: 4096),
    made.file.isDurable
  else { return false }
  return (try? PageCache.counts(of: made.file.descriptor, bytes: 0..<4096)) != nil
}()

@Suite("What the kernel knows of a file", .enabled(if: canAsk, "cachestat(2) is missing or forbidden here"))
struct PageCacheTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A sparse file with some pages written, of which some are synced.
  private func scattered(_ size: Int, _ pages: [Int]) throws -> FileDescriptor {
    let file = try FileDescriptor.open(
      folder.file("a"), .readWrite, options: [.create], permissions: .ownerReadWrite)
    try file.resize(to: Int64(size))
    let bytes = [UInt8](repeating: 7, count: 4096)
    for page in pages { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), bytes) }
    return file
  }

  @Test("Runs say of each page what the kernel says of it alone, and leave no gap")
  func runsAgree() throws {
    let file = try scattered(1000 * 4096, [0, 1, 2, 500, 777, 999])
    defer { try? file.close() }
    #expect(fsync(file.rawValue) == 0)
    for page in [1, 600] { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [1]) }
    let runs = try PageCache.runs(of: file, pages: 0..<1000)
    #expect(runs.first?.pages.lowerBound == 0 && runs.last?.pages.upperBound == 1000)
    for (run, next) in zip(runs, runs.dropFirst()) {
      #expect(run.pages.upperBound == next.pages.lowerBound && run.state != next.state)
    }
    for run in runs {
      for page in run.pages { #expect(ctest_page_state(file.rawValue, UInt(page)) == Int32(run.state.rawValue)) }
    }
    #expect(runs.contains { $0.state == [.cached, .dirty] && $0.pages.contains(1) })
    #expect(runs.contains { $0.state.isEmpty && $0.pages.contains(300) })
  }

  @Test("The cost of runs follows what differs, not the size: a sparse TiB is asked as fast as a MiB")
  func cost() throws {
    let pages = (0..<64).map { $0 * 3_000_000 }
    let file = try scattered(1 << 40, pages)
    defer { try? file.close() }
    let clock = ContinuousClock()
    var runs: [CacheRun] = []
    let time = try clock.measure { runs = try PageCache.runs(of: file, pages: 0..<1 << 28) }
    #expect(runs.count { !$0.state.isEmpty } == 64)
    // 64 scattered pages are some 64 x 28 x 2 calls of a microsecond or less; walking a TiB would take minutes.
    #expect(time < .milliseconds(500))
  }

  @Test("No pages have no runs, and no bytes no counts")
  func nothing() throws {
    let file = try scattered(4096, [0])
    defer { try? file.close() }
    #expect(try PageCache.runs(of: file, pages: 5..<5).isEmpty)
    #expect(try PageCache.counts(of: file, bytes: 0..<0).cached == 0)
  }

  @Test("Extents are those of filefrag, and holes fill the gaps")
  func extents() throws {
    let file = try scattered(100 * 4096, [3, 4, 5, 50])
    defer { try? file.close() }
    #expect(fsync(file.rawValue) == 0)
    let extents = try PageCache.extents(of: file, bytes: 0..<100 * 4096)
    #expect(extents.map(\.bytes) == [0..<12288, 12288..<24576, 24576..<204_800, 204_800..<208_896, 208_896..<409_600])
    #expect(extents.map(\.kind) == [.hole, .written, .hole, .written, .hole])
    let frag = try run("filefrag", ["-v", "-b4096", folder.file("a").string])
    try #require(frag.status == 0, "\(frag.errors)")
    // Lines like "   0:        3..       5:    1234..    1236:      3:"
    let theirs = frag.lines.compactMap { line -> [Int]? in
      let numbers = line.split { !$0.isNumber }.compactMap { Int($0) }
      return line.contains("..") && numbers.count >= 5 ? Array(numbers[1...4]) : nil
    }
    let ours = extents.filter { $0.kind != .hole }.map { extent in
      let (first, last) = (extent.bytes.lowerBound / 4096, extent.bytes.upperBound / 4096 - 1)
      let physical = (extent.physical ?? -4096) / 4096
      return [first, last, physical, physical + last - first]
    }
    #expect(ours == theirs)
  }

  @Test("Reserved blocks are told from written ones, and blocks not yet chosen from both")
  func kinds() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("b"), size: 8 * 4096)
    guard let range = allocator.allocate(4096) else { return }
    #expect(try PageCache.extents(of: file.descriptor, bytes: 0..<file.size).map(\.kind) == [.unwritten])
    _ = try file.sync(try file.write([UInt8](repeating: 1, count: 4096), to: range))
    #expect(try PageCache.extents(of: file.descriptor, bytes: 0..<file.size).map(\.kind) == [.written, .unwritten])
    let sparse = try scattered(4 * 4096, [1])
    defer { try? sparse.close() }
    #expect(try PageCache.extents(of: sparse, bytes: 0..<4 * 4096).map(\.kind) == [.hole, .delayed, .hole])
  }

  @Test("Where there is no FIEMAP, data and holes are told apart all the same")
  func noFiemap() throws {
    let path = FilePath("/dev/shm/mmapview-tests-\(UUID().uuidString)")
    let file = try FileDescriptor.open(path, .readWrite, options: [.create], permissions: .ownerReadWrite)
    defer {
      try? file.close()
      try? FileManager.default.removeItem(atPath: path.string)
    }
    try file.resize(to: 10 * 4096)
    _ = try file.writeAll(toAbsoluteOffset: 2 * 4096, [1])
    try file.seek(offset: 5, from: .start)
    let extents = try PageCache.extents(of: file, bytes: 0..<10 * 4096)
    #expect(extents.map(\.kind) == [.hole, .data, .hole])
    #expect(extents.map(\.bytes) == [0..<8192, 8192..<12288, 12288..<40960])
    #expect(try file.seek(offset: 0, from: .current) == 5)
  }

  @Test("What somebody else's file holds is unknown, with the reason, and never a guess", .enabled(if: getuid() == 0))
  func notPermitted() throws {
    try folder.put("theirs", [UInt8](repeating: 1, count: 8192))
    // A copy: the build may lie where only its owner may go.
    try run("cp", [mmapview, folder.file("program").string])
    try run("chmod", ["755", folder.path.string, folder.file("program").string])
    let outcome = try run(
      "setpriv",
      [
        "--reuid=65534", "--clear-groups", folder.file("program").string, folder.file("theirs").string, "-c",
        "kernel 0-1",
        "--headless",
      ])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("unknown: not permitted"), "\(outcome.errors)")
  }
}
