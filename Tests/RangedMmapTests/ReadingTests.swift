import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Reading with no copy, and into buffers of any kind")
struct ReadingTests {
  let folder: TemporaryFolder
  let path: FilePath

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a")
    try folder.put("a", (0..<10_000).map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test("A file that is only read lends any of its bytes")
  func readOnly() throws {
    let file = try MmapFile.openReadOnly(at: path)
    #expect(try file.withBytes(in: 5..<9) { bytes in bytes.indices.map { bytes[$0] } } == [5, 6, 7, 8])
    #expect(try file.withBytes(in: 9999..<10_000) { $0[0] } == UInt8(truncatingIfNeeded: 9999))
    #expect(try file.withBytes(in: 0..<10_000) { $0.count } == 10_000)
    #expect(try file.withBytes(in: 10_000..<10_000) { $0.count } == 0)
    #expect(try file.withBytes(in: 1..<9) { $0.load(bigEndianAt: 1, as: UInt32.self) } == 0x0203_0405)
    #expect(try file.withBytes(in: 1..<9) { $0.load(littleEndianAt: 6) } as Int16 == 0x0807)
  }

  @Test("Bytes outside of the file are an error, and no trap: offsets may come from a file")
  func outside() throws {
    let file = try MmapFile.openReadOnly(at: path)
    for bytes in [0..<10_001, -1..<5, 10_001..<10_001, Int.max - 1..<Int.max] {
      try expect(.outOfBounds, mentioning: "10000 bytes") { try file.withBytes(in: bytes) { _ in } }
    }
  }

  @Test("A file that is open for writing lends nothing but ranges, and says what to do")
  func openForWriting() throws {
    let (file, _) = try MmapFile.open(at: path)
    try expect(.openForWriting, mentioning: "withBytes(of:)") { try file.withBytes(in: 0..<1) { _ in } }
  }

  @Test("A file that is cut short under its reader is an error")
  func cutShort() throws {
    let file = try MmapFile.openReadOnly(at: path)
    try run("truncate", ["-s", "100", path.string])
    // A reader has no range that could be written again.
    try expect(.truncated, mentioning: "; open the file again") { try file.withBytes(in: 0..<10_000) { _ = $0[9000] } }
    #expect(try file.withBytes(in: 0..<100) { $0[99] } == 99)
    try run("truncate", ["-s", "10000", path.string])
    try expect(.lost, mentioning: "; open the file again") { try file.withBytes(in: 0..<10_000) { _ = $0[9000] } }
  }

  @Test("A closure that throws nothing, or the library's error, leaves a catch that knows its error")
  func typedThrows() throws {
    let file = try MmapFile.openReadOnly(at: path)
    do {
      _ = try file.withBytes(in: 0..<20_000) { $0.count }
      Issue.record("bytes behind the end were lent")
    } catch { #expect(error.code == .outOfBounds) }
    do {
      try file.withBytes(in: 0..<2) { (bytes) throws(MmapFileError) in
        try file.withBytes(in: Int(bytes[1])..<20_000) { _ in }
      }
      Issue.record("bytes behind the end were lent")
    } catch { #expect(error.byteRange == 1..<20_000) }
    let (writable, allocator) = try MmapFile.create(at: folder.file("b"), size: 4096)
    let range = try require(take: allocator.allocate(1))
    do {
      _ = try file.withBytes(of: range) { $0.count }
      Issue.record("a range of another file was lent")
    } catch { #expect(error.code == .foreignRange) }
    // One that throws its own is as before.
    #expect(throws: CancellationError.self) { try writable.withBytes(of: range) { _ in throw CancellationError() } }
    #expect(throws: CancellationError.self) { try file.withBytes(in: 0..<1) { _ in throw CancellationError() } }
  }

  @Test("Slices, Data, raw buffers, strings and repeated bytes are written; slices, Data and raw buffers are read into")
  func collections() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("b"), size: 6 * 4096)
    func range() throws -> AllocatedRange { try require(take: allocator.allocate(4096)) }
    let array = (0..<8192).map { UInt8(truncatingIfNeeded: $0 / 100) }
    let slice = try file.write(array[100..<4196], to: try range())
    _ = try file.write(Data(array[0..<4096]), to: try range())
    try unsafe array.withUnsafeBytes {
      _ = try unsafe file.write(UnsafeRawBufferPointer(rebasing: $0[4096...]), to: try range())
    }
    _ = try file.write(String(repeating: "é", count: 2048).utf8, to: try range())
    _ = try file.write(repeatElement(9, count: 4096), to: try range())
    _ = try file.write((0..<4096).lazy.map { UInt8(truncatingIfNeeded: $0) }, to: try range())
    let expected: [UInt8] =
      Array(array[100..<4196]) + array[0..<4096] + array[4096...] + [UInt8](String(repeating: "é", count: 2048).utf8)
      + [UInt8](repeating: 9, count: 4096) + (0..<4096).map { UInt8(truncatingIfNeeded: $0) }
    #expect(try folder.bytes("b") == expected)

    var target = [UInt8](repeating: 0, count: 5000)
    #expect(try file.read(slice, into: &target[500...]) == 4096)
    #expect(target[500..<4596] == array[100..<4196] && target[4596] == 0 && target[499] == 0)
    var data = Data(count: 4096)
    try file.read(slice, into: &data)
    #expect(data.elementsEqual(array[100..<4196]))
    var short = Data(count: 4095)
    try expect(.bufferTooSmall, mentioning: "4095") { try file.read(slice, into: &short) }
    try unsafe target.withUnsafeMutableBytes { buffer in
      var buffer = unsafe buffer
      _ = try unsafe file.read(slice, into: &buffer)
    }
    #expect(target[0..<4096] == array[100..<4196])
  }

  @Test("Another number of bytes than the range has is refused, of collections that lie apart, too")
  func wrongCount() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("b"), size: 4096)
    var range = try require(take: allocator.allocate(1))
    for count in [0, 1, 4095, 4097, 1 << 40] {
      do {
        _ = try file.write(repeatElement(1, count: count), to: range)
        Issue.record("\(count) bytes filled a range of 4096")
        return
      } catch {
        #expect(error.code == .lengthMismatch)
        range = try error.range()
      }
    }
    do {
      _ = try file.write([UInt8](repeating: 1, count: 4097)[0..<4095], to: range)
      Issue.record("too few bytes were written")
    } catch { #expect(error.code == .lengthMismatch) }
    #expect(try folder.bytes("b").allSatisfy { $0 == 0 })
  }

  @Test("Without types, any collection of bytes is written")
  func withoutTypes() throws {
    let file = try UnsafeMmapFile.create(at: folder.file("b"), size: 100)
    try unsafe file.writeAllBytes(Data([1, 2]), at: 1)
    try unsafe file.writeAllBytes(repeatElement(7, count: 3), at: 97)
    try expect(.lengthMismatch) { try unsafe file.writeAllBytes([1, 2, 3][1...], at: 99) }
    #expect(try folder.bytes("b") == [0, 1, 2] + [UInt8](repeating: 0, count: 94) + [7, 7, 7])
  }

  @Test("The open file is lent for as long as a closure runs, and stays open for it")
  func descriptor() throws {
    let inode = try MmapFile.create(at: folder.file("b"), size: 100).file.withDescriptor { descriptor in
      // No other descriptor has the file: it would be closed by now.
      try descriptor.stat().inode
    }
    #expect(try Stat(folder.file("b")).inode == inode)
    #expect(throws: CancellationError.self) {
      try MmapFile.openReadOnly(at: path).withDescriptor { _ in throw CancellationError() }
    }
  }

  @Test("A receipt that is given to the wrong file comes back as what it was")
  func takeReceipt() throws {
    let (first, allocator) = try MmapFile.create(at: folder.file("b"), size: 4096)
    let (second, _) = try MmapFile.create(at: folder.file("c"), size: 4096)
    let receipt = try first.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(1)))
    do {
      _ = try second.sync(receipt)
      Issue.record("a receipt of another file was synced")
      return
    } catch {
      #expect(error.code == .foreignRange)
      let copy = error
      let again = try first.sync(try require(take: error.takeReceipt()))
      #expect(again.count == 4096)
      expectNone(copy.takeReceipt())
      expectNone(copy.takeRange())
    }
    #expect(first.states[0] == .flushed)
  }

  @Test("A receipt of the wrong file can be given up for its range as well")
  func takeRange() throws {
    let (first, allocator) = try MmapFile.create(at: folder.file("b"), size: 4096)
    let (second, _) = try MmapFile.create(at: folder.file("c"), size: 4096)
    let receipt = try first.write([UInt8](repeating: 1, count: 4096), to: try require(take: allocator.allocate(1)))
    do {
      _ = try second.sync(receipt)
      Issue.record("a receipt of another file was synced")
      return
    } catch {
      _ = try first.write([UInt8](repeating: 2, count: 4096), to: try error.range())
      #expect(first.states[0] == .written)
    }
  }
}

@Suite("Names as strings")
final class StringNamesTests: FolderSuite {
  @Test("Every entry takes a string as well as a path")
  func strings() throws {
    let name = folder.file("a").string
    do {
      let (file, allocator) = try MmapFile.create(at: name, size: 4096)
      #expect(file.path == folder.file("a"))
      _ = try file.write(repeatElement(1, count: 4096), to: try require(take: allocator.allocate(1)))
    }
    _ = try MmapFile.create(at: "\(name)", size: 8192, allocator: FreeListAllocator.self, replacing: true)
    #expect(try MmapFile.open(at: name).file.size == 8192)
    #expect(try MmapFile.open(at: name, allocator: ConcurrentAllocator.self).allocator.remaining == 8192)
    #expect(try MmapFile.openReadOnly(at: name).size == 8192)
    #expect(try UnsafeMmapFile.open(at: name).size == 8192)
    #expect(try UnsafeMmapFile.create(at: folder.file("b").string, size: 7).size == 7)
    // A literal is not ambiguous.
    try expect(.system) { _ = try MmapFile.open(at: "/nowhere/at/all") }
  }

  @Test("A name with a zero byte in it leads to no other file")
  func zeroBytes() throws {
    try folder.put("a", [1])
    let name = folder.file("a").string + "\0b"
    try expect(.system, mentioning: "zero byte") { _ = try MmapFile.open(at: name) }
    try expect(.system) { _ = try MmapFile.openReadOnly(at: name) }
    try expect(.system) { _ = try MmapFile.create(at: name, size: 10, replacing: true) }
    try expect(.system) { _ = try UnsafeMmapFile.create(at: name, size: 10, replacing: true) }
    #expect(try folder.bytes("a") == [1])
  }
}
