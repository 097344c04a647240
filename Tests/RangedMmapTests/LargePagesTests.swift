import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Large pages are asked for where a file is filled in order, and nowhere else: elsewhere they would be written for
/// every page that is.
@Suite("Large pages", .enabled(if: canCount, needsCounts))
struct LargePagesTests {
  static let size = 64 << 20
  static let page = [UInt8](repeating: 7, count: 4096)

  let folder: TemporaryFolder
  let file: MmapFile
  let allocator: ConcurrentAllocator

  init() throws {
    folder = try TemporaryFolder()
    (file, allocator) = try MmapFile.create(
      at: folder.file("a"), size: Self.size, allocator: ConcurrentAllocator.self)
  }

  /// The flags of the file's mapping, of its last part if the kernel keeps account of several.
  private func flags() throws -> [Substring] {
    let lines = try run("cat", ["/proc/\(getpid())/smaps"]).output.split(separator: "\n")
    let heading = try #require(lines.lastIndex { $0.hasSuffix(folder.file("a").string) })
    let flags = try #require(lines[heading...].first { $0.hasPrefix("VmFlags:") })
    return flags.split(separator: " ").dropFirst().map { $0 }
  }

  private func dirty() throws -> Int { try PageCache.counts(of: file.descriptor, bytes: 0..<Self.size).dirty }

  private func write(pages: Int) throws {
    for _ in 0..<pages { _ = try file.write(Self.page, to: try require(take: allocator.allocate(4096))) }
  }

  @Test(
    "A file that is filled in order asks for them, and holds what was written",
    .enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/mm/transparent_hugepage"), "not in this kernel"))
  func inOrder() throws {
    #expect(try !flags().contains("hg"))
    try write(pages: 1024)
    #expect(try flags().contains("hg"))
    try write(pages: Self.size / 4096 - 1024)
    #expect(try folder.bytes("a").allSatisfy { $0 == 7 })
    try file.syncAll()
    #expect(file.states.counts()[.flushed] == Self.size / 4096)
  }

  @Test("Pages that are written in no order do not ask for them, and make few others dirty")
  func noOrder() throws {
    var ranges: [HandOver<AllocatedRange>] = []
    while let range = allocator.allocate(4096) { ranges.append(HandOver(range)) }
    var random = Seeded(1)
    for range in ranges.dropLast(512).shuffled(using: &random).prefix(2000) {
      _ = try file.write(Self.page, to: try require(take: range.take()))
    }
    #expect(try !flags().contains("hg"))
    #expect(try dirty() < 4 * 2000)
  }

  @Test("A log whose pages are synced one by one does not ask for them, and each sync writes little")
  func log() throws {
    for _ in 0..<700 {
      let range = try require(take: allocator.allocate(4096))
      _ = try file.sync(try file.write(Self.page, to: range))
      #expect(try dirty() == 0)
    }
    let receipt = try file.write(Self.page, to: try require(take: allocator.allocate(4096)))
    #expect(try dirty() < 64)
    #expect(try !flags().contains("hg"))
    _ = receipt
  }

  @Test(
    "A file that was filled in order and is then synced little by little, or written far from the rest, asks no more",
    arguments: ["sync", "syncAll", "leap"])
  func noMore(then step: String) throws {
    try write(pages: 1024)
    let range = try require(take: allocator.allocate(4096))
    switch step {
    case "sync": _ = try file.sync(try file.write(Self.page, to: range))
    case "syncAll":
      try file.syncAll()
      #expect(try flags().contains("hg"))
      _ = try file.write(Self.page, to: range)
      try file.syncAll()
    default:
      _ = try require(take: allocator.allocate(32 << 20))
      try write(pages: 1)
    }
    #expect(try !flags().contains("hg"))
    let before = try dirty()
    for _ in 0..<4 {
      _ = try require(take: allocator.allocate(4 << 20))
      try write(pages: 1)
    }
    #expect(try dirty() - before < 4 * 128)
  }
}
