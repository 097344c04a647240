import CTestSupport
import Glibc
import PageCache
import RangedMmap
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

/// A file that is looked at, counted by others before and after.
@Suite("Looking disturbs nothing")
final class QuietTests: SessionSuite {
  private var file: FilePath { folder.file("a") }
  private var name: String { Word.quote(file.string) }

  /// Which of a file's pages are in memory, by a call of this test.
  private func cached(_ count: Int) throws -> Set<Int> {
    let descriptor = try FileDescriptor.open(file, .readOnly)
    defer { try? descriptor.close() }
    let states = (0..<count).map { ctest_page_state(descriptor.rawValue, UInt($0)) }
    guard states.allSatisfy({ $0 >= 0 }) else { try skip("the kernel does not say what is in memory here") }
    return Set(states.indices.filter { states[$0] & 1 != 0 })
  }

  /// Puts bytes on the disk, and out of memory all but what these reads bring in.
  private func put(_ bytes: [UInt8], then reads: [Range<Int>]) throws {
    try folder.put("a", bytes)
    let descriptor = try FileDescriptor.open(file, .readWrite)
    defer { try? descriptor.close() }
    #expect(fsync(descriptor.rawValue) == 0)
    #expect(posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
    let reader = try FileDescriptor.open(file, .readOnly)
    defer { try? reader.close() }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    for read in reads {
      // SAFETY: the buffer has room for what is asked for.
      #expect(unsafe pread(reader.rawValue, &buffer, read.count, off_t(read.lowerBound)) == read.count)
    }
  }

  @Test("What a sample reads brings in no page, however often and from which page on, and makes none active")
  func samples() throws {
    let pages = 4096
    // So that readahead has begun, and left its mark on one of the pages.
    try put([UInt8](repeating: 7, count: pages * 4096), then: (0..<4).map { $0 * 4096..<($0 + 1) * 4096 })
    // SAFETY: the path is a C string for the length of the call.
    let (before, active) = (try cached(pages), unsafe ctest_active_pages(file.string))
    if before.count == pages { try skip("all of the file is in memory: a file system there, or a large readahead") }
    try perform("open \(name)")
    let opened = try #require(session.file)
    var probe = KernelProbe()
    for _ in 0..<3 {
      _ = probe.sample(
        KernelRequest(try #require(session.sampledFile), pages: 0..<pages, cursor: before.min() ?? 0))
      for page in before where session.presence(ofPage: page) == .readable {
        #expect(try opened.presentBytes(page * 4096..<(page + 1) * 4096).bytes.count == 4096)
      }
    }
    #expect(try cached(pages).subtracting(before) == [])
    // SAFETY: the path is a C string for the length of the call.
    let now = unsafe ctest_active_pages(file.string)
    if active >= 0 { #expect(now <= active) } else { print("which pages are active is for root to know") }
  }

  @Test("A page that is asked for, though it is not in memory, comes alone")
  func asked() throws {
    try put([UInt8](repeating: 7, count: 1024 * 4096), then: [])
    if try !cached(1024).isEmpty { try skip("what is in memory can't be evicted here") }
    // From the file's first page on, where readahead begins.
    try perform("open \(name)", "expect bytes 0 0707", "expect bytes 0x1000 07")
    let found = try cached(1024)
    if found.isEmpty { try skip("a stacked file system counts none of the pages that it shows") }
    #expect(found == [0, 1])
  }

  @Test(
    "find leaves in memory what was there, and reads no hole",
    arguments: ["find text absent", "find text needle", "find hex 0000006e", "find hex 00000000"])
  func find(line: String) throws {
    let size = 3 << 30
    let descriptor = try FileDescriptor.open(file, .readWrite, options: .create, permissions: .ownerReadWrite)
    defer { try? descriptor.close() }
    try descriptor.resize(to: Int64(size))
    let islands = (1...5).map { $0 * 123_456 * 4096 }
    for island in islands { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(island), Array("needle".utf8)) }
    #expect(fsync(descriptor.rawValue) == 0)
    #expect(posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
    #expect(posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_RANDOM) == 0)
    // A page of an island, and one of a hole.
    var byte: UInt8 = 0
    for offset in [islands[1], 1 << 30] {
      // SAFETY: one byte.
      #expect(unsafe pread(descriptor.rawValue, &byte, 1, off_t(offset)) == 1)
    }
    func count() throws -> Int {
      do throws(PageCacheError) { return try PageCache.counts(of: descriptor, bytes: 0..<size).cached } catch {
        try skip("what is in memory is unknown here: \(error)")
      }
    }
    let before = try count()
    try perform("open \(name)")
    let command = try #require(try Command(parsing: line))
    for _ in 0..<7 {
      do throws(CommandError) { try session.perform(command) } catch {
        #expect(line.hasSuffix("absent") && error.description.contains("there is none"))
      }
    }
    let found = session.view.cursor * 4096 + session.view.byteCursor
    switch line {
    case "find text needle": #expect(found == islands[1])
    case "find hex 0000006e": #expect(found == islands[1] - 3)
    default: break
    }
    #expect(try count() <= before)
  }

  @Test("find sees what is in memory, on the disk, and across the two, as read(2) does")
  func mixture() throws {
    var bytes = [UInt8](repeating: 0x2e, count: 64 * 4096)
    let offsets = (1..<64).map { $0 * 4096 - 3 }
    for offset in offsets { bytes.replaceSubrange(offset..<offset + 6, with: Array("needle".utf8)) }
    try put(bytes, then: [8 * 4096..<9 * 4096, 30 * 4096..<31 * 4096])
    try perform("open \(name)")
    for offset in offsets {
      try perform("find text needle")
      #expect(session.view.cursor * 4096 + session.view.byteCursor == offset)
    }
    for offset in offsets.reversed().dropFirst() {
      try perform("find previous")
      #expect(session.view.cursor * 4096 + session.view.byteCursor == offset)
    }
  }

  @Test(
    "The time of the last access stays, where each access moves it, for the owner", .enabled(if: mayMount, needsMounts))
  func accessTime() throws {
    let path = folder.path
    let times = try onThreadWithMounts("tmpfs") {
      try mount("-t", "tmpfs", "-o", "strictatime", "tmpfs", path.string)
      let file = path.appending("a")
      let bytes = [UInt8](repeating: 7, count: 16 * 4096)
      let descriptor = try FileDescriptor.open(file, .readWrite, options: .create, permissions: .ownerReadWrite)
      defer { try? descriptor.close() }
      _ = try descriptor.writeAll(bytes)
      try run("touch", ["-a", "-d", "2001-01-01", file.string])
      func accessed() -> Int {
        var status = stat()
        // SAFETY: fills the structure that it is given.
        return unsafe fstat(descriptor.rawValue, &status) == 0 ? status.st_atim.tv_sec : -1
      }
      let before = accessed()
      let session = try Session()
      try session.perform(.open(path: file.string, forWriting: false))
      var probe = KernelProbe()
      for _ in 0..<2 {
        guard let sampled = session.sampledFile else { break }
        _ = probe.sample(KernelRequest(sampled, pages: 0..<16, cursor: 3))
      }
      for line in ["expect bytes 0 07", "find hex 0707", "kernel 0-15", "extents", "users", "status json"] {
        guard let command = try Command(parsing: line) else { continue }
        try session.perform(command)
      }
      let after = accessed()
      // What anybody's reading does there.
      _ = try MmapFile.openReadOnly(at: file).peek(0..<1)
      return [before, after, accessed()]
    }
    #expect(times[0] == times[1])
    #expect(times[2] > times[0], "this file system keeps no times of access, so that nothing is shown")
  }

  @Test(
    "A file that grows after it was cut to nothing stays dirty while it is looked at",
    .enabled(if: mayMount, needsMounts))
  func growingFromNothing() throws {
    let folder = folder.path
    try onThreadWithMounts("ext4") {
      // It writes such a file back at any close of it.
      let disk = try SmallDisk(in: folder, "ext4", size: "16m")
      defer { disk.unmount() }
      let path = disk.path.appending("a")
      let file = try FileDescriptor.open(path, .readWrite, options: .create, permissions: .ownerReadWrite)
      defer { try? file.close() }
      try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: 4096))
      #expect(fsync(file.rawValue) == 0)
      let watched = try Session()
      try watched.perform("open \(Word.quote(path.string))")
      try file.resize(to: 0)
      watched.collect()
      for pages in [3, 5] {
        try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 8, count: pages * 4096))
        watched.collect()
        #expect(watched.file?.states.count == pages)
        let counts = try PageCache.counts(of: file, bytes: 0..<pages * 4096)
        #expect(counts.dirty == pages && counts.writeback == 0)
      }
    }
  }

  @Test("A file that others make longer without a pause is looked at ten times a second at most")
  func growing() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    try perform("open \(name)")
    let sampler = try Sampler(waking: session.wakeUp)
    let isOver = Flag()
    let descriptor = try FileDescriptor.open(file, .writeOnly, options: .append)
    let writer = Thread {
      while !isOver.isSet {
        _ = try? descriptor.writeAll([UInt8](repeating: 7, count: 512))
        usleep(500)
      }
      try? descriptor.close()
    }
    defer {
      isOver.set()
      writer?.join()
      sampler.stop()
    }
    let start = ContinuousClock.now
    var wakes = 0
    // What the screen does, each time that it is woken.
    while ContinuousClock.now - start < .seconds(3) {
      session.collect()
      let pages = min(100, try #require(session.file).states.count)
      let request = KernelRequest(try #require(session.sampledFile), pages: 0..<pages, cursor: 0)
      sampler.turn(to: session.sampledFile, request, isWorking: false, isUrgent: false)
      session.wakeUp.wait(atMost: .seconds(1))
      wakes += 1
    }
    let most = Int((ContinuousClock.now - start) / .milliseconds(100)) + 3
    #expect(wakes <= most, "\(wakes) wakes where \(most) are due")
    // Its last sample is shown until the next, though the file is mapped again each time.
    #expect(sampler.sample(of: session.sampledFile) != nil)
  }
}

private final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}
