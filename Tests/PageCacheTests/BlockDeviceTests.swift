import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Block devices", .enabled(if: getuid() == 0 && isInstalled("losetup"), "needs root and losetup"))
final class BlockDeviceTests: FolderSuite {
  /// Calls `body` with a device that has the bytes of a file.
  private func withDevice(_ body: (FilePath) throws -> Void) throws {
    let outcome = try run("losetup", ["-f", "--show", folder.file("image").string])
    guard outcome.status == 0, let device = outcome.lines.first else { try skip("no loop device: \(outcome.errors)") }
    defer { _ = try? run("losetup", ["-d", device]) }
    try body(FilePath(device))
  }

  private static let bytes = (0..<256 * 4096).map { UInt8(truncatingIfNeeded: $0 / 4096) }

  @Test("Its pages are counted, found resident and called written where they are; behind its end there is nothing")
  func pages() throws {
    try folder.put("image", Self.bytes)
    try withDevice { path in
      let device = try FileDescriptor.open(path, .readOnly)
      defer { try? device.close() }
      #expect(try PageCache.extents(of: device, bytes: 4096..<2 << 20).map(\.kind) == [.written, .hole])
      #expect(try PageCache.extents(of: device, bytes: 4096..<8192).map(\.physical) == [4096])
      var page = [UInt8](repeating: 0, count: 4096)
      // SAFETY: as many bytes are read as the array has.
      #expect(
        try unsafe page.withUnsafeMutableBytes { try unsafe device.read(fromAbsoluteOffset: 17 * 4096, into: $0) }
          == 4096)
      let resident = try PageCache.residency(of: device, pages: 0..<300)
      #expect(resident.contains { $0.contains(17) } && resident.allSatisfy { $0.upperBound <= 256 })
      if let reason = reason(try PageCache.counts(of: device, bytes: 0..<4096)) { try skip("counts: \(reason)") }
      #expect(try PageCache.runs(of: device, pages: 17..<18).map(\.state) == [.cached])
      #expect(try PageCache.counts(of: device, bytes: 0..<1 << 30).cached <= 256)
    }
  }

  @Test("It is mapped to be read, at its size, and neither written nor replaced")
  func mapped() throws {
    try folder.put("image", Self.bytes)
    try withDevice { path in
      let file = try MmapFile.openReadOnly(at: path)
      #expect(file.size == Self.bytes.count && !file.isWritable && !file.isInMemory)
      #expect(try file.peek(17 * 4096..<17 * 4096 + 3) == [17, 17, 17])
      try file.checkCoverage()
      func code(_ body: () throws -> Void) -> MmapFileError.Code? {
        do { try body() } catch { return (error as? MmapFileError)?.code }
        return nil
      }
      #expect(code { _ = try MmapFile.open(at: path) } == .notRegularFile)
      #expect(code { _ = try MmapFile.create(at: path, size: 4096, replacing: true) } == .notRegularFile)
    }
    #expect(try folder.bytes("image") == Self.bytes)
  }
}
