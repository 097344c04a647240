import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Files of a FUSE server", .enabled(if: mayMount, needsMounts))
final class FuseTests: FolderSuite {
  private static let pages = 16

  /// Runs `body` with a file on a file system that lacks something, or has something more: half of its 16 pages are
  /// written, one is not, by turns.
  private func withFile<Result: Sendable>(
    without lacking: [FuseFileSystem.Feature] = [], with having: [FuseFileSystem.Feature] = [],
    _ body: @escaping @Sendable (FileDescriptor, FilePath) throws -> Result
  ) throws -> Result {
    let path = folder.path
    return try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: path, without: lacking, with: having)
      defer { system.end() }
      let name = system.path.appending("a")
      let file = try FileDescriptor.open(
        name, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
      defer { try? file.close() }
      try file.resize(to: Int64(Self.pages * 4096))
      for page in stride(from: 0, to: Self.pages, by: 2) {
        _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [UInt8](repeating: 7, count: 4096))
      }
      return try body(file, name)
    }
  }

  private static let written = Array(stride(from: 0, to: pages, by: 2))
  private static let all = 0..<pages * 4096

  @Test("Its pages are counted, and a zero is reported where it is one", .enabled(if: canAsk, needsCounts))
  func counts() throws {
    let counts = try withFile { file, _ in
      var before = try PageCache.counts(of: file, bytes: Self.all)
      // The kernel may have written them back already.
      _ = try isGoodOnce {
        for page in Self.written { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [7]) }
        before = try PageCache.counts(of: file, bytes: Self.all)
        return before.dirty == 8
      }
      let isSynced = fsync(file.rawValue) == 0 && posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0
      #expect(isSynced)
      let after = try PageCache.counts(of: file, bytes: Self.all)
      #expect(try PageCache.runs(of: file, pages: 0..<Self.pages).map(\.state) == [[]])
      #expect(try PageCache.groups(of: file, pages: 0..<Self.pages, each: 4).count == 4)
      return [before, after]
    }
    #expect(counts[0].cached == 8 && counts[0].dirty == 8)
    #expect(counts[1].cached == 0 && counts[1].dirty == 0)
  }

  @Test(
    "A file that others cut and write meanwhile is not taken for one that is passed through",
    .enabled(if: canAsk, needsCounts))
  func restless() throws {
    let reasons = try withFile { file, _ in
      let end = ContinuousClock.now + .milliseconds(500)
      let thread = Thread {
        while ContinuousClock.now < end {
          _ = ftruncate(file.rawValue, 0)
          _ = unsafe pwrite(file.rawValue, "x", 1, 4096)
        }
      }
      thread.start()
      var reasons: Set<String> = []
      while ContinuousClock.now < end {
        if let why = reason(try PageCache.counts(of: file, bytes: Self.all)) { reasons.insert("\(why)") }
      }
      while !thread.isFinished { usleep(1000) }
      return reasons
    }
    #expect(reasons == [])
  }

  @Test("Where the kernel passes a file through, no zero is reported, and residency is that of the file below")
  func passedThrough() throws {
    let said = try withFile(with: [.passingThrough]) { file, _ in
      // What FUSE's own mapping has: nothing, although half of the pages are written.
      if (0..<Self.pages).contains(where: { ctest_page_state(file.rawValue, UInt($0)) != 0 }) {
        throw MountError(description: "this kernel passes no file through, or counts no pages")
      }
      return (
        [
          reason(try PageCache.counts(of: file, bytes: Self.all)), reason(try PageCache.counts(of: file, bytes: 5..<6)),
          reason(try PageCache.runs(of: file, pages: 0..<Self.pages)),
          reason(try PageCache.groups(of: file, pages: 0..<Self.pages, each: 1)),
        ], try PageCache.residency(of: file, pages: 0..<Self.pages).cached
      )
    }
    #expect(said.0 == [.stacked, .stacked, .stacked, .stacked])
    #expect(Set(said.1).isSuperset(of: Self.written))
  }

  @Test("Extents are reported by the descriptor's offset alone, to who lets it be moved")
  func extents() throws {
    try withFile { file, _ in
      #expect(reason(try PageCache.extents(of: file, bytes: Self.all)) == .offsetNeeded)
      try file.seek(offset: 5, from: .start)
      #expect(fsync(file.rawValue) == 0)
      let extents = try PageCache.extents(of: file, bytes: Self.all, movesOffset: true)
      #expect(extents.filter { $0.kind == .data }.map { $0.bytes.lowerBound / 4096 } == Self.written)
      #expect(try file.seek(offset: 0, from: .current) == 5)
    }
    let kinds = try withFile(without: [.seeking]) { file, _ in
      try PageCache.extents(of: file, bytes: 0..<Self.pages * 8192, movesOffset: true).map(\.kind)
    }
    #expect(kinds == [.data, .hole])
  }

  @Test("A server that answers nonsense is an error, and neither a trap nor a loop without end")
  func wildServer() throws {
    let said = try withFile(with: [.wildSeeking]) { file, _ in
      reason(try PageCache.extents(of: file, bytes: 4096..<Self.pages * 4096, movesOffset: true))
    }
    #expect(said == .failed(.ioError))
  }

  @Test("To ask throws no page out of memory, where to open the file would", .enabled(if: canAsk, needsCounts))
  func keepsPages() throws {
    let cached = try withFile(without: [.keptPages, .writeback]) { file, name in
      var bytes = [UInt8](repeating: 0, count: Self.pages * 4096)
      // SAFETY: the buffer has room for what is asked for.
      #expect(unsafe pread(file.rawValue, &bytes, bytes.count, 0) == bytes.count)
      func cached() throws -> Int { try PageCache.counts(of: file, bytes: Self.all).cached }
      let before = try cached()
      _ = reason(try PageCache.extents(of: file, bytes: Self.all))
      _ = try PageCache.extents(of: file, bytes: Self.all, movesOffset: true)
      _ = try PageCache.residency(of: file, pages: 0..<Self.pages)
      _ = try PageCache.users(of: file)
      _ = try PageCache.fileSystem(of: file)
      _ = try FileEvents(of: file)
      let asked = try cached()
      try FileDescriptor.open(name, .readOnly).close()
      return [before, asked, try cached()]
    }
    #expect(cached[0] == Self.pages && cached[1] == Self.pages)
    if cached[2] != 0 { try skip("this kernel keeps the pages of a file that is opened again") }
  }

  @Test("What can't be mapped has no pages, and which are resident is unknown", .enabled(if: canAsk, needsCounts))
  func unmappable() throws {
    let said = try withFile(without: [.sharedMappings]) { file, _ in
      (
        try PageCache.counts(of: file, bytes: Self.all).cached,
        reason(try PageCache.residency(of: file, pages: 0..<Self.pages))
      )
    }
    #expect(said.0 == 0 && said.1 == .notSupported)
  }

  @Test("Its kind is reported, and that it is no memory")
  func kind() throws {
    let system = try withFile { file, _ in try PageCache.fileSystem(of: file) }
    #expect(system.name == "fuse.tests" && system.device == "tests" && !system.isInMemory && !system.isReadOnly)
  }
}
