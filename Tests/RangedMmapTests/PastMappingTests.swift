import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// What is done to a file past its mapping, by whoever owns it.
@Suite("Writes past the mapping")
final class PastMappingTests: FolderSuite {
  private static func page(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 4096) }

  @Test("Pages that a closure writes are written, whatever they were, and their neighbours stay as they were")
  func states() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4 * 4096)
    var receipt = try file.write(
      [UInt8](repeating: 7, count: 3 * 4096), to: try require(take: allocator.allocate(3 * 4096)))
    try file.flush(receipt)
    receipt = try file.withDescriptor(writing: 4096..<4097, of: receipt) { descriptor in
      _ = try descriptor.writeAll(toAbsoluteOffset: 4096, [8])
    }
    #expect((0..<4).map { file.states[$0] } == [.flushing, .written, .flushing, .free])
    let flushed = try file.sync(receipt)
    let again = try file.withDescriptor(writing: 8191..<8193, of: flushed) { descriptor in
      #expect((0..<4).map { file.states[$0] } == [.flushed, .written, .written, .free])
      // What is written after a sync of everything is not in it.
      try file.syncAll()
      _ = try descriptor.writeAll(toAbsoluteOffset: 8191, [9, 9])
    }
    #expect((0..<4).map { file.states[$0] } == [.flushed, .written, .written, .free])
    #expect(try file.withBytes(of: again) { [$0[4096], $0[8191], $0[8192], $0[8193]] } == [8, 9, 9, 7])
    _ = try file.sync(again)
    #expect(file.states.counts()[.flushed] == 3)
  }

  @Test("A closure that throws may have written: the range comes back as a receipt, and its pages are written")
  func throwing() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096)
    let flushed = try file.sync(try file.write(Self.page(7), to: try require(take: allocator.allocate(4096))))
    do throws(MmapFileError) {
      _ = try file.withDescriptor(writing: 0..<1, of: flushed) { _ in throw Errno.ioError }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.code == .incompleteWrite && error.cause as? Errno == .ioError)
      #expect(file.states[0] == .written)
      _ = try file.sync(try require(take: error.takeReceipt()))
    }
  }

  @Test("A lost page is refused with its range as it was, and beside one no receipt is good for what was durable")
  func lost() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 2 * 4096)
    let receipt = try file.write(
      [UInt8](repeating: 7, count: 2 * 4096), to: try require(take: allocator.allocate(2 * 4096)))
    var flushed = try file.sync(receipt)
    try run("truncate", ["-s", "4096", folder.file("a").string])
    try expect(.truncated) { try file.checkCoverage() }
    do throws(MmapFileError) {
      _ = try file.withDescriptor(writing: 4096..<4097, of: flushed) { _ in Issue.record("the closure was called") }
      return
    } catch {
      #expect(error.code == .lost)
      flushed = try require(take: error.takeFlushed())
    }
    let partly = try file.withDescriptor(writing: 0..<1, of: flushed) { descriptor in
      _ = try descriptor.writeAll(toAbsoluteOffset: 0, [8])
    }
    #expect([file.states[0], file.states[1]] == [.written, .lost])
    try run("truncate", ["-s", "8192", folder.file("a").string])
    do throws(MmapFileError) { _ = try file.sync(partly) } catch { #expect(error.code == .lost) }
    #expect([file.states[0], file.states[1]] == [.lost, .lost])
  }
}
