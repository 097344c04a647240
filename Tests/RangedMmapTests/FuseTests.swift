import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Files of a FUSE server that lacks what real ones lack", .enabled(if: mayMount, needsMounts))
struct FuseTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs `body` with a folder on a file system that lacks something.
  private func onFuse<Result: Sendable>(
    without lacking: [FuseFileSystem.Feature] = [], size: Int = 1 << 30,
    _ body: @escaping @Sendable (FilePath) throws -> Result
  ) throws -> Result {
    let path = folder.path
    return try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: path, without: lacking, size: size)
      defer { system.end() }
      return try body(system.path)
    }
  }

  private func names(in path: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path.string)
  }

  /// The first bytes that the server has of a file, past the page cache.
  private func served(_ path: FilePath, _ count: Int) throws -> [UInt8] {
    let copy = folder.file("copy").string
    let outcome = try run("dd", ["if=\(path)", "of=\(copy)", "iflag=direct", "bs=\(count)", "count=1"])
    guard outcome.status == 0 else { throw MountError(description: outcome.errors) }
    return try folder.bytes("copy")
  }

  /// What servers lack of which a file must not care, alone and together.
  static let lacks: [[FuseFileSystem.Feature]] = [
    [], [.renameFlags], [.statfs], [.nameless], [.seeking], [.keptPages], [.writeback],
    [.renameFlags, .statfs, .nameless, .seeking, .keptPages, .writeback],
  ]

  @Test("A page lives its life, and what is called flushed has come to the server", arguments: lacks)
  func life(lacking: [FuseFileSystem.Feature]) throws {
    try onFuse(without: lacking) { path in
      let name = path.appending("a")
      let (file, allocator) = try MmapFile.create(at: name, size: 8 * 4096)
      #expect(try names(in: path) == ["a"] && file.isDurable)
      let receipt = try file.write([UInt8](repeating: 5, count: 8192), to: try require(take: allocator.allocate(8192)))
      try file.flush(receipt)
      let flushed = try file.sync(receipt)
      #expect(file.states.counts()[.flushed] == 2)
      #expect(try served(name, 8192) == [UInt8](repeating: 5, count: 8192))
      let again = try file.write([UInt8](repeating: 6, count: 8192), to: file.reuse(flushed))
      #expect(file.states[0] == .written)
      _ = consume again
      try file.syncAll()
      #expect(try served(name, 4096) == [UInt8](repeating: 6, count: 4096))
    }
  }

  @Test(
    "A file that exists is opened and goes on, and one that is created takes no name that is taken", arguments: lacks)
  func names(lacking: [FuseFileSystem.Feature]) throws {
    try onFuse(without: lacking) { path in
      let name = path.appending("a")
      try Data([UInt8](repeating: 1, count: 10_000)).write(to: URL(fileURLWithPath: name.string))
      try expect(.alreadyExists, mentioning: name.string) { _ = try MmapFile.create(at: name, size: 4096) }
      #expect(try MmapFile.openReadOnly(at: name).peek(9999..<10_000) == [1])
      do {
        let (file, allocator) = try MmapFile.open(at: name)
        try expect(.locked) { _ = try MmapFile.open(at: name) }
        let range = try require(take: allocator.allocate(4096))
        _ = try file.sync(try file.write([UInt8](repeating: 2, count: 4096), to: range))
      }
      #expect(try served(name, 4096) == [UInt8](repeating: 2, count: 4096))
      let (file, _) = try MmapFile.create(at: name, size: 4096, replacing: true)
      #expect(file.size == 4096)
      #expect(try names(in: path) == ["a"])
    }
  }

  @Test("A file that was made without a name can be synced, and one that has lost its name can't")
  func nameless() throws {
    try onFuse { path in
      let fd = unsafe ctest_unnamed_file(path.string)
      if fd < 0 { try skip("no O_TMPFILE on FUSE: \(Errno(rawValue: -fd))") }
      let made = FileDescriptor(rawValue: fd)
      defer { try? made.close() }
      try fill(made)
      let name = path.appending(" (deleted)")
      try Data([1]).write(to: URL(fileURLWithPath: name.string))
      let lost = try FileDescriptor.open(name, .readWrite, options: .closeOnExec)
      defer { try? lost.close() }
      try run("rm", [name.string])
      try expect(.deleted) { try fill(lost) }
    }
  }

  private func fill(_ descriptor: FileDescriptor) throws {
    try descriptor.resize(to: 4096)
    let (file, allocator) = try MmapFile.open(at: FilePath("/proc/self/fd/\(descriptor.rawValue)"))
    let range = try require(take: allocator.allocate(4096))
    _ = try file.sync(try file.write([UInt8](repeating: 1, count: 4096), to: range))
  }

  @Test("Where no blocks can be reserved, the error names sparse files as the remedy, and they work")
  func noReservation() throws {
    try onFuse(without: [.fallocate]) { path in
      let name = path.appending("a")
      try expect(.cannotReserve, mentioning: "make the file sparse") { _ = try MmapFile.create(at: name, size: 4096) }
      #expect(try names(in: path).isEmpty)
      let (file, allocator) = try MmapFile.create(at: name, size: 1 << 30, storage: .sparse)
      let range = try require(take: allocator.allocate(4096))
      _ = try file.sync(try file.write([UInt8](repeating: 7, count: 4096), to: range))
      #expect(try served(name, 4096) == [UInt8](repeating: 7, count: 4096))
    }
  }

  @Test("A full server is reported as such, whether it counts its blocks or not", arguments: [true, false])
  func full(counts: Bool) throws {
    try onFuse(without: counts ? [] : [.statfs], size: 1 << 20) { path in
      try expect(.noSpace) { _ = try MmapFile.create(at: path.appending("a"), size: 2 << 20) }
      #expect(try names(in: path).isEmpty)
      _ = try MmapFile.create(at: path.appending("b"), size: 4096)
    }
  }

  @Test("Where no file can be mapped, the error says so, and nothing is left behind")
  func unmappable() throws {
    try onFuse(without: [.sharedMappings]) { path in
      let name = path.appending("a")
      try expect(.system, mentioning: "its file system lets no file be mapped") {
        _ = try MmapFile.create(at: name, size: 4096)
      }
      #expect(try names(in: path).isEmpty)
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: name.string))
      try expect(.system, mentioning: "its file system lets no file be mapped") { _ = try MmapFile.open(at: name) }
    }
  }

  @Test("Where a folder can't be synced, a new file's name is not called durable, and an old one's bytes are")
  func noFolderSync() throws {
    try onFuse(without: [.folderSync]) { path in
      let name = path.appending("a")
      do {
        let (file, allocator) = try MmapFile.create(at: name, size: 4096)
        let range = HandOver(try require(take: allocator.allocate(4096)))
        try expect(.system, mentioning: "; open the file again to sync its bytes") {
          _ = try file.sync(try file.write([UInt8](repeating: 1, count: 4096), to: try require(take: range.take())))
        }
      }
      let (file, allocator) = try MmapFile.open(at: name)
      let range = try require(take: allocator.allocate(4096))
      _ = try file.sync(try file.write([UInt8](repeating: 2, count: 4096), to: range))
      #expect(file.states[0] == .flushed)
    }
  }
}
