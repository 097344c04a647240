import Dispatch
import Foundation
import RangedMmap
import TestSupport
import Testing

/// The ten programs that the documentation shows, run.
@Suite("Ten programs")
struct TenProgramsTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a").string
  }

  @Test("A download goes on where it was left, and fetches nothing twice")
  func download() throws {
    @Sendable func chunk(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number + 1), count: Download.chunkSize) }
    do {
      let download = try Download.start(at: path, chunkCount: 6)
      try download.store(chunk(4), chunk: 4)
      try download.store(chunk(1), chunk: 1)
      #expect(throws: Download.Failure.self) { try download.store(chunk(1), chunk: 1) }
      #expect(throws: Download.Failure.self) { try download.store(chunk(1), chunk: 6) }
      #expect(throws: MmapFileError.self) { try download.store([1], chunk: 2) }
    }
    let download = try Download.resume(at: path)
    #expect(try (0..<6).map(download.isDone) == [false, true, false, false, true, false])
    DispatchQueue.concurrentPerform(iterations: 6) { number in
      do { if try !download.isDone(number) { try download.store(chunk(number), chunk: number) } } catch {
        Issue.record(error)
      }
    }
    #expect(try (0..<6).allSatisfy(download.isDone))
    #expect(try folder.bytes("a").dropFirst(4096) == (0..<6).flatMap(chunk)[...])
  }

  @Test("A log has every record that was appended, over the ends of segments")
  func appendLog() throws {
    let records = (0..<300).map { [UInt8](repeating: UInt8($0 % 251), count: 1 + $0 * 37 % 900) }
    let log = try AppendLog(at: path, size: 1 << 20)
    for record in records { try log.append(record) }
    #expect(try AppendLog.records(at: path) == records)
    #expect(throws: AppendLog.Failure.self) { try log.append([]) }
    #expect(throws: AppendLog.Failure.self) { try log.append([UInt8](repeating: 1, count: AppendLog.segmentSize)) }
    let full = try AppendLog(at: folder.file("b").string, size: AppendLog.segmentSize)
    try full.append([UInt8](repeating: 1, count: AppendLog.segmentSize - 8))
    #expect(throws: AppendLog.Failure.self) { try full.append([1]) }
  }

  @Test("A page store finds what was stored, and uses the pages of what was removed")
  func pageStore() throws {
    var store = try PageStore(at: path, size: 4 * 4096)
    let numbers = try (0..<4).map { try store.insert([UInt8](repeating: UInt8($0), count: 10 * $0)) }
    #expect(throws: PageStore.Failure.self) { _ = try store.insert([1]) }
    #expect(try store.value(numbers[3]) == [UInt8](repeating: 3, count: 30))
    try store.remove(numbers[2])
    #expect(throws: PageStore.Failure.self) { _ = try store.value(numbers[2]) }
    let again = try store.insert([8, 9])
    #expect(again == numbers[2])
    try store.replace(again, with: [7])
    #expect(try store.value(again) == [7])
    #expect(try store.value(numbers[1]) == [UInt8](repeating: 1, count: 10))
  }

  @Test("A ring holds the newest measurements, in their order")
  func ringBuffer() throws {
    let ring = try RingBuffer(at: path, slotCount: 3)
    let all = (1...5 * 341).map { RingBuffer.Measurement(time: UInt64($0), value: -Int32($0)) }
    for measurement in all { try ring.append(measurement) }
    // Three slots, and what is not in one yet.
    #expect(try ring.measurements() == all.suffix(4 * 341))
  }

  @Test("A sorted table has its rows in order, and one that was not finished is distinguished")
  func sortedTable() throws {
    let rows = (0..<1000).map { (key: UInt64($0) &* 0x9e37_79b9_7f4a_7c15, value: UInt64($0)) }
    try SortedTable.build(at: path, rows)
    #expect(try SortedTable.blockCount(at: path) == 4)
    let bytes = try folder.bytes("a")
    let keys = (0..<1000).map { row in (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[row * 16 + $1]) } }
    #expect(keys == rows.map(\.key).sorted())
    try folder.put("b", [UInt8](repeating: 0, count: 8192))
    #expect(throws: SortedTable.Failure.self) { try SortedTable.blockCount(at: folder.file("b").string) }
    try SortedTable.build(at: folder.file("c").string, [])
    #expect(try SortedTable.blockCount(at: folder.file("c").string) == 0)
  }

  @Test("A picture is drawn by several threads, and each pixel is where it belongs")
  func imageTiles() throws {
    try ImageTiles.draw(at: path, columns: 5, rows: 4) { x, y in UInt8(truncatingIfNeeded: x &* 31 ^ y &* 17) }
    for (x, y) in [(0, 0), (319, 255), (64, 63), (63, 64), (200, 131)] {
      let found = try ImageTiles.pixel(at: path, columns: 5, x: x, y: y)
      #expect(found == UInt8(truncatingIfNeeded: x &* 31 ^ y &* 17))
    }
  }

  @Test("A write-ahead log is recovered up to the first entry that is not whole")
  func writeAheadLog() throws {
    let log = try WriteAheadLog(at: path, size: 16384)
    let entries = (0..<20).map { [UInt8](repeating: UInt8($0), count: 10 + $0) }
    for entry in entries { try log.append(entry) }
    try log.commit()
    #expect(try WriteAheadLog.recover(at: path) == entries)
    #expect(throws: WriteAheadLog.Failure.self) { try log.append([UInt8](repeating: 1, count: 16384)) }
    var torn = try folder.bytes("a")
    torn[8 + 10 + 8 + 3] ^= 1
    try folder.put("b", torn)
    #expect(try WriteAheadLog.recover(at: folder.file("b").string) == [entries[0]])
  }

  @Test("A copy has the same bytes, also where its last page is not whole")
  func fileCopy() throws {
    let bytes = (0..<(3 << 20) + 123).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
    try folder.put("a", bytes)
    let target = folder.file("b").string
    try FileCopy.copy(from: path, to: target)
    #expect(try folder.bytes("b") == bytes)
    #expect(throws: MmapFileError.self) { try FileCopy.copy(from: path, to: target) }
    try folder.put("a", [1, 2, 3])
    try FileCopy.copy(from: path, to: target, replacing: true)
    #expect(try folder.bytes("b") == [1, 2, 3])
  }

  @Test("A checksum is that of the bytes, and what can't be read is an error")
  func checksum() throws {
    try folder.put("a", Array("foobar".utf8))
    #expect(try ChecksumReader.checksum(of: path) == 0x8594_4171_f739_67e8)
    do {
      _ = try ChecksumReader.checksum(of: folder.file("b").string)
      Issue.record("a file that is not there has a checksum")
    } catch { #expect(error.errno == .noSuchFileOrDirectory) }
  }

  @Test("An index finds its keys, and no others")
  func indexReader() throws {
    let keys = (0..<500).map { UInt64($0) * 3 + 1 }
    func bytes(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) } }
    try folder.put("a", keys.flatMap { bytes($0) + bytes($0 * 1000) })
    let index = try IndexReader(at: path)
    for key in keys { #expect(try index.offset(of: key) == key * 1000) }
    for key in [0, 2, 3, 1499, 1500, .max] as [UInt64] { #expect(try index.offset(of: key) == nil) }
    try folder.put("b", [1, 2, 3])
    #expect(throws: IndexReader.Failure.self) { _ = try IndexReader(at: folder.file("b").string) }
  }
}
