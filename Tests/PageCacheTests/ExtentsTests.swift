import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Where the bytes of a file are")
final class ExtentsTests: FolderSuite {
  @Test(
    "Extents are those of filefrag, and holes fill the gaps", .enabled(if: reportsBlocks, needsBlocks),
    .enabled(if: isInstalled("filefrag"), "filefrag is not installed"))
  func extents() throws {
    let file = try folder.scattered(100 * 4096, [3, 4, 5, 50])
    defer { try? file.close() }
    #expect(fsync(file.rawValue) == 0)
    let extents = try PageCache.extents(of: file, bytes: 0..<100 * 4096)
    #expect(extents.map(\.bytes) == [0..<12288, 12288..<24576, 24576..<204_800, 204_800..<208_896, 208_896..<409_600])
    #expect(extents.map(\.kind) == [.hole, .written, .hole, .written, .hole])
    let frag = try run("filefrag", ["-v", "-b4096", folder.file("a").string])
    try #require(frag.status == 0, "\(frag.errors)")
    // Lines like "   0:        3..       5:    1234..    1236:      3:"
    let theirs = frag.lines.compactMap { line -> [Int]? in
      let numbers = line.split { !$0.isNumber }.compactMap { Int($0) }
      return line.contains("..") && numbers.count >= 5 ? Array(numbers[1...4]) : nil
    }
    let ours = extents.filter { $0.kind != .hole }.map { extent in
      let (first, last) = (extent.bytes.lowerBound / 4096, extent.bytes.upperBound / 4096 - 1)
      // Some file systems have addresses that are no places of the device; filefrag prints them all the same.
      guard let physical = extent.physical.map({ $0 / 4096 }) else { return [first, last] }
      return [first, last, physical, physical + last - first]
    }
    #expect(ours == zip(theirs, ours).map { Array($0.prefix($1.count)) } && ours.count == theirs.count)
  }

  @Test(
    "Reserved blocks are distinguished from written ones, and blocks not yet chosen from both",
    .enabled(if: reportsBlocks, needsBlocks))
  func kinds() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("b"), size: 8 * 4096)
    guard let range = allocator.allocate(4096) else {
      Issue.record("nothing is free")
      return
    }
    #expect(try PageCache.extents(of: file.descriptor, bytes: 0..<file.size).map(\.kind) == [.unwritten])
    _ = try file.sync(try file.write([UInt8](repeating: 1, count: 4096), to: range))
    #expect(try PageCache.extents(of: file.descriptor, bytes: 0..<file.size).map(\.kind) == [.written, .unwritten])
    var kinds: [Extent.Kind] = []
    // Blocks are chosen when the kernel writes back, which may be at once.
    _ = try isGoodOnce {
      let sparse = try folder.scattered(4 * 4096, [1], UUID().uuidString)
      defer { try? sparse.close() }
      kinds = try PageCache.extents(of: sparse, bytes: 0..<4 * 4096).map(\.kind)
      return kinds == [.hole, .delayed, .hole]
    }
    #expect(kinds == [.hole, .delayed, .hole])
  }

  @Test("Extents of a range are those of the file, cut off at both ends", .enabled(if: reportsBlocks, needsBlocks))
  func ranges() throws {
    let file = try folder.scattered(400 * 4096, stride(from: 0, to: 400, by: 2).map { $0 })
    defer { try? file.close() }
    #expect(fsync(file.rawValue) == 0)
    let all = try PageCache.extents(of: file, bytes: 0..<400 * 4096)
    #expect(all.count == 400 && all.last?.kind == .hole)
    for range in [0..<4096, 1..<2, 4096..<8192, 4000..<9000, 100_000..<1_500_000, 399 * 4096..<400 * 4096] {
      let part = try PageCache.extents(of: file, bytes: range)
      let cut = all.filter { $0.bytes.overlaps(range) }
      #expect(part.map(\.bytes) == cut.map { $0.bytes.clamped(to: range) })
      #expect(part.map(\.kind) == cut.map(\.kind))
      for (piece, whole) in zip(part, cut) {
        #expect(piece.physical == whole.physical.map { $0 + piece.bytes.lowerBound - whole.bytes.lowerBound })
      }
    }
    let behind = try PageCache.extents(of: file, bytes: 399 * 4096..<500 * 4096)
    #expect(behind.map(\.bytes) == [399 * 4096..<500 * 4096] && behind.map(\.kind) == [.hole])
  }

  @Test("Where there is no FIEMAP, data and holes are distinguished all the same")
  func noFiemap() throws {
    let path = FilePath("/dev/shm/mmapview-tests-\(UUID().uuidString)")
    let file = try FileDescriptor.open(path, .readWrite, options: [.create], permissions: .ownerReadWrite)
    defer {
      try? file.close()
      try? FileManager.default.removeItem(atPath: path.string)
    }
    try file.resize(to: 10 * 4096)
    _ = try file.writeAll(toAbsoluteOffset: 2 * 4096, [1])
    try file.seek(offset: 5, from: .start)
    let extents = try PageCache.extents(of: file, bytes: 0..<10 * 4096)
    #expect(extents.map(\.kind) == [.hole, .data, .hole])
    #expect(extents.map(\.bytes) == [0..<8192, 8192..<12288, 12288..<40960])
    let range = try PageCache.extents(of: file, bytes: 9000..<20 * 4096)
    #expect(range.map(\.bytes) == [9000..<12288, 12288..<81920] && range.map(\.kind) == [.data, .hole])
    #expect(try file.seek(offset: 0, from: .current) == 5)
  }
}
