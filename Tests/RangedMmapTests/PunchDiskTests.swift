import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Punched ranges on file systems of the tests' own: full ones, failing ones, and such as punch nothing.
@Suite("Disks under punched ranges", .enabled(if: mayMount, needsMounts), .serialized)
final class PunchDiskTests: FolderSuite {
  private static func page(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 4096) }

  private func onDisk(_ fileSystem: String, _ body: @escaping @Sendable (FilePath) throws -> Void) throws {
    let folder = folder
    if fileSystem == "tmpfs" || fileSystem == "ramfs" {
      try onThreadWithMounts(fileSystem) {
        try mount("-t", fileSystem, "-o", "size=64m", fileSystem, folder.path.string)
        try body(folder.path)
      }
    } else {
      try onThreadWithMounts(fileSystem) {
        let disk = try SmallDisk(in: folder.path, fileSystem)
        defer { disk.unmount() }
        try body(disk.path)
      }
    }
  }

  @Test(
    "Punched blocks are free for others, the pages read as zeros, and the rest of the file is as it was",
    arguments: ["ext4", "xfs", "btrfs", "tmpfs"])
  func punched(fileSystem: String) throws {
    try onDisk(fileSystem) { disk in
      let path = disk.appending("a")
      let (file, allocator) = try MmapFile.create(at: path, size: 16 << 20)
      let low = try file.write(
        [UInt8](repeating: 1, count: 8 << 20), to: try require(take: allocator.allocate(8 << 20)))
      let high = try file.sync(
        try file.write([UInt8](repeating: 2, count: 8 << 20), to: try require(take: allocator.allocate(8 << 20))))
      let kept = try file.sync(low)
      let before = try Stat(path).sizeAllocated
      let hole = try file.punch(high)
      try run("sync", [path.string])
      #expect(before - (try Stat(path).sizeAllocated) == 8 << 20)
      // As another program sees it.
      let holes = try run(
        "bash", ["-c", "tail -c 8388608 \(path) | tr -d '\\0' | wc -c; head -c 8388608 \(path) | cksum"])
      let same = try run("bash", ["-c", "head -c 8388608 /dev/zero | tr '\\0' '\\1' | cksum"])
      #expect(holes.output == "0\n" + same.output)
      #expect(file.states.counts()[.allocated] == 2048 && kept.count == hole.count)
      _ = try file.sync(try file.write([UInt8](repeating: 3, count: 8 << 20), to: hole))
      #expect(file.states.counts()[.flushed] == 4096)
    }
  }

  @Test(
    "A write into a hole of a preallocated file finds the disk full, as an error that gives the range back",
    arguments: ["ext4", "xfs", "btrfs", "tmpfs"], WayOfWriting.allCases)
  func full(fileSystem: String, way: WayOfWriting) throws {
    try onDisk(fileSystem) { disk in
      // Single pages, and 64 of them: each is written in another way.
      for (name, size) in [("a", 4096), ("b", 64 * 4096)] {
        let (file, allocator) = try MmapFile.create(at: disk.appending(name), size: 16 << 20)
        let range = try require(take: allocator.allocate(16 << 20))
        let written = try file.sync(try way.write(range, file))
        guard case .parts(let low, let high) = written.split(at: size, rounding: .up) else { return }
        let hole = try file.punch(low)
        try fillDisk(at: disk)
        do throws(MmapFileError) {
          // btrfs may have kept some room for itself, and xfs has some blocks that fallocate(2) does not get.
          let receipt = try way.write(hole, file)
          if fileSystem == "btrfs" || fileSystem == "xfs" && size == 4096 {
            _ = try? file.sync(receipt)
          } else {
            Issue.record("the disk was not full: \(fileSystem), \(way), \(size)")
          }
        } catch {
          #expect(error.code == .noSpace, "\(error)")
          // An update stores 64 KiB at a time, and the first of them may have found room.
          #expect(file.states[0] == .allocated || way == .update && size > 65536)
          try emptyDisk(at: disk)
          _ = try file.sync(try way.write(try error.range(), file))
          #expect(file.states[0] == .flushed && high.start == size)
        }
        try emptyDisk(at: disk)
      }
    }
  }

  /// Punches what can't be punched, and goes on with what came back.
  private static func refused(_ path: FilePath) throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4 * 4096, storage: .sparse)
    let receipt = try file.write(page(7), to: try require(take: allocator.allocate(4096)))
    let durable = try file.sync(try file.write(page(8), to: try require(take: allocator.allocate(4096))))
    let range = try require(take: allocator.allocate(4096))
    do throws(MmapFileError) {
      _ = try file.punch(receipt)
      Issue.record("there was a hole")
    } catch {
      #expect(error.code == .cannotPunch && error.description.contains("can't punch holes"), "\(error)")
      #expect(file.states[0] == .written)
      // What the remedy says.
      let again = file.reuse(try file.sync(try require(take: error.takeReceipt())))
      _ = try file.write(page(0), to: again)
    }
    do throws(MmapFileError) { _ = try file.punch(durable) } catch {
      #expect(file.states[1] == .flushed)
      #expect(try require(take: error.takeFlushed()).pages == 1..<2)
    }
    do throws(MmapFileError) { _ = try file.punch(range) } catch {
      #expect(file.states[2] == .allocated)
      #expect(try require(take: error.takeRange()).pages == 2..<3)
    }
  }

  @Test("Where the file system can't punch, nothing changes, and the range comes back as it was")
  func cannotPunch() throws {
    try onDisk("ramfs") { disk in try Self.refused(disk.appending("a")) }
    let folder = try TemporaryFolder()
    try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: folder.path, without: [.fallocate])
      defer { system.end() }
      try Self.refused(system.path.appending("a"))
    }
  }

  @Test("Pages that a failed sync has lost are lost no longer when they are punched")
  func poisoned() throws {
    let folder = folder
    try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: folder.path, with: [.failingSyncs])
      defer { system.end() }
      let path = system.path.appending("a")
      func fails(_ isSo: Bool) throws {
        try FileManager.default.setAttributes([.posixPermissions: isSo ? 0o1600 : 0o600], ofItemAtPath: path.string)
      }
      let (file, allocator) = try MmapFile.create(at: path, size: 4 * 4096)
      let old = try file.write(Self.page(7), to: try require(take: allocator.allocate(4096)))
      let other = try file.write(Self.page(7), to: try require(take: allocator.allocate(4096)))
      try fails(true)
      var gone: AllocatedRange?
      do throws(MmapFileError) { _ = try file.sync(other) } catch { gone = error.takeRange() }
      try fails(false)
      let lost = try require(take: gone)
      #expect([file.states[0], file.states[1]] == [.lost, .lost])
      try expect(.lost) { try file.syncAll() }
      let holes = [try file.punch(old).pages, try file.punch(lost).pages]
      #expect(holes == [0..<1, 1..<2])
      try file.syncAll()
      #expect(file.states.counts()[.allocated] == 2)
    }
  }
}
