import RangedMmap
import TestSupport
import Testing

@Suite("What a closure fills a range through")
struct RangeWriterTests {
  let folder: TemporaryFolder
  let file: MmapFile
  let allocator: SequentialAllocator

  init() throws {
    folder = try TemporaryFolder()
    (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 * 4096)
  }

  @Test("Bytes, slices, spans, integers of both orders and repeated bytes follow one another")
  func appends() throws {
    let array: [UInt8] = [1, 2, 3, 4]
    let receipt = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
      #expect((writer.capacity, writer.count, writer.remaining) == (4096, 0, 4096))
      writer.append(0xff)
      writer.append(contentsOf: array[1...])
      writer.append(contentsOf: array.span)
      unsafe writer.append(contentsOf: array.span.extracting(0..<1).bytes)
      writer.append(contentsOf: "é".utf8)
      writer.append(contentsOf: stride(from: UInt8(9), through: 7, by: -1))
      writer.append(littleEndian: 0x0102_0304 as UInt32)
      writer.append(bigEndian: -2 as Int16)
      writer.append(littleEndian: 5 as UInt8)
      unsafe writer.append(upTo: 3) { memory in
        unsafe memory[0] = 0x77
        return 1
      }
      #expect((writer.count, writer.remaining) == (22, 4074))
      writer.append(repeating: 0xee, count: writer.remaining)
      writer.append(contentsOf: [])
      writer.append(repeating: 1, count: 0)
    }
    let expected: [UInt8] =
      [0xff, 2, 3, 4, 1, 2, 3, 4, 1, 0xc3, 0xa9, 9, 8, 7, 4, 3, 2, 1, 0xff, 0xfe, 5, 0x77]
    #expect(try folder.bytes("a").prefix(4096) == (expected + [UInt8](repeating: 0xee, count: 4074))[...])
    #expect(receipt.count == 4096)
  }

  @Test("Copies of a writer share its position")
  func copies() throws {
    _ = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
      let copy = writer
      copy.append(1)
      writer.append(2)
      fill(copy, with: 3)
      #expect(writer.remaining == 0)
    }
    #expect(try folder.bytes("a").prefix(4) == [1, 2, 3, 3])
  }

  private func fill(_ writer: RangeWriter, with byte: UInt8) {
    writer.append(repeating: byte, count: writer.remaining)
  }

  @Test("A closure that throws is the cause of the error, which has the range and counts what was filled in")
  func throwing() throws {
    do {
      _ = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
        writer.append(repeating: 1, count: 100)
        throw CancellationError()
      }
      Issue.record("a closure that threw earned a receipt")
    } catch let error as MmapFileError {
      #expect(error.code == .incompleteWrite)
      #expect(error.cause is CancellationError)
      #expect(error.message.contains("100 of 4096"))
      #expect(try error.range().byteRange == 0..<4096)
      // Taken: what is left is the error itself.
      #expect(throws: MmapFileError.self) { _ = try error.range() }
    }
  }

  @Test("Another byte than fits is a trap, and nothing is stored behind the range")
  func overflow() async {
    expectTrap(
      "more bytes are appended than the range has",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
        _ = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
          writer.append(repeating: 1, count: 4095)
          writer.append(littleEndian: 1 as UInt16)
        }
      })
    expectTrap(
      "more bytes are appended than the range has",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
        _ = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
          writer.append(repeating: 1, count: -1)
        }
      })
  }

  // What the compiler does not see. The closure that escapes traps when it runs, in debug and in release builds.
  @Test("A writer that leaves by way of withoutActuallyEscaping is a trap")
  func escapingAtRunTime() async {
    expectTrap(
      "closure argument was escaped in withoutActuallyEscaping block",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let folder = try TemporaryFolder()
        let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8192)
        var kept: () -> Void = {}
        _ = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
          kept = smuggled { writer.append(repeating: 1, count: writer.remaining) }
        }
        kept()
      })
  }
}

private func smuggled(_ body: () -> Void) -> () -> Void { withoutActuallyEscaping(body) { $0 } }
