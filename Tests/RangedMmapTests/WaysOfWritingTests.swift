import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// The library writes pages in the way that is fastest for them; whichever it is, the bytes are the same.
@Suite("Ways of writing")
struct WaysOfWritingTests {
  /// A page-numbered pattern, other in each round.
  private static func bytes(_ start: Int, _ count: Int, round: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: UInt8(round), count: count)
    for page in stride(from: 0, to: count, by: 4096) {
      for place in 0..<min(8, count - page) {
        bytes[page + place] = UInt8(truncatingIfNeeded: (start + page) >> (8 * place))
      }
    }
    return bytes
  }

  /// The tests' folder, and one in memory.
  static let places = [NSTemporaryDirectory(), "/dev/shm"]
  static let sizes = [4 << 10, 64 << 10, 300 << 10, 1 << 20, 3 << 20]

  @Test(
    "First touches, rewrites and rewrites after a sync or a flush bring the same bytes, at all sizes, by one thread and by four",
    arguments: sizes, places)
  func sameBytes(size: Int, place: String) throws {
    let folder = try TemporaryFolder(in: place)
    for (index, storage) in [Storage.preallocated, .sparse].enumerated() {
      // With a last page in part.
      let total = 9 << 20 | 1234
      let (file, allocator) = try MmapFile.create(
        at: folder.file("\(index)"), size: total, allocator: ConcurrentAllocator.self, storage: storage)
      var receipts = try writeAll(file, allocator, size, threads: index == 0 ? 1 : 4)
      for round in 1...5 {
        try expectContents(of: file, folder.bytes("\(index)"), round: round)
        if round == 5 { break }
        if round == 2 { try file.syncAll() }
        if round == 3 { try file.flush() }
        receipts = try rewrite(file, receipts, round: round + 1, flushesEach: round == 4)
      }
    }
  }

  private func writeAll(
    _ file: MmapFile, _ allocator: ConcurrentAllocator, _ size: Int, threads: Int
  ) throws -> [HandOver<WriteReceipt>] {
    let written = Locked([HandOver<WriteReceipt>]())
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while let range = allocator.allocate(size) {
        do {
          let receipt = HandOver(try file.write(Self.bytes(range.start, range.count, round: 1), to: range))
          written.withLock { $0.append(receipt) }
        } catch { Issue.record("\(error)") }
      }
    }
    return written.withLock { $0 }
  }

  private func rewrite(
    _ file: MmapFile, _ receipts: [HandOver<WriteReceipt>], round: Int, flushesEach: Bool
  ) throws -> [HandOver<WriteReceipt>] {
    try receipts.map { written in
      let receipt = try require(take: written.take())
      if flushesEach { try file.flush(receipt) }
      let range = file.reuse(receipt)
      return HandOver(try file.write(Self.bytes(range.start, range.count, round: round), to: range))
    }
  }

  private func expectContents(of file: MmapFile, _ found: [UInt8], round: Int) throws {
    let expected = Self.bytes(0, file.size, round: round)
    // What other programs read, and what the mapping shows.
    #expect(found == expected, "round \(round)")
    var mapped = [UInt8](repeating: 0, count: file.size)
    var span = mapped.mutableSpan
    var raw = unsafe span.mutableBytes
    _ = try unsafe UnsafeMmapFile(sharing: file).readBytes(at: 0, into: &raw)
    #expect(mapped == expected, "round \(round)")
  }

  @Test(
    "A file that was cut short is not made longer by a write, whatever way that would take",
    arguments: places)
  func cutShort(place: String) throws {
    let folder = try TemporaryFolder(in: place)
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4 << 20)
    let single = try require(take: allocator.allocate(4096))
    var ranges = [HandOver(file.reuse(try file.sync(try file.write([UInt8](repeating: 1, count: 4096), to: single))))]
    for size in [4096, 65536, 1 << 20] { ranges.append(HandOver(try require(take: allocator.allocate(size)))) }
    try run("truncate", ["-s", "0", folder.file("a").string])
    for range in ranges {
      let range = try require(take: range.take())
      do {
        _ = try file.write([UInt8](repeating: 2, count: range.count), to: range)
        Issue.record("bytes were written where no file is")
      } catch { #expect(error.code == .truncated) }
      #expect(try folder.bytes("a").isEmpty)
    }
  }

  @Test("A source that can't be read by the kernel is copied by stores")
  func strangeSource() throws {
    let folder = try TemporaryFolder()
    let size = 2 << 20
    let (source, _) = try MmapFile.create(at: folder.file("source"), size: size)
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: size)
    let range = try require(take: allocator.allocate(size))
    try run("truncate", ["-s", "4096", folder.file("source").string])
    let pointer = unsafe UnsafeMmapFile(sharing: source).pointer
    // What lies after the source's new end reads as zeros, as in every fault that the guard survives.
    let bytes = unsafe UnsafeRawBufferPointer(start: pointer, count: size).bytes
    let receipt = try file.write(bytes, to: range)
    #expect(try folder.bytes("a").allSatisfy { $0 == 0 })
    _ = try file.sync(receipt)
  }

  @Test(
    "A part of a page that is written becomes durable where blocks are smaller than a page",
    .enabled(if: mayMount, needsMounts))
  func partsOfPages() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    try onThreadWithMounts("ext4") {
      let disk = try SmallDisk(in: path, "ext4", blockSize: 1024)
      defer { disk.unmount() }
      let file = try MmapFile.create(at: disk.path.appending("a"), size: 64 * 4096).file
      // SAFETY: one thread.
      let bytes = unsafe UnsafeMmapFile(sharing: file)
      var expected = [UInt8](repeating: 0, count: 64 * 4096)
      func write(_ place: Int, _ count: Int) throws {
        let source = [UInt8](repeating: UInt8(count & 0xff) | 1, count: count)
        // SAFETY: nothing else reads or writes these bytes.
        try unsafe bytes.writeAllBytes(source, at: place)
        expected.replaceSubrange(place..<place + count, with: source)
        try bytes.sync(place..<place + count)
      }
      // What begins in a page that was written back a little before is written by pwrite(2), and ends in pages that were not.
      for page in [4, 10, 20, 62] { try write(page * 4096, 4096) }
      try write(4 * 4096 + 4000, 200)
      try write(10 * 4096, 2 * 4096 + 100)
      try write(20 * 4096 + 3, 9 * 4096)
      try write(62 * 4096 + 9, 2 * 4096 - 9)
      let found = FileManager.default.contents(atPath: disk.path.appending("a").string)
      #expect(found.map { [UInt8]($0) } == expected)
    }
  }
}
