import RangedMmap
import TestSupport
import Testing

@Suite("The life of a page")
final class LifeOfAPageTests: FolderSuite {
  @Test("A page goes from free to allocated, written, flushing and flushed")
  func goesThroughAllStates() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096)
    #expect(file.states[0] == .free)
    let range = try require(take: allocator.allocate(4096))
    #expect(file.states[0] == .allocated)
    let receipt = try file.write([UInt8](repeating: 7, count: 4096), to: range)
    #expect(file.states[0] == .written)
    try file.flush(receipt)
    #expect(file.states[0] == .flushing)
    let flushed = try file.sync(receipt)
    #expect(file.states[0] == .flushed)
    #expect(flushed.byteRange == 0..<4096)
    #expect(file.states[1] == .free)
    #expect(try folder.bytes("a") == [UInt8](repeating: 7, count: 4096) + [UInt8](repeating: 0, count: 3 * 4096))
  }

  @Test("Counts say in words how many pages are in which state")
  func countsInWords() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 * 4096)
    let first = try file.write([UInt8](repeating: 7, count: 8192), to: try require(take: allocator.allocate(8192)))
    _ = try file.sync(first)
    _ = allocator.allocate(4096)
    #expect("\(file.states.counts())" == "5 free, 1 allocated, 2 flushed")
    #expect("\(PageCounts())" == "no pages")
  }

  @Test("A flushed page can be taken back and written again")
  func canBeReused() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    let flushed = try file.sync(
      try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(4096))))
    let again = file.reuse(flushed)
    #expect(file.states[0] == .allocated)
    let receipt = try file.write([UInt8](repeating: 2, count: 4096), to: again)
    #expect(file.states[0] == .written)
    #expect(receipt.count == 4096)
    #expect(try folder.bytes("a") == [UInt8](repeating: 2, count: 4096))
  }

  @Test("A sync of everything makes each receipt exchangeable with no system call")
  func syncAllMakesAllDurable() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 * 4096)
    let first = try file.write([UInt8](repeating: 1, count: 8192), to: try require(take: allocator.allocate(8192)))
    let untouched = try require(take: allocator.allocate(4096))
    try file.syncAll()
    #expect((0..<8).map { file.states[$0] } == [.flushed, .flushed, .allocated, .free, .free, .free, .free, .free])
    let flushed = try file.sync(first)
    #expect(flushed.count == 8192)
    #expect(untouched.count == 4096)
  }

  @Test("A flush of everything starts writeback of what was written, and of nothing else")
  func flushOfEverything() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096)
    let receipt = try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(4096)))
    _ = allocator.allocate(4096)
    try file.flush()
    #expect((0..<3).map { file.states[$0] } == [.flushing, .allocated, .free])
    #expect(receipt.count == 4096)
  }

  @Test("A closure fills a range in place, and what it leaves empty earns no receipt")
  func inPlace() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
    let receipt = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
      for index in 0..<4096 { writer.append(UInt8(truncatingIfNeeded: index)) }
    }
    var back = [UInt8](repeating: 0, count: 4096)
    try file.read(receipt, into: &back)
    #expect(back == (0..<4096).map { UInt8(truncatingIfNeeded: $0) })

    let unfilled = try require(take: allocator.allocate(4096))
    do {
      _ = try file.write(to: unfilled) { writer in writer.append(1) }
      Issue.record("a range filled with one byte gave a receipt")
    } catch {
      #expect(error.code == .incompleteWrite)
      #expect(file.states[1] == .allocated)
      let range = try require(take: error.takeRange())
      #expect(range.byteRange == 4096..<8192)
      expectNone(error.takeRange())
    }
  }

  @Test("Bytes are lent with no copy, from each of the three kinds of range")
  func lending() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    let range = try require(take: allocator.allocate(4096))
    #expect(try file.withBytes(of: range) { $0.count } == 4096)
    let receipt = try file.write([UInt8](repeating: 9, count: 4096), to: range)
    let sum = { (bytes: Span<UInt8>) in bytes.indices.reduce(0) { $0 + Int(bytes[$1]) } }
    #expect(try file.withBytes(of: receipt, sum) == 9 * 4096)
    let flushed = try file.sync(receipt)
    #expect(try file.withBytes(of: flushed, sum) == 9 * 4096)
  }

  @Test("A reader sees each byte that was stored, and nothing after the end")
  func peeking() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 5000)
    let receipt = try file.write([UInt8](repeating: 3, count: 4096), to: try require(take: allocator.allocate(1)))
    #expect(try file.peek(4090..<4100) == [3, 3, 3, 3, 3, 3, 0, 0, 0, 0])
    #expect(try file.peek(4998..<9000) == [0, 0])
    #expect(try file.peek(9000..<9001).isEmpty)
    #expect(receipt.count == 4096)
  }

  @Test("The counts of states follow every step")
  func counting() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 10_000 * 4096, storage: .sparse)
    #expect(file.states.counts()[.free] == 10_000)
    let receipt = try file.write(
      [UInt8](repeating: 1, count: 5000 * 4096), to: try require(take: allocator.allocate(5000 * 4096)))
    var counts = file.states.counts()
    #expect(counts[.written] == 5000)
    #expect(counts[.free] == 5000)
    let flushed = try file.sync(receipt)
    counts = file.states.counts()
    #expect(counts[.flushed] == 5000)
    #expect(counts[.written] == 0)
    #expect(flushed.count == 5000 * 4096)
  }
}
