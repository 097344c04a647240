import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// A disk that is full under a sparse file: an error that takes nothing away, however much the kernel wanted.
@Suite("A full disk under a sparse file", .enabled(if: mayMount, needsMounts), .serialized)
final class FullDiskTests: FolderSuite {
  private func onDisk(_ fileSystem: String, _ body: @escaping @Sendable (FilePath) throws -> Void) throws {
    let folder = folder
    try onThreadWithMounts(fileSystem) {
      let disk = try SmallDisk(in: folder.path, fileSystem)
      defer { disk.unmount() }
      try body(disk.path)
    }
  }

  /// Writes here and there until the disk is full, and beyond; each write that fails has taken nothing away.
  private static func overfill(
    _ file: MmapFile, _ allocator: FreeListAllocator, _ way: WayOfWriting, size: Int
  ) throws -> [HandOver<AllocatedRange>] {
    var refused: [HandOver<AllocatedRange>] = []
    var codes: [MmapFileError.Code: Int] = [:]
    for place in 0..<64 {
      // Each in a part of its own, and neighbours.
      let offset = place % 2 == 0 ? (place / 2 + 1) * 1 << 20 : place * size * 2
      guard let range = allocator.allocate(size, at: offset) else { continue }
      let pages = range.pages
      do throws(MmapFileError) { _ = try way.write(range, file) } catch {
        codes[error.code, default: 0] += 1
        #expect(pages.allSatisfy { file.states[$0] == .allocated }, "\(error)")
        refused.append(HandOver(try require(take: error.takeRange())))
      }
    }
    #expect(!refused.isEmpty && codes == [.noSpace: refused.count], "\(way)")
    #expect(file.states.counts()[.lost] == 0)
    return refused
  }

  /// Writes and syncs what found no space.
  private static func retry(_ refused: [HandOver<AllocatedRange>], _ file: MmapFile, _ way: WayOfWriting) throws {
    for range in refused {
      let receipt = try way.write(try require(take: range.take()), file)
      #expect(try file.withBytes(of: receipt) { bytes in bytes.indices.allSatisfy { bytes[$0] == 7 } })
      _ = try file.sync(receipt)
    }
  }

  @Test(
    "A write is refused for want of space, its range comes back as it was, and works when there is some",
    arguments: ["ext4", "xfs", "btrfs"], [4096, 16384])
  func refused(fileSystem: String, size: Int) throws {
    try onDisk(fileSystem) { disk in
      for (number, way) in WayOfWriting.allCases.enumerated() {
        let (file, allocator) = try MmapFile.create(
          at: disk.appending("a\(number)"), size: 64 << 20, allocator: FreeListAllocator.self, storage: .sparse)
        _ = try file.sync(try way.write(try require(take: allocator.allocate(size)), file))
        try fillDisk(at: disk, leaving: 8192)
        let refused = try Self.overfill(file, allocator, way, size: size)
        // What was written may itself find no room in a file system that copies on write.
        if fileSystem != "btrfs" { try file.syncAll() }
        try emptyDisk(at: disk)
        try Self.retry(refused, file, way)
      }
    }
  }

  @Test("A file with holes is known as one, also if it has blocks behind its end", arguments: ["ext4", "xfs", "btrfs"])
  func behindTheEnd(fileSystem: String) throws {
    try onDisk(fileSystem) { disk in
      let path = disk.appending("a")
      for command in [["truncate", "-s", "64m"], ["fallocate", "-n", "-o", "64m", "-l", "80m"]] {
        #expect(try run(command[0], command.dropFirst() + [path.string]).status == 0)
      }
      let (file, allocator) = try MmapFile.open(at: path, allocator: FreeListAllocator.self)
      try fillDisk(at: disk, leaving: 8192)
      let refused = try Self.overfill(file, allocator, .closure, size: 8192)
      try emptyDisk(at: disk)
      try Self.retry(refused, file, .closure)
    }
  }
}

/// How bytes come into a range.
enum WayOfWriting: CaseIterable {
  case bytes, closure, update

  func write(_ range: consuming AllocatedRange, _ file: MmapFile) throws(MmapFileError) -> WriteReceipt {
    let count = range.count
    switch self {
    case .bytes: return try file.write([UInt8](repeating: 7, count: count), to: range)
    case .closure: return try file.write(to: range) { $0.append(repeating: 7, count: count) }
    case .update: return try file.update(range) { $0.store(repeating: 7, count: count, at: 0) }
    }
  }
}
