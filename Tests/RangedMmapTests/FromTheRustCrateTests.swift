import Dispatch
import RangedMmap
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// What users of the Rust crate look for and no other test shows; see `FromTheRustCrate.md`.
@Suite("Calls of the Rust crate have their counterparts")
struct FromTheRustCrateTests {
  let folder: TemporaryFolder
  let path: FilePath

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a")
  }

  // MARK: The file

  @Test("An existing file is opened with an allocator of one's choice, which starts at its first byte")
  func opensWithAllocator() throws {
    try folder.put("a", [UInt8](repeating: 5, count: 10_000))
    for _ in 0..<2 {
      let (file, allocator) = try MmapFile.open(at: path, allocator: ConcurrentAllocator.self)
      let range = try require(take: allocator.allocate(1))
      #expect(range.byteRange == 0..<4096)
      #expect(file.states.counts()[.free] == 2)
    }
  }

  @Test("A file has its size")
  func size() throws {
    let (file, _) = try MmapFile.create(at: path, size: 5000)
    #expect(file.size == 5000)
    #expect(try UnsafeMmapFile.create(at: folder.file("b"), size: 5000).size == 5000)
  }

  @Test("Workers that share a file and its allocator write every byte once")
  func workers() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 999 * 4096 + 5, allocator: ConcurrentAllocator.self)
    let written = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      while let range = allocator.allocate(3 * 4096) {
        let count = range.count
        do { _ = try file.write([UInt8](repeating: UInt8(worker + 1), count: count), to: range) } catch {
          Issue.record(error)
        }
        written.withLock { $0 += count }
      }
    }
    #expect(written.withLock { $0 } == 999 * 4096 + 5)
    #expect(try folder.bytes("a").allSatisfy { (1...8).contains($0) })
  }

  // MARK: The file without types

  @Test("The mapping without types is created, written and opened again")
  func withoutTypes() throws {
    do {
      let file = try UnsafeMmapFile.create(at: path, size: 5000)
      try unsafe file.writeAllBytes(([1, 2, 3] as [UInt8]).span.bytes, at: 10)
      try expect(.locked) { _ = try UnsafeMmapFile.open(at: path) }
    }
    let file = try UnsafeMmapFile.open(at: path)
    #expect(file.size == 5000)
    #expect(try read(file, at: 9, 5) == [0, 1, 2, 3, 0])
  }

  @Test("Without types, as much is written and read as fits before the end")
  func clamps() throws {
    let file = try UnsafeMmapFile.create(at: path, size: 5000)
    let bytes: [UInt8] = [1, 2, 3]
    for (offset, expected) in [(0, 3), (4998, 2), (5000, 0), (6000, 0)] {
      let written = try unsafe file.writeBytes(bytes.span.bytes, at: offset)
      #expect(written == expected)
      #expect(try read(file, at: offset, 3) == Array(bytes.prefix(expected)))
    }
    #expect(try folder.bytes("a").count == 5000)
  }

  @Test("Without types, all bytes are written or none")
  func allOrNone() throws {
    let file = try UnsafeMmapFile.create(at: path, size: 5000)
    let bytes: [UInt8] = [1, 2, 3]
    for offset in [4998, 5000, -1, .max] {
      try expect(.lengthMismatch) { try unsafe file.writeAllBytes(bytes.span.bytes, at: offset) }
    }
    #expect(try folder.bytes("a").allSatisfy { $0 == 0 })
    try unsafe file.writeAllBytes(bytes.span.bytes, at: 4997)
    #expect(try folder.bytes("a").suffix(4) == [0, 1, 2, 3])
  }

  @Test("Without types, bytes are lent with no copy")
  func lends() throws {
    let file = try UnsafeMmapFile.create(at: path, size: 5000)
    try unsafe file.fill(7)
    let (count, last) = try unsafe file.withBytes(in: 4000..<5000) {
      ($0.count, $0[999])
    }
    #expect((count, last) == (1000, 7))
  }

  @Test("Without types, all or some bytes are flushed and synced")
  func durability() throws {
    let file = try UnsafeMmapFile.create(at: path, size: 4 * 4096)
    func states() -> [PageState] { (0..<4).map { file.states[$0] } }
    try unsafe file.fill(1)
    try file.flush(4096..<4097)
    #expect(states() == [.written, .flushing, .written, .written])
    try file.sync(0..<1)
    #expect(states() == [.flushed, .flushing, .written, .written])
    try file.flush()
    #expect(states() == [.flushed, .flushing, .flushing, .flushing])
    try file.syncAll()
    #expect(states() == [.flushed, .flushed, .flushed, .flushed])
  }

  @Test("Without types, a file is filled, and zeroed again")
  func fills() throws {
    let file = try UnsafeMmapFile.create(at: path, size: 5000)
    try unsafe file.fill(0xa5)
    #expect(try folder.bytes("a") == [UInt8](repeating: 0xa5, count: 5000))
    try unsafe file.zero()
    #expect(try folder.bytes("a") == [UInt8](repeating: 0, count: 5000))
  }

  @Test("Raw pointers see and change the bytes of the file")
  func pointers() throws {
    let file = try UnsafeMmapFile.create(at: path, size: 5000)
    // SAFETY: inside the file, which this test alone uses.
    unsafe file.mutablePointer?.storeBytes(of: 9, toByteOffset: 4999, as: UInt8.self)
    let seen = unsafe file.pointer.load(fromByteOffset: 4999, as: UInt8.self)
    #expect(seen == 9)
    try file.syncAll()
    #expect(try folder.bytes("a").last == 9)
    let reader = unsafe UnsafeMmapFile(sharing: try MmapFile.openReadOnly(at: path))
    let isNil = unsafe reader.mutablePointer == nil
    #expect(isNil)
  }

  private func read(_ file: UnsafeMmapFile, at offset: Int, _ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var buffer = unsafe span.mutableBytes
    let read = try unsafe file.readBytes(at: offset, into: &buffer)
    return Array(bytes.prefix(read))
  }

  // MARK: Allocators and ranges

  @Test("Both allocators have the size that they hand out")
  func totalSize() throws {
    #expect(try MmapFile.create(at: path, size: 5000).allocator.totalSize == 5000)
    let concurrent = try MmapFile.create(at: folder.file("b"), size: 5000, allocator: ConcurrentAllocator.self)
    #expect(concurrent.allocator.totalSize == 5000)
  }

  @Test("A range and its receipt have their bytes")
  func accessors() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 5 * 4096 + 10)
    expectNone(allocator.allocate(0))
    _ = allocator.allocate(4096)
    let range = try require(take: allocator.allocate(.max))
    #expect((range.start, range.end, range.count) == (4096, 5 * 4096 + 10, 4 * 4096 + 10))
    #expect(range.byteRange == 4096..<5 * 4096 + 10)
    #expect(range.pages == 1..<6)
    let receipt = try file.write([UInt8](repeating: 1, count: range.count), to: range)
    #expect((receipt.start, receipt.end, receipt.count) == (4096, 5 * 4096 + 10, 4 * 4096 + 10))
    #expect(receipt.byteRange == 4096..<5 * 4096 + 10)
    #expect(receipt.pages == 1..<6)
  }

  @Test("Only a split makes an empty range")
  func emptyRanges() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 8192)
    let range = try require(take: allocator.allocate(4096))
    var isEmpty = [range.isEmpty]
    guard case .parts(let low, let high) = range.split(at: 0, rounding: .up) else {
      Issue.record("a split at 0 left the range whole")
      return
    }
    isEmpty += [low.isEmpty, high.isEmpty]
    let (first, second) = (HandOver(low), HandOver(high))
    for (box, count) in [(first, 0), (second, 4096)] {
      let receipt = try file.write([UInt8](repeating: 1, count: count), to: try require(take: box.take()))
      isEmpty.append(receipt.isEmpty)
    }
    #expect(isEmpty == [false, true, false, true, false])
  }

  @Test("An empty part at the very end of a file is written like any other, copied or filled in place")
  func emptyAtTheEnd() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 8192)
    for isInPlace in [false, true] {
      let range = try require(take: allocator.allocate(4096))
      guard case .parts(_, let high) = range.split(at: 4096, rounding: .down) else {
        Issue.record("a split at the end left the range whole")
        return
      }
      let receipt = isInPlace ? try file.write(to: high) { _ in } : try file.write([], to: high)
      let isEmpty = receipt.isEmpty
      #expect(isEmpty)
      #expect(file.states[1] != .written)
      _ = try file.sync(receipt)
    }
  }

  @Test("A receipt is given up for its range")
  func givesUpReceipt() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let receipt = try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(1)))
    let range = file.reuse(receipt)
    #expect(range.byteRange == 0..<4096)
    #expect(file.states[0] == .allocated)
    #expect(try file.write([UInt8](repeating: 2, count: 4096), to: range).count == 4096)
    #expect(try folder.bytes("a") == [UInt8](repeating: 2, count: 4096))
  }

  @Test("Offsets are aligned up and down to 4096")
  func alignment() {
    #expect(Alignment.page == 4096)
    #expect([0, 1, 4095, 4096, 4097].map(Alignment.up) == [0, 4096, 4096, 4096, 8192])
    #expect([0, 1, 4095, 4096, 4097].map(Alignment.down) == [0, 0, 0, 4096, 4096])
    #expect([0, 1, 4096, 4097, .max].map(Alignment.pages(in:)) == [0, 1, 1, 2, 1 << 51])
  }

  // MARK: Errors

  @Test("A failed system call is reported with its errno and its path")
  func systemErrors() throws {
    do {
      _ = try MmapFile.open(at: path)
      Issue.record("a file that does not exist was opened")
    } catch {
      #expect(error.code == .system)
      #expect(error.errno == .noSuchFileOrDirectory)
      #expect(error.path == path)
      #expect(error.description.hasPrefix(path.string))
    }
  }
}
