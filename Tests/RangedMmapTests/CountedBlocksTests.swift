import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("File systems that count otherwise", .enabled(if: mayMount, needsMounts), .serialized)
final class CountedBlocksTests: FolderSuite {
  /// Makes a file, writes all of it, and makes it durable.
  private static func make(_ path: FilePath, _ byte: UInt8, storage: Storage) throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 10_000, storage: storage)
    let range = try require(take: allocator.allocate(10_000))
    _ = try file.sync(try file.write([UInt8](repeating: byte, count: 10_000), to: range))
  }

  @Test("A file system that counts no free blocks is asked for some all the same", arguments: [true, false])
  func uncounted(countsOthers: Bool) throws {
    let folder = folder
    try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(
        in: folder.path, without: countsOthers ? [] : [.statfs], with: countsOthers ? [.countedAsFull] : [])
      defer { system.end() }
      try Self.make(system.path.appending("a"), 1, storage: .preallocated)
    }
  }

  @Test("A file system that reserves nothing and counts nothing takes sparse files")
  func ramfs() throws {
    let folder = folder
    try onThreadWithMounts("ramfs") {
      try mount("-t", "ramfs", "ramfs", folder.path.string)
      try expect(.cannotReserve, mentioning: "make the file sparse") {
        _ = try MmapFile.create(at: folder.file("a"), size: 4096)
      }
      try Self.make(folder.file("a"), 1, storage: .sparse)
    }
  }

  @Test("Huge pages that are not there are reported as such, however the file system was mounted")
  func hugePages() throws {
    let folder = folder
    let lock = try HugePages.reserve(0)
    defer { withExtendedLifetime(lock) {} }
    let wanted = (Self.countOfHugePages + 512) << 21
    for options in ["pagesize=2m", "pagesize=2m,size=16m", "pagesize=2m,min_size=0"] {
      try onThreadWithMounts("hugetlbfs") {
        try mount("-t", "hugetlbfs", "-o", options, "none", folder.path.string)
        try expect(.noSpace, mentioning: "no huge pages free") {
          _ = try MmapFile.create(at: folder.file("a"), size: wanted)
        }
        #expect(folder.names.isEmpty)
      }
    }
  }

  // How many there may be.
  private static var countOfHugePages: Int {
    ["nr_hugepages", "nr_overcommit_hugepages"].reduce(0) { sum, name in
      let text = (try? String(contentsOfFile: "/proc/sys/vm/\(name)", encoding: .utf8)) ?? ""
      return sum + (Int(text.prefix { $0.isNumber }) ?? 0)
    }
  }

  @Test("Blocks that a file system keeps for some users are left for it to give or refuse")
  func keptBlocks() throws {
    let folder = folder
    try onThreadWithMounts("ext4") {
      try run(
        "bash",
        [
          "-ec",
          """
          cd \(folder.path); truncate -s 64m image; mkfs.ext4 -q -m 50 image; mkdir disk; mount -o loop image disk
          """,
        ])
      defer { try? unmount(folder.file("disk")) }
      // Root may have them, and half of all are kept.
      try Self.fill(folder.file("disk/a"), 40 << 20)
    }
  }

  private static func fill(_ path: FilePath, _ size: Int) throws {
    let file = try MmapFile.create(at: path, size: size).file
    #expect(file.size == size)
  }
}
