import Dispatch
import Foundation
import RangedMmap
import Synchronization
import SystemPackage
import TestSupport
import Testing

// The code that the documentation shows, where it is compiled and run. `DocumentationTests` compares the two: each
// example stands here as it stands there, line after line, comments aside; what checks it comes after.

@Suite("The examples of the documentation do what they say")
struct DocumentationExamples {
  let folder: TemporaryFolder
  let path: FilePath

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("output.bin")
  }

  @Test("Five lines create a file, write a range and make it durable")
  func fiveLines() throws {
    let bytes = [UInt8](repeating: 0xa5, count: 8192)
    func example() throws {
      let (file, allocator) = try MmapFile.create(at: path, size: 1 << 20)
      guard let range = allocator.allocate(8192) else { return }
      let receipt = try file.write(bytes, to: range)
      try file.flush(receipt)
      let flushed = try file.sync(receipt)
      #expect(flushed.byteRange == 0..<8192)
    }
    try example()
    #expect(try folder.bytes("output.bin").prefix(8192) == bytes[...])
  }

  @Test("Stored pages are known until a sync")
  func stores() throws {
    let bytes = [UInt8](repeating: 0xa5, count: 8192)
    func example() throws {
      let (file, allocator) = try MmapFile.create(at: path, size: 1 << 20)
      let range = try require(take: allocator.allocate(8192))
      let watch = try file.watchStores()
      let receipt = try file.write(bytes, to: range)
      print("stored:", try watch.storedPages(in: 0..<file.size))
      let flushed = try file.sync(receipt)
      print("durable:", flushed.pages, "still stored:", try watch.storedPages(in: 0..<file.size))
      #expect(try watch.storedPages(in: 0..<file.size).isEmpty)
    }
    do { try example() } catch let error as MmapFileError {
      guard error.code == .cannotWatchStores else { throw error }
      try skip("\(error)")
    }
  }

  @Test("Groups of pages are counted")
  func groups() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 1 << 20)
    _ = try file.write([UInt8](repeating: 1, count: 8192), to: try require(take: allocator.allocate(8192)))
    var said = ""
    func print(_ text: String) { said = text }
    var groups = PageGroups(of: file.states, pages: 0..<256, each: 64)
    let totals = groups.update()
    print("the first 64 pages: \(groups[0][.written]) written; in all: \(totals[.written])")
    #expect(said == "the first 64 pages: 2 written; in all: 2")
  }

  @Test("A closure fills a range where it lies")
  func inPlace() throws {
    func example() throws {
      let (file, allocator) = try MmapFile.create(at: path, size: 1 << 20)
      guard let range = allocator.allocate(4096) else { return }
      let rows: [UInt32] = [1, 2, 0x0a0b_0c0d]
      let receipt = try file.write(to: range) { writer in
        writer.append(contentsOf: "rows".utf8)
        for row in rows { writer.append(littleEndian: row) }
        writer.append(repeating: 0, count: writer.remaining)
      }
      #expect(receipt.count == 4096)
    }
    try example()
    let start: [UInt8] = Array("rows".utf8) + [1, 0, 0, 0, 2, 0, 0, 0, 0x0d, 0x0c, 0x0b, 0x0a, 0]
    #expect(try folder.bytes("output.bin").prefix(start.count) == start[...])
  }

  @Test("Records are added to a range, with those before in sight")
  func updating() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let range = try require(take: allocator.allocate(4096))
    let record: [UInt8] = [1, 2, 3]
    let receipt = try file.update(range) { editor in
      editor.store(littleEndian: 1 as UInt32, at: 0)
      editor.store(record, at: 4)
    }
    let longer = try file.update(receipt) { editor in
      let count: UInt32 = editor.load(littleEndianAt: 0)
      editor.store(record, at: 4 + Int(count) * record.count)
      editor.store(littleEndian: count + 1, at: 0)
    }
    #expect(longer.count == 4096)
    #expect(try folder.bytes("output.bin").prefix(11) == [2, 0, 0, 0, 1, 2, 3, 1, 2, 3, 0])
    func inPlace(_ receipt: inout WriteReceipt) throws {
      try file.update(&receipt) { editor in editor.store(record, at: 128) }
    }
    var kept = try file.update(longer) { _ in }
    try inPlace(&kept)
    #expect(try folder.bytes("output.bin")[127...131] == [0, 1, 2, 3, 0])
  }

  @Test("A file that is only read lends its bytes, and any file its descriptor")
  func lendingOfFiles() throws {
    try folder.put("output.bin", [0x7f, 0x45, 0x4c, 0x46])
    let file = try MmapFile.openReadOnly(at: path)
    let magic = try file.withBytes(in: 0..<4) { bytes in bytes.load(bigEndianAt: 0, as: UInt32.self) }
    #expect(magic == 0x7f45_4c46)
    let inode = try file.withDescriptor { descriptor in try descriptor.stat().inode }
    #expect(try Stat(path).inode == inode)
    try file.advise(.random, in: 0..<file.size)
    file.releasePages(in: 0..<file.size)
    #expect(try file.withBytes(in: 0..<4) { bytes in bytes.load(bigEndianAt: 0, as: UInt32.self) } == magic)
  }

  @Test("Lent bytes are added up without a copy")
  func lending() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let receipt = try file.write([UInt8](repeating: 2, count: 4096), to: try require(take: allocator.allocate(4096)))
    let sum = try file.withBytes(of: receipt) { bytes in
      var sum = 0
      for index in bytes.indices { sum += Int(bytes[index]) }
      return sum
    }
    #expect(sum == 2 * 4096)
  }

  @Test("The mapping without types writes across pages")
  func withoutTypes() throws {
    let file = try UnsafeMmapFile.create(at: path, size: 1 << 20)
    let bytes: [UInt8] = [1, 2, 3]
    try unsafe file.writeAllBytes(bytes, at: 4094)
    try file.sync(4094..<4097)
    #expect(try folder.bytes("output.bin")[4093...4097] == [0, 1, 2, 3, 0])
    #expect((0..<3).map { file.states[$0] } == [.flushed, .flushed, .free])
  }

  // MARK: Faults

  @Test("What a step failed to store is written again when the reason is gone")
  func storingAnew() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 8192)
    let bytes = [UInt8](repeating: 7, count: 8192)
    #expect(unsafe truncate(path.string, 0) == 0)
    let codes = Mutex<[MmapFileError.Code]>([])
    let flushed = try store(bytes, in: try require(take: allocator.allocate(8192)), of: file) { error in
      codes.withLock { $0.append(error.code) }
      #expect(unsafe truncate(path.string, 8192) == 0)
    }
    #expect(flushed.count == 8192)
    #expect(codes.withLock { $0 } == [.truncated])
    #expect(try folder.bytes("output.bin") == bytes)
  }

  @Test("A failed sync gives the range back")
  func takingTheRangeBack() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let bytes = [UInt8](repeating: 7, count: 4096)
    let receipt = try file.write(bytes, to: try require(take: allocator.allocate(4096)))
    #expect(unsafe truncate(path.string, 0) == 0)
    func example(_ receipt: consuming WriteReceipt) throws {
      do {
        let flushed = try file.sync(receipt)
        print("durable:", flushed.byteRange)
      } catch {
        let range = try error.range()
        let receipt = try file.write(bytes, to: range)
        try file.flush(receipt)
      }
    }
    try expect(.truncated) { [receipt = HandOver(receipt)] in try example(try require(take: receipt.take())) }
    #expect(file.states[0] == .lost)
  }

  // MARK: What the compiler refuses

  @Test("A range is consumed outside of the closure, or in a variable that the closure empties")
  func consumedInClosures() throws {
    try folder.put("original", [UInt8](repeating: 4, count: 8192))
    let original = try MmapFile.openReadOnly(at: folder.file("original"))
    let (file, allocator) = try MmapFile.create(at: path, size: 8192)
    var receipts: [HandOver<WriteReceipt>] = []
    do {
      let range = try require(take: allocator.allocate(4096))
      let bytes = range.byteRange
      let receipt = try file.write(to: range) { writer in
        try original.withBytes(in: bytes) { writer.append(contentsOf: $0) }
      }
      #expect(receipt.count == 4096)
    }
    let range = try require(take: allocator.allocate(4096))
    var held: AllocatedRange? = consume range
    try original.withBytes(in: 0..<4096) { bytes in
      guard let range = held.take() else { return }
      receipts.append(HandOver(try file.write(bytes, to: range)))
    }
    #expect(receipts.count == 1)
    #expect(try folder.bytes("output.bin").allSatisfy { $0 == 4 })
  }

  @Test("A box serves where an object, an array or an Optional is to hold a range")
  func boxes() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 8 * 4096)
    let page = try file.write(repeatElement(0, count: 4096), to: try require(take: allocator.allocate(4096)))
    let header = Header(page)
    try header.note(0x0102_0304, in: file)
    #expect(try folder.bytes("output.bin").prefix(4) == [4, 3, 2, 1])

    var flushed: [HandOver<FlushedRange>] = []
    let box = HandOver(try file.write(repeatElement(1, count: 4096), to: try require(take: allocator.allocate(4096))))
    let durable = try box.withValue { receipt in
      try file.flush(receipt)
      return file.states[receipt.pages.lowerBound] == .flushed
    }
    #expect(durable == false)
    func sync() throws {
      guard let receipt = box.take() else { return }
      flushed.append(HandOver(try file.sync(receipt)))
    }
    try sync()
    #expect(flushed.count == 1)

    let range = try require(take: allocator.allocate(4096))
    var kept: AllocatedRange?
    kept = consume range
    let named = NamedRange(name: "table", range: try require(take: kept.take()))
    #expect(named.name == "table" && named.range.count == 4096)
    _ = try store([UInt8](repeating: 1, count: 4096), to: named.range, of: file)

    var ranges: [HandOver<AllocatedRange>] = []
    while let range = allocator.allocate(4096) { ranges.append(HandOver(range)) }
    #expect(ranges.count == 5)
  }

  @Test("In a closure a typed catch is asked for")
  func typedCatch() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096, allocator: FreeListAllocator.self)
    var receipts: [HandOver<WriteReceipt>] = []
    func run(_ body: () throws -> Void) rethrows { try body() }
    for bytes in [[UInt8](repeating: 1, count: 100), [UInt8](repeating: 1, count: 4096)] {
      try run {
        guard let range = allocator.allocate(4096) else { return }
        do throws(MmapFileError) {
          receipts.append(HandOver(try file.write(bytes, to: range)))
        } catch {
          allocator.free(try error.range())
        }
      }
    }
    #expect(receipts.count == 1)
  }

  @Test("A function in the closure uses what is lent")
  func localFunctions() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let range = try require(take: allocator.allocate(4096))
    let receipt = try file.write(to: range) { writer in
      func append(_ name: String) {
        writer.append(contentsOf: name.utf8)
        writer.append(0)
      }
      append("alpha")
      append("beta")
      writer.append(repeating: 0, count: writer.remaining)
    }
    #expect(receipt.count == 4096)
    #expect(try folder.bytes("output.bin").prefix(12) == Array("alpha\0beta\0\0".utf8)[...])
  }

  // MARK: Workers

  @Test("Workers allocate for themselves")
  func workers() throws {
    func example() throws {
      let (file, allocator) = try MmapFile.create(at: path, size: 8 << 20, allocator: ConcurrentAllocator.self)
      let failures = Mutex<[any Error]>([])
      DispatchQueue.concurrentPerform(iterations: 4) { worker in
        do {
          while let range = allocator.allocate(1 << 16) {
            let bytes = [UInt8](repeating: UInt8(worker + 1), count: range.count)
            _ = try file.write(bytes, to: range)
          }
        } catch {
          failures.withLock { $0.append(error) }
        }
      }
      if let failure = failures.withLock({ $0.first }) { throw failure }
      try file.syncAll()
      #expect(file.states.counts()[.flushed] == 2048)
    }
    try example()
    #expect(try folder.bytes("output.bin").allSatisfy { (1...4).contains($0) })
  }

  @Test("A box carries a range into a task")
  func intoATask() async throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let bytes = [UInt8](repeating: 3, count: 4096)
    let range = try require(take: allocator.allocate(4096))
    let box = HandOver(range)
    let task = Task {
      guard let range = box.take() else { return }
      let receipt = try file.write(bytes, to: range)
      try file.flush(receipt)
    }
    try await task.value
    #expect(file.states[0] == .flushing)
    #expect(try folder.bytes("output.bin") == bytes)
  }

  @Test("A group of tasks hands its receipts back in boxes")
  func group() async throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4 * 4096)
    try await withThrowingTaskGroup(of: HandOver<WriteReceipt>.self) { group in
      while let range = allocator.allocate(4096) {
        let box = HandOver(range)
        group.addTask {
          guard let range = box.take() else { throw CancellationError() }
          let bytes = [UInt8](repeating: 1, count: range.count)
          return HandOver(try file.write(bytes, to: range))
        }
      }
      for try await box in group {
        guard let receipt = box.take() else { continue }
        _ = try file.sync(receipt)
      }
    }
    #expect(file.states.counts()[.flushed] == 4)
  }
}

/// An object that holds a range.
final class Header {
  private let page: HandOver<WriteReceipt>

  init(_ receipt: consuming WriteReceipt) { page = HandOver(receipt) }

  func note(_ value: UInt32, in file: MmapFile) throws {
    try page.withValue { receipt in
      try file.update(&receipt) { editor in editor.store(littleEndian: value, at: 0) }
    }
  }
}

struct NamedRange: ~Copyable {
  let name: String
  let range: AllocatedRange
}

func store(_ bytes: [UInt8], to range: consuming AllocatedRange, of file: MmapFile) throws -> WriteReceipt {
  try file.write(bytes, to: range)
}

/// Writes bytes and makes them durable; after a failure once more, when `repair` has seen to the reason.
func store(
  _ bytes: [UInt8], in range: consuming AllocatedRange, of file: MmapFile, repair: (MmapFileError) throws -> Void
) throws -> FlushedRange {
  do {
    return try file.sync(file.write(bytes, to: range))
  } catch {
    let again = try error.range()
    try repair(error)
    return try file.sync(file.write(bytes, to: again))
  }
}
