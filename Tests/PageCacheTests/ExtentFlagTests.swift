import CLinux
import CTestSupport
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageCache

@Suite("What the flags of extents mean")
final class ExtentFlagTests: FolderSuite {
  // Those of linux/fiemap.h, by name.
  private static let (last, unknown, delayed, encoded) = (UInt32(0x1), UInt32(0x2), UInt32(0x4), UInt32(0x8))
  private static let (notAligned, inline, unwritten) = (UInt32(0x100), UInt32(0x200), UInt32(0x800))
  private static let (merged, shared) = (UInt32(0x1000), UInt32(0x2000))

  typealias Case = (flags: UInt32, kind: Extent.Kind, hasPlace: Bool, words: [Bool])
  static let cases: [Case] = [
    (last, .written, true, [false, false]), (merged, .written, true, [false, false]),
    (shared, .written, true, [true, false]), (unwritten | last, .unwritten, true, [false, false]),
    (encoded, .written, false, [false, true]), (encoded | shared, .written, false, [true, true]),
    (unknown, .data, false, [false, false]), (unknown | delayed | last, .delayed, false, [false, false]),
    (inline | notAligned, .inline, false, [false, false]),
    (inline | notAligned | encoded, .inline, false, [false, true]),
  ]

  @Test("Each has its word, and an address counts only where it is the place of the file's bytes", arguments: cases)
  func flags(_ entry: Case) {
    let raw = clinux_extent(logical: 0x10000, physical: 0x500000, length: 0x20000, flags: entry.flags)
    let extent = Extent(raw, 0x11000..<0x12000, .deviceAddresses)
    #expect(extent.bytes == 0x11000..<0x12000 && extent.kind == entry.kind)
    #expect([extent.isShared, extent.isEncoded] == entry.words)
    #expect(extent.physical == (entry.hasPlace ? 0x501000 : nil))
    #expect(Extent(raw, 0x11000..<0x12000, []).physical == nil)
    let encrypted = Extent(raw, 0x11000..<0x12000, [.deviceAddresses, .encrypted])
    #expect(encrypted.physical == nil && encrypted.isEncoded)
  }

  @Test("What a server makes up is put in order, however far it runs over")
  func madeUp() {
    let far = UInt64.max - 10
    let entries = [
      clinux_extent(logical: 8192, physical: far, length: 4096, flags: 0),
      clinux_extent(logical: 4096, physical: 0, length: 4096, flags: 0),  // behind what was reported already
      clinux_extent(logical: 10000, physical: 0, length: 0, flags: 0),
      clinux_extent(logical: 10000, physical: 1 << 63, length: 10000, flags: 0),  // overlaps, and has no such place
      clinux_extent(logical: 30000, physical: 0, length: far, flags: 0),
      clinux_extent(logical: far, physical: far, length: far, flags: 0),
    ]
    var list = ExtentList(of: 100..<50000, .deviceAddresses)
    for entry in entries { list.append(entry) }
    #expect(list.rest.isEmpty)
    let extents = list.finish()
    #expect(extents.map(\.bytes) == [100..<8192, 8192..<12288, 12288..<20000, 20000..<30000, 30000..<50000])
    #expect(extents.map(\.kind) == [.hole, .written, .written, .hole, .written])
    #expect(extents.map(\.physical) == [nil, nil, nil, nil, 0])
    var none = ExtentList(of: 0..<4096, [])
    let hasMore = none.append(clinux_extent(logical: far, physical: 0, length: far, flags: 0))
    #expect(!hasMore && none.finish().map(\.kind) == [.hole])
  }

  @Test(
    "On Btrfs no address passes for a place, and compressed, shared and inline extents say so; XFS reports places",
    .enabled(if: mayMount, needsMounts), arguments: ["btrfs", "xfs"])
  func fileSystems(kind: String) throws {
    guard isInstalled("mkfs.\(kind)") else { try skip("mkfs.\(kind) is not installed") }
    let path = folder.path
    let found = try onThreadWithMounts(kind) {
      let (image, disk) = (path.appending("image").string, path.appending("disk"))
      // The smallest that mkfs.xfs makes is 300 MB.
      try run("truncate", ["-s", "400m", image])
      try run("mkfs.\(kind)", ["-q", image])
      try FileManager.default.createDirectory(atPath: disk.string, withIntermediateDirectories: true)
      try mount("-o", kind == "btrfs" ? "loop,compress-force=zstd" : "loop", image, disk.string)
      defer { try? unmount(disk) }
      let random = (0..<65536).map { _ in UInt8.random(in: .min ... .max) }
      let contents = ["alike": [UInt8](repeating: 7, count: 256 << 10), "random": random, "tiny": [1, 2, 3]]
      for (name, bytes) in contents { try Data(bytes).write(to: URL(fileURLWithPath: disk.appending(name).string)) }
      let files = ["alike", "random", "shared", "tiny"].map { disk.appending($0) }
      let copy = try run("cp", ["--reflink=always", files[1].string, files[2].string])
      #expect(copy.status == 0, "\(copy.errors)")
      try run("sync", ["-f", disk.string])
      return try files.map { path in
        let file = try FileDescriptor.open(path, .readOnly)
        defer { try? file.close() }
        let size = Int(try file.stat().size)
        let whole = try PageCache.extents(of: file, bytes: 0..<size)
        // Each extent again by a part of it, which has its own place or none.
        for extent in whole where extent.bytes.count > 8192 {
          let part = try PageCache.extents(of: file, bytes: extent.bytes.lowerBound + 4096..<extent.bytes.upperBound)
          #expect(part.first?.physical == extent.physical.map { $0 + 4096 })
          #expect(part.first?.isEncoded == extent.isEncoded)
        }
        return whole
      }
    }
    #expect(found[1].allSatisfy(\.isShared) && found[2].allSatisfy(\.isShared))
    #expect(found[0...2].allSatisfy { $0.allSatisfy { $0.kind == .written } })
    if kind == "btrfs" {
      #expect(found.allSatisfy { $0.allSatisfy { $0.physical == nil } })
      #expect(found[0].count > 1 && found[0].allSatisfy(\.isEncoded) && !found[1].contains(where: \.isEncoded))
      #expect(found[3].map(\.kind) == [.inline])
    } else {
      #expect(found[1].map(\.physical) == found[2].map(\.physical) && !found[1].contains { $0.physical == nil })
      #expect(found[0].allSatisfy { $0.physical != nil && !$0.isEncoded })
    }
  }

  @Test(
    "Encrypted bytes have no place on ext4, whose extents don't say that they are encrypted",
    .enabled(if: mayMount, needsMounts))
  func encrypted() throws {
    let path = folder.path
    let found = try onThreadWithMounts("ext4 with encryption") {
      let (image, disk) = (path.appending("image").string, path.appending("disk"))
      try run("truncate", ["-s", "64m", image])
      let made = try run("mkfs.ext4", ["-q", "-O", "encrypt", image])
      guard made.status == 0 else { throw MountError(description: made.errors) }
      try FileManager.default.createDirectory(atPath: disk.string, withIntermediateDirectories: true)
      try mount("-o", "loop", image, disk.string)
      defer { try? unmount(disk) }
      let secret = disk.appending("secret")
      try FileManager.default.createDirectory(atPath: secret.string, withIntermediateDirectories: true)
      let code = unsafe secret.withPlatformString { unsafe ctest_encrypt_folder($0) }
      guard code == 0 else { throw MountError(description: "\(Errno(rawValue: code))") }
      return try [disk, secret].map { folder in
        let file = try FileDescriptor.open(
          folder.appending("a"), .readWrite, options: [.create], permissions: .ownerReadWrite)
        defer { try? file.close() }
        _ = try file.writeAll([UInt8](repeating: 7, count: 16 * 4096))
        #expect(fsync(file.rawValue) == 0)
        return try PageCache.extents(of: file, bytes: 4096..<16 * 4096)
      }
    }
    #expect(found[0].allSatisfy { $0.kind == .written && $0.physical != nil && !$0.isEncoded })
    #expect(found[1].allSatisfy { $0.kind == .written && $0.physical == nil && $0.isEncoded })
  }
}
