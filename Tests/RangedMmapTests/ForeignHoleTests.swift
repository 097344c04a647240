import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Another program takes blocks away: that costs the pages that had them, and nothing else.
@Suite("Holes that others make", .enabled(if: mayMount, needsMounts), .serialized)
final class ForeignHoleTests: FolderSuite {
  private static let fileSystems = ["ext4", "xfs", "btrfs"]

  private func onDisk(_ fileSystem: String, _ body: @escaping @Sendable (FilePath) throws -> Void) throws {
    let folder = folder
    try onThreadWithMounts(fileSystem) {
      let disk = try SmallDisk(in: folder.path, fileSystem)
      defer { disk.unmount() }
      try body(disk.path.appending("a"))
    }
  }

  private static func ones(_ pages: Int) -> [UInt8] { [UInt8](repeating: 1, count: pages * 4096) }

  private static func change(_ path: FilePath, _ pages: Range<Int>, _ options: String...) throws {
    let place = ["-o", "\(pages.lowerBound * 4096)", "-l", "\(pages.count * 4096)"]
    let outcome = try run("fallocate", options + place + [path.string])
    if outcome.status != 0 { try skip("fallocate \(options) is refused: \(outcome.errors)") }
  }

  @Test("A page that is punched is lost alone, however often, and its neighbour is synced", arguments: fileSystems)
  func punched(fileSystem: String) throws {
    try onDisk(fileSystem) { path in
      let (file, allocator) = try MmapFile.create(at: path, size: 64 * 4096)
      var hit = try require(take: allocator.allocate(4096))
      var spared = try require(take: allocator.allocate(4096))
      for round in 0..<40 {
        let gone = try file.write(Self.ones(1), to: hit)
        let kept = try file.write(Self.ones(1), to: spared)
        try Self.change(path, 0..<1, "-p")
        do throws(MmapFileError) {
          _ = try file.sync(gone)
          Issue.record("a hole was called durable")
          return
        } catch {
          #expect(error.code == .lost && error.description.contains("punched"), "\(error)")
          hit = try error.range()
        }
        #expect([file.states[0], file.states[1]] == [.lost, .written], "in round \(round)")
        spared = file.reuse(try file.sync(kept))
      }
      _ = try file.sync(try file.write(Self.ones(1), to: hit))
      #expect(file.states[0] == .flushed)
    }
  }

  @Test("A sync of everything loses what was punched or cut off, and makes the rest durable", arguments: fileSystems)
  func everything(fileSystem: String) throws {
    try onDisk(fileSystem) { path in
      let (file, allocator) = try MmapFile.create(at: path, size: 64 * 4096)
      let receipt = try file.write(Self.ones(64), to: try require(take: allocator.allocate(64 * 4096)))
      try Self.change(path, 3..<5, "-p")
      try Self.change(path, 9..<10, "-p")
      try expect(.lost, mentioning: "punched") { try file.syncAll() }
      #expect((0..<64).filter { file.states[$0] == .lost } == [3, 4, 9])
      #expect(file.states.counts()[.flushed] == 61)
      let again = try file.write(Self.ones(64), to: file.reuse(receipt))
      try run("truncate", ["-s", "\(7 * 4096 + 1)", path.string])
      try expect(.truncated) { try file.syncAll() }
      #expect(file.states.counts()[.flushed] == 7 && file.states.counts()[.lost] == 57)
      #expect(again.count == 64 * 4096)
    }
  }

  @Test("Blocks that others reserve in place of written ones are not called durable", arguments: fileSystems)
  func zeroed(fileSystem: String) throws {
    try onDisk(fileSystem) { path in
      let (file, allocator) = try MmapFile.create(at: path, size: 64 * 4096)
      let receipt = try file.write(Self.ones(4), to: try require(take: allocator.allocate(4 * 4096)))
      try Self.change(path, 1..<3, "-z")
      #expect(throws: MmapFileError.self) { try file.syncAll() }
      #expect([file.states[1], file.states[2]] == [.lost, .lost])
      _ = try file.sync(try file.write(Self.ones(4), to: file.reuse(receipt)))
      #expect(file.states.counts()[.flushed] == 4)
    }
  }
}
