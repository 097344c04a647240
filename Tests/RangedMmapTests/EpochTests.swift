import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// A failed sync is never forgotten, and however many there were, the next one may succeed.
@Suite("Many failed syncs", .enabled(if: mayMount, needsMounts))
final class EpochTests: FolderSuite {
  /// A file whose syncs fail when they are to.
  struct Device: Sendable {
    let path: FilePath

    func fail(_ body: () throws -> Void) throws {
      try fails(true)
      try expect(.system, mentioning: "could not be made durable") { try body() }
      try fails(false)
    }

    func fails(_ isSo: Bool) throws {
      try FileManager.default.setAttributes([.posixPermissions: isSo ? 0o1600 : 0o600], ofItemAtPath: path.string)
    }
  }

  private func onDevice(
    with failing: FuseFileSystem.Feature = .failingSyncs, _ body: @escaping @Sendable (Device) throws -> Void
  ) throws {
    let path = folder.path
    try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: path, with: [failing])
      defer { system.end() }
      try body(Device(path: system.path.appending("a")))
    }
  }

  private static let page = [UInt8](repeating: 7, count: 4096)

  @Test("After a hundred failed syncs the next one succeeds, and refuses what was written before any of them")
  func hundred() throws {
    try onDevice { device in
      let (file, allocator) = try MmapFile.create(at: device.path, size: 128 * 4096)
      var old: [HandOver<WriteReceipt>] = []
      let durable = try file.sync(try file.write(Self.page, to: try require(take: allocator.allocate(4096))))
      for _ in 0..<100 {
        old.append(HandOver(try file.write(Self.page, to: try require(take: allocator.allocate(4096)))))
        try device.fail { try file.syncAll() }
        #expect(file.states.counts()[.lost] == old.count)
      }
      let receipt = try file.write(Self.page, to: try require(take: allocator.allocate(4096)))
      _ = try file.sync(receipt)
      #expect(file.states.counts()[.flushed] == 2)
      for receipt in old { try expect(.lost) { _ = try file.sync(try require(take: receipt.take())) } }
      #expect(file.states.counts()[.lost] == 100 && durable.count == 4096)
    }
  }

  @Test("A write that more failed syncs overtake than tags have room for is lost", arguments: [1, 31, 32, 62, 64])
  func overtaken(failures: Int) throws {
    try onDevice { device in
      let (file, allocator) = try MmapFile.create(at: device.path, size: 16 * 4096)
      for before in 0..<3 {
        let receipt = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
          for _ in 0..<failures { try device.fail { try file.syncAll() } }
          writer.append(repeating: 7, count: 4096)
        }
        #expect(file.states[before * 2] == .lost)
        let updated = try file.update(try require(take: allocator.allocate(4096))) { editor in
          for _ in 0..<failures { try device.fail { try file.syncAll() } }
          editor[0] = 1
        }
        #expect(file.states[before * 2 + 1] == .lost)
        try expect(.lost) { try file.syncAll() }
        for receipt in [HandOver(receipt), HandOver(updated)] {
          try expect(.lost) { _ = try file.sync(try require(take: receipt.take())) }
        }
      }
    }
  }

  @Test("A receipt that lost its bytes is worth nothing when it is joined with a good one")
  func joined() throws {
    try onDevice { device in
      let (file, allocator) = try MmapFile.create(at: device.path, size: 4 * 4096)
      try device.fail { try file.syncAll() }
      var worthless = try file.write(Self.page, to: try require(take: allocator.allocate(4096)))
      try run("truncate", ["-s", "0", device.path.string])
      try expect(.truncated) { try file.update(&worthless) { editor in editor[0] = 1 } }
      try run("truncate", ["-s", "\(4 * 4096)", device.path.string])
      let good = try file.write(Self.page, to: try require(take: allocator.allocate(4096)))
      switch worthless.joined(with: good) {
      case .joined(let both):
        let both = HandOver(both)
        try expect(.lost) { _ = try file.sync(try require(take: both.take())) }
      case .apart: Issue.record("neighbours were not joined")
      }
    }
  }

  @Test("A failed writeback that another process's fsync reports is reported to the library as well")
  func toldToOthers() throws {
    try onDevice(with: .failingWrites) { device in
      let (file, allocator) = try MmapFile.create(at: device.path, size: 2 * 4096)
      let flushed = try file.sync(try file.write(Self.page, to: try require(take: allocator.allocate(4096))))
      try device.fails(true)
      let receipt = try file.write(Self.page, to: file.reuse(flushed))
      #expect(file.withDescriptor { fsync($0.rawValue) } == -1)
      try device.fails(false)
      let other = try file.write(Self.page, to: try require(take: allocator.allocate(4096)))
      for (receipt, code) in [(HandOver(receipt), MmapFileError.Code.system), (HandOver(other), .lost)] {
        try expect(code) { _ = try file.sync(try require(take: receipt.take())) }
      }
    }
  }

  @Test("Each page shows what became of it, over any number of failures", arguments: 0..<8)
  func model(seed: Int) throws {
    try onDevice { device in
      let pages = 48
      let file = try UnsafeMmapFile.create(at: device.path, size: pages * 4096)
      var random = Seeded(seed)
      var model = [PageState](repeating: .free, count: pages)
      var failures = 0
      while failures < 150 {
        let start = Int.random(in: 0..<pages, using: &random)
        let some = start..<Int.random(in: start + 1...pages, using: &random)
        let bytes = some.lowerBound * 4096..<some.upperBound * 4096
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3:
          try unsafe file.writeAllBytes(Self.page, at: start * 4096)
          model[start] = .written
        case 3:
          try file.flush(bytes)
          for page in some where model[page] == .written { model[page] = .flushing }
        case 4:
          let hasLost = some.contains { model[$0] == .lost }
          for page in some where model[page] == .written || model[page] == .flushing { model[page] = .flushed }
          if hasLost { try expect(.lost) { try file.sync(bytes) } } else { try file.sync(bytes) }
        default:
          failures += 1
          try device.fail { try file.sync(bytes) }
          for page in model.indices where model[page] == .written || model[page] == .flushing { model[page] = .lost }
        }
        #expect((0..<pages).map { file.states[$0] } == model, "after \(failures) failures")
        let counts = file.states.counts()
        for state in PageState.allCases { #expect(counts[state] == model.count { $0 == state }) }
      }
    }
  }
}
