import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// What the ten programs do where their arguments, or their files, end.
@Suite("Ten programs, at their edges")
struct TenProgramsEdgesTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a").string
  }

  private func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }

  @Test("A log fills a last segment that is short, and then is full")
  func appendLog() throws {
    let log = try AppendLog(at: path, size: 20_000)
    // 16 records of 1004 bytes in a whole segment, 3 in the 3616 bytes behind it.
    for _ in 0..<19 { try log.append(bytes(1000)) }
    #expect(throws: AppendLog.Failure.full) { try log.append(bytes(1000)) }
    try log.append(bytes(600))
    #expect(throws: AppendLog.Failure.full) { try log.append([1]) }
    #expect(try AppendLog.records(at: path).map(\.count) == [Int](repeating: 1000, count: 19) + [600])
    let tiny = try AppendLog(at: folder.file("b").string, size: 3)
    #expect(throws: AppendLog.Failure.full) { try tiny.append([1]) }
    #expect(try AppendLog.records(at: folder.file("b").string).isEmpty)
  }

  @Test("An entry of no bytes is one, and hides none behind it")
  func writeAheadLog() throws {
    let log = try WriteAheadLog(at: path, size: 100)
    for entry in [[1], [], [2], []] as [[UInt8]] { try log.append(entry) }
    try log.commit()
    #expect(try WriteAheadLog.recover(at: path) == [[1], [], [2], []])
  }

  @Test("What a ring could not write stays pending, and is written when the file can be")
  func ringBuffer() throws {
    let ring = try RingBuffer(at: path, slotCount: 3)
    let all = (0..<4 * 341).map { RingBuffer.Measurement(time: UInt64($0), value: -Int32($0)) }
    for measurement in all.prefix(3 * 341 + 1) { try ring.append(measurement) }
    try resize(to: 0)
    #expect(throws: MmapFileError.self) { try ring.flush() }
    #expect(throws: MmapFileError.self) { try ring.flush() }
    try resize(to: 3 * 4096)
    for measurement in all.dropFirst(3 * 341 + 1) { try ring.append(measurement) }
    try ring.flush()
    let slot = try folder.bytes("a").prefix(4096)
    #expect(slot.prefix(8) == [85, 1, 0, 0] + [255, 3, 0, 0])
  }

  private func resize(to size: Int) throws {
    let file = try FileDescriptor.open(FilePath(path), .readWrite)
    defer { try? file.close() }
    try file.resize(to: Int64(size))
  }

  @Test("A value that has no room in a page is refused, and the last page takes what any takes")
  func pageStore() throws {
    var store = try PageStore(at: path, size: 5000)
    let numbers = [try store.insert(bytes(1000)), try store.insert(bytes(PageStore.longest))]
    #expect(try store.value(numbers[1]) == bytes(4094))
    #expect(throws: PageStore.Failure.tooLong) { _ = try store.insert(bytes(4095)) }
    #expect(throws: PageStore.Failure.full) { _ = try store.insert([]) }
    #expect(throws: PageStore.Failure.tooLong) { try store.replace(numbers[0], with: bytes(4095)) }
    #expect(try store.value(numbers[0]) == bytes(1000))
    try store.replace(numbers[0], with: bytes(4094))
    #expect(try store.value(numbers[0]) == bytes(4094))
  }

  @Test("A download has as many chunks as its header has room for, and no others")
  func download() throws {
    for count in [-1, 4097, .max] {
      #expect(throws: Download.Failure.tooManyChunks) { _ = try Download.start(at: path, chunkCount: count) }
    }
    #expect(folder.names.isEmpty)
    let chunk = bytes(Download.chunkSize)
    let download = try Download.start(at: path, chunkCount: 2)
    try download.store(chunk, chunk: 1)
    #expect(try download.isDone(1) && !download.isDone(0))
    for number in [-1, 2, 4096, .max, .min] {
      #expect(throws: Download.Failure.noSuchChunk) { try download.store(chunk, chunk: number) }
      #expect(throws: Download.Failure.noSuchChunk) { _ = try download.isDone(number) }
    }
    let none = folder.file("b").string
    #expect(try Download.start(at: none, chunkCount: 0).chunkCount == 0)
    try folder.put("short", bytes(100))
    #expect(try Download.resume(at: folder.file("short").string).chunkCount == 0)
  }

  @Test("An empty file is copied, summed up and looked through like any other")
  func emptyFiles() throws {
    try folder.put("a", [])
    let copy = folder.file("b").string
    try FileCopy.copy(from: path, to: copy)
    #expect(try folder.bytes("b").isEmpty && folder.names == ["a", "b"])
    #expect(throws: MmapFileError.self) { try FileCopy.copy(from: path, to: copy) }
    try folder.put("b", [1, 2])
    try FileCopy.copy(from: path, to: copy, replacing: true)
    #expect(try folder.bytes("b").isEmpty)
    #expect(try ChecksumReader.checksum(of: path) == 0xcbf2_9ce4_8422_2325)
    #expect(try IndexReader(at: path).offset(of: 1) == nil)
  }

  @Test("What is too short for a footer is no table, and a pixel beside the picture is none of its next row")
  func otherFiles() throws {
    try folder.put("a", bytes(100))
    #expect(throws: SortedTable.Failure.notFinished) { try SortedTable.blockCount(at: path) }
    let picture = folder.file("b").string
    try ImageTiles.draw(at: picture, columns: 2, rows: 2) { x, y in UInt8(x + y) }
    #expect(try ImageTiles.pixel(at: picture, columns: 2, x: 127, y: 127) == 254)
    for (x, y) in [(128, 0), (0, 128), (-1, 0), (0, -1)] {
      #expect(throws: ImageTiles.Failure.noSuchPixel) { try ImageTiles.pixel(at: picture, columns: 2, x: x, y: y) }
    }
    #expect(throws: ImageTiles.Failure.noSuchPixel) { try ImageTiles.pixel(at: picture, columns: 0, x: 0, y: 0) }
  }
}
