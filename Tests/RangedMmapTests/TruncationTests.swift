import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Another process cuts the file short: no operation ends the process, each that lost bytes says so.
@Suite("A file that is cut short under its mapping")
struct TruncationTests {
  let folder: TemporaryFolder
  let file: MmapFile
  let allocator: SequentialAllocator

  init() throws {
    folder = try TemporaryFolder()
    (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 64 * 4096)
  }

  /// By another process, as it happens.
  private func cut(to size: Int) throws { try run("truncate", ["-s", "\(size)", folder.file("a").string]) }
  private func range(_ pages: Int) throws -> AllocatedRange { try require(take: allocator.allocate(pages * 4096)) }
  private func ones(_ pages: Int) -> [UInt8] { [UInt8](repeating: 1, count: pages * 4096) }

  @Test("A write throws, its pages are lost, and can be written again when the file is long again")
  func write() throws {
    let wanted = try range(4)
    try cut(to: 4096)
    do {
      _ = try file.write(ones(4), to: wanted)
      Issue.record("bytes were written where no file is")
    } catch {
      #expect(error.code == .truncated)
      #expect(error.byteRange == 0..<16384)
      #expect(error.remedy == "give it back the 262144 bytes that it had, and write the range again")
      #expect((0..<5).map { file.states[$0] } == [.lost, .lost, .lost, .lost, .free])
      var back = try require(take: error.takeRange())
      do {
        back = file.reuse(try file.write(ones(4), to: back))
        Issue.record("the second try succeeded, and the file is still short")
      } catch {
        #expect(error.code == .truncated)
        back = try require(take: error.takeRange())
        try cut(to: 64 * 4096)
        let receipt = try file.write(ones(4), to: back)
        _ = try file.sync(receipt)
        #expect(file.states[3] == .flushed)
        #expect(try folder.bytes("a").prefix(16384).allSatisfy { $0 == 1 })
        return
      }
    }
  }

  @Test("A closure that fills a range in place goes on to its end, and then the write throws")
  func inPlace() throws {
    var filled = 0
    do {
      _ = try file.write(to: try range(8)) { writer in
        for index in 0..<8 * 4096 {
          if index == 4096 { try cut(to: 2 * 4096) }
          writer.append(7)
          filled += 1
        }
      }
      Issue.record("a range was written that the file does not cover")
    } catch let error as MmapFileError {
      #expect(error.code == .truncated)
      #expect(filled == 8 * 4096)
      #expect(file.states[7] == .lost)
    }
  }

  @Test("A read throws instead of giving zeros")
  func read() throws {
    let receipt = try file.write(ones(4), to: try range(4))
    try cut(to: 4096)
    var buffer = [UInt8](repeating: 9, count: 4 * 4096)
    try expect(.truncated) { try file.read(receipt, into: &buffer) }
    try expect(.truncated) { try file.withBytes(of: receipt) { _ in } }
    #expect(try file.peek(0..<8192).count == 4096)
  }

  @Test("A sync throws, and calls no page flushed that the file does not cover")
  func sync() throws {
    let kept = try file.write(ones(2), to: try range(2))
    let gone = try file.write(ones(2), to: try range(2))
    try cut(to: 2 * 4096)
    _ = try file.sync(kept)
    do {
      _ = try file.sync(gone)
      Issue.record("a page was called durable that is not in the file")
    } catch { #expect(error.code == .truncated) }
    #expect((0..<4).map { file.states[$0] } == [.flushed, .flushed, .lost, .lost])
  }

  @Test("A sync of everything throws, and loses what was written")
  func syncAll() throws {
    let receipt = try file.write(ones(2), to: try range(2))
    try cut(to: 4096)
    try expect(.truncated) { try file.syncAll() }
    #expect(file.states[1] == .lost)
    #expect(receipt.count == 8192)
  }

  @Test(
    "A file that was cut and has grown again is not called durable, though it is as long as before",
    .enabled(if: reportsBlocks, needsBlocks))
  func regrown() throws {
    let kept = try file.write(ones(2), to: try range(2))
    let gone = try file.write(ones(2), to: try range(2))
    let size = file.size
    try cut(to: 2 * 4096)
    try cut(to: size)
    _ = try file.sync(kept)
    do {
      _ = try file.sync(gone)
      Issue.record("a hole was called durable")
    } catch { #expect(error.code == .system || error.code == .lost) }
    #expect(!(2..<4).contains { file.states[$0] == .flushed })
  }

  @Test("A check reports a cut, and which pages it took")
  func coverage() throws {
    let kept = try file.sync(try file.write(ones(2), to: try range(2)))
    let gone = try file.sync(try file.write(ones(2), to: try range(2)))
    let allocated = try range(1)
    try file.checkCoverage()
    try cut(to: 2 * 4096)
    try expect(.truncated) { try file.checkCoverage() }
    #expect((0..<6).map { file.states[$0] } == [.flushed, .flushed, .lost, .lost, .allocated, .free])
    #expect(kept.count + gone.count + allocated.count == 5 * 4096)
    try cut(to: 4097)
    try expect(.truncated) { try file.checkCoverage() }
    #expect((0..<2).map { file.states[$0] } == [.flushed, .lost])
  }

  @Test("A cut in the middle of a page is found by sync, though nothing faults")
  func middleOfPage() throws {
    let receipt = try file.write(ones(1), to: try range(1))
    try cut(to: 100)
    do {
      _ = try file.sync(receipt)
      Issue.record("bytes beyond the end were called durable")
    } catch { #expect(error.code == .truncated) }
  }

  @Test("A file cut and grown again in between is noticed by a caller that met the gap")
  func cutAndGrown() throws {
    let wanted = try range(2)
    do {
      _ = try file.write(to: wanted) { writer in
        try cut(to: 0)
        writer.append(1)
        try cut(to: 64 * 4096)
        for _ in 1..<8192 { writer.append(1) }
      }
      Issue.record("bytes were written to a page that is no longer the file's")
    } catch {
      #expect(error.code == .lost)
      let receipt = try file.write(ones(2), to: try require(take: error.takeRange()))
      _ = try file.sync(receipt)
      #expect(try folder.bytes("a").prefix(8192).allSatisfy { $0 == 1 })
    }
  }

  @Test("Several files and threads at once each get their own answer")
  func many() throws {
    let count = 8
    let files = try (0..<count).map { index in
      try MmapFile.create(at: folder.file("\(index)"), size: 256 * 4096, allocator: ConcurrentAllocator.self)
    }
    for index in stride(from: 0, to: count, by: 2) { try run("truncate", ["-s", "0", folder.file("\(index)").string]) }
    let answers = Locked(Array(repeating: [Bool](), count: count))
    DispatchQueue.concurrentPerform(iterations: count * 2) { thread in
      let (file, allocator) = files[thread % count]
      var written: [Bool] = []
      for _ in 0..<32 {
        guard let range = allocator.allocate(4 * 4096) else { break }
        written.append((try? file.write([UInt8](repeating: 5, count: range.count), to: range)) != nil)
      }
      answers.withLock { $0[thread % count] += written }
    }
    for index in 0..<count {
      let written = answers.withLock { $0[index] }
      #expect(written.count == 64)
      #expect(written.allSatisfy { $0 == (index % 2 == 1) })
      #expect(files[index].file.states.counts()[index % 2 == 1 ? .written : .lost] == 256)
    }
  }

  @Test("A file that is deleted or replaced while mapped is never called durable")
  func deleted() throws {
    let receipt = try file.write(ones(1), to: try range(1))
    try run("rm", [folder.file("a").string])
    do {
      _ = try file.sync(receipt)
      Issue.record("bytes were called durable that no name leads to")
    } catch { #expect(error.code == .deleted) }

    let (second, allocator) = try MmapFile.create(at: folder.file("b"), size: 4096)
    try folder.put("c", [1])
    try run("mv", [folder.file("c").string, folder.file("b").string])
    let other = try second.write(ones(1), to: try require(take: allocator.allocate(1)))
    do {
      _ = try second.sync(other)
      Issue.record("bytes were called durable that no name leads to")
    } catch { #expect(error.code == .deleted) }
    #expect(try folder.bytes("b") == [1])
  }

  @Test("A file that is moved is still itself")
  func moved() throws {
    let receipt = try file.write(ones(1), to: try range(1))
    try run("mv", [folder.file("a").string, folder.file("z").string])
    _ = try file.sync(receipt)
    #expect(try folder.bytes("z").prefix(4096).allSatisfy { $0 == 1 })
  }
}
