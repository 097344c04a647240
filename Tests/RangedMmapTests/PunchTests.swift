import Dispatch
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Ranges that are punched")
final class PunchTests: FolderSuite {
  fileprivate static func page(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 4096) }

  fileprivate static func punch<Stage>(_ range: consuming PageRange<Stage>, _ file: MmapFile) throws -> AllocatedRange {
    do throws(MmapFileError) { return try file.punch(range) } catch {
      guard error.code == .cannotPunch else { throw error }
      try skip("\(error)")
    }
  }

  /// The bytes of blocks that a file has, after all is written back: stat(2).
  private static func blocks(_ path: FilePath) throws -> Int64 {
    try run("sync", [path.string])
    return try Stat(path).sizeAllocated
  }

  @Test("Written, flushing, flushed and allocated pages become allocated ones of zeros, and the others stay")
  func everyStage() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 6 * 4096)
    func written() throws -> WriteReceipt {
      try file.write(Self.page(7), to: try require(take: allocator.allocate(4096)))
    }
    let flushing = try written()
    let flushed = try file.sync(try written())
    let written = try written()
    try file.flush(flushing)
    let kept = try file.sync(try file.write(Self.page(8), to: try require(take: allocator.allocate(4096))))
    #expect((0..<4).map { file.states[$0] } == [.flushing, .flushed, .written, .flushed])
    let holes = [
      try Self.punch(flushing, file).pages, try Self.punch(flushed, file).pages, try Self.punch(written, file).pages,
      try Self.punch(try require(take: allocator.allocate(4096)), file).pages,
    ]
    #expect(holes == [0..<1, 1..<2, 2..<3, 4..<5])
    #expect((0..<6).map { file.states[$0] } == [.allocated, .allocated, .allocated, .flushed, .allocated, .free])
    #expect(try folder.bytes("a") == [0, 0, 0, 8, 0, 0].flatMap(Self.page))
    #expect(kept.pages == 3..<4 && file.size == 6 * 4096)
  }

  @Test("The blocks go, also those of a last page that ends inside", arguments: [8 * 4096, 7 * 4096 + 1])
  func blocks(size: Int) throws {
    let path = folder.file("a")
    let (file, allocator) = try MmapFile.create(at: path, size: size)
    let low = try file.write(
      [UInt8](repeating: 1, count: 4 * 4096), to: try require(take: allocator.allocate(4 * 4096)))
    let rest = size - 4 * 4096
    let high = try file.sync(
      try file.write([UInt8](repeating: 2, count: rest), to: try require(take: allocator.allocate(rest))))
    let before = try Self.blocks(path)
    let hole = try Self.punch(high, file)
    #expect(before - (try Self.blocks(path)) >= 4 * 4096)
    let again = try file.write([UInt8](repeating: 3, count: rest), to: hole)
    _ = try file.sync(again)
    _ = try file.sync(low)
    #expect(try folder.bytes("a").map(Int.init).reduce(0, +) == 4 * 4096 + 3 * rest)
  }

  @Test("A range of another file comes back as it was, and nothing is punched")
  func foreign() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    let (other, _) = try MmapFile.create(at: folder.file("b"), size: 4096)
    let receipt = try file.write(Self.page(7), to: try require(take: allocator.allocate(4096)))
    do throws(MmapFileError) {
      _ = try other.punch(receipt)
      Issue.record("a range of another file was punched")
    } catch {
      #expect(error.code == .foreignRange)
      let flushed = try file.sync(try require(take: error.takeReceipt()))
      do throws(MmapFileError) { _ = try other.punch(flushed) } catch {
        #expect(try require(take: error.takeFlushed()).pages == 0..<1)
      }
    }
    #expect(file.states[0] == .flushed)
    #expect(try folder.bytes("a") == Self.page(7))
  }

  @Test("A range that the file no longer covers is lost, and comes back")
  func cut() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096)
    let receipt = try file.write(
      [UInt8](repeating: 1, count: 8192), to: try require(take: allocator.allocate(8192)))
    try run("truncate", ["-s", "4096", folder.file("a").string])
    do throws(MmapFileError) {
      _ = try file.punch(receipt)
      Issue.record("what is gone was punched")
    } catch {
      #expect(error.code == .truncated && file.states[1] == .lost, "\(error)")
      try run("truncate", ["-s", "\(4 * 4096)", folder.file("a").string])
      let again = try file.write([UInt8](repeating: 2, count: 8192), to: try error.range())
      _ = try file.sync(again)
    }
    #expect(try folder.bytes("a").prefix(8192).allSatisfy { $0 == 2 })
  }

  @Test("A file without a name is punched like any other")
  func deleted() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    let receipt = try file.write(Self.page(1), to: try require(take: allocator.allocate(4096)))
    try FileManager.default.removeItem(atPath: folder.file("a").string)
    let hole = try Self.punch(receipt, file)
    #expect(try file.withBytes(of: hole) { bytes in bytes.indices.allSatisfy { bytes[$0] == 0 } })
  }

  @Test("What was stored to a punched page is stored no more, and the next store is seen")
  func watched() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 * 4096)
    let watch: StoreWatch
    do throws(MmapFileError) { watch = try file.watchStores() } catch { try skip("\(error)") }
    let kept = try file.write(Self.page(1), to: try require(take: allocator.allocate(4096)))
    let receipt = try file.write(Self.page(1), to: try require(take: allocator.allocate(4096)))
    #expect(try watch.storedPages(in: 0..<file.size) == [0..<2])
    let hole = try Self.punch(receipt, file)
    #expect(try watch.storedPages(in: 0..<file.size) == [0..<1])
    #expect(try file.withBytes(of: hole) { $0[0] } == 0)
    #expect(try watch.storedPages(in: 0..<file.size) == [0..<1])
    let again = try file.write(Self.page(1), to: hole)
    #expect(try watch.storedPages(in: 0..<file.size) == [0..<2] && kept.count == again.count)
  }

  @Test("Syncs of the whole file lose none of the pages that other threads punch meanwhile")
  func syncsMeanwhile() throws {
    let threads = 4
    let (file, allocator) = try MmapFile.create(
      at: folder.file("a"), size: threads * 4096, allocator: ConcurrentAllocator.self)
    _ = try Self.punch(try require(take: allocator.allocate(0 + 1)), file)
    let failures = Locked<[String]>([])
    let running = Locked(threads - 1)
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      do {
        guard thread > 0 else {
          while running.withLock({ $0 }) > 0 { try file.syncAll() }
          return
        }
        defer { running.withLock { $0 -= 1 } }
        var range = try require(take: allocator.allocate(4096))
        for round in 0..<200 {
          let receipt = try file.write(Self.page(UInt8(round)), to: range)
          if round % 3 == 0 { range = try file.punch(try file.sync(receipt)) } else { range = try file.punch(receipt) }
        }
      } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    try file.syncAll()
    #expect(file.states.counts()[.allocated] == threads)
    #expect(try folder.bytes("a").allSatisfy { $0 == 0 })
  }
}

/// A file of one-page ranges, what is held of each, and what should be so.
private final class Model {
  let file: MmapFile
  var allocated: [Int: HandOver<AllocatedRange>] = [:]
  var written: [Int: HandOver<WriteReceipt>] = [:]
  var flushed: [Int: HandOver<FlushedRange>] = [:]
  var states: [PageState]
  var bytes: [UInt8]

  init(_ path: FilePath, pages: Int) throws {
    let (file, allocator) = try MmapFile.create(at: path, size: pages * 4096)
    self.file = file
    states = Array(repeating: .allocated, count: pages)
    bytes = Array(repeating: 0, count: pages)
    for page in 0..<pages { allocated[page] = HandOver(try require(take: allocator.allocate(4096))) }
  }

  /// Does something to a page that its range allows.
  func step(_ page: Int, _ choice: Int, byte: UInt8) throws {
    if let box = allocated.removeValue(forKey: page), let range = box.take() {
      if choice % 2 == 0 {
        written[page] = HandOver(try file.write([UInt8](repeating: byte, count: 4096), to: range))
        (states[page], bytes[page]) = (.written, byte)
      } else {
        allocated[page] = HandOver(try PunchTests.punch(range, file))
        (states[page], bytes[page]) = (.allocated, 0)
      }
    } else if let box = written.removeValue(forKey: page), let receipt = box.take() {
      switch choice % 4 {
      case 0:
        try file.flush(receipt)
        if states[page] == .written { states[page] = .flushing }
        written[page] = HandOver(receipt)
      case 1:
        flushed[page] = HandOver(try file.sync(receipt))
        states[page] = .flushed
      case 2:
        allocated[page] = HandOver(try PunchTests.punch(receipt, file))
        (states[page], bytes[page]) = (.allocated, 0)
      default:
        allocated[page] = HandOver(file.reuse(receipt))
        states[page] = .allocated
      }
    } else if let box = flushed.removeValue(forKey: page), let range = box.take() {
      if choice % 2 == 0 {
        written[page] = HandOver(try file.update(range) { editor in editor.store(repeating: byte, count: 4096, at: 0) })
        (states[page], bytes[page]) = (.written, byte)
      } else {
        allocated[page] = HandOver(try PunchTests.punch(range, file))
        (states[page], bytes[page]) = (.allocated, 0)
      }
    }
  }

  func syncAll() throws {
    try file.syncAll()
    for page in states.indices where [.written, .flushing].contains(states[page]) { states[page] = .flushed }
  }
}

extension PunchTests {
  @Test("Each page is in the state and has the bytes that its steps gave it, over 600 random ones", arguments: 0..<4)
  func model(seed: Int) throws {
    let pages = 24
    let model = try Model(folder.file("a"), pages: pages)
    var random = Seeded(seed)
    for round in 0..<600 {
      if Int.random(in: 0..<40, using: &random) == 0 {
        try model.syncAll()
      } else {
        try model.step(
          Int.random(in: 0..<pages, using: &random), Int.random(in: 0..<4, using: &random),
          byte: UInt8(1 + round % 255))
      }
      #expect((0..<pages).map { model.file.states[$0] } == model.states, "round \(round)")
    }
    #expect(try folder.bytes("a") == model.bytes.flatMap(Self.page))
  }
}
