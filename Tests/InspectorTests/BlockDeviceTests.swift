import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite(
  "Block devices that are looked at", .enabled(if: getuid() == 0 && isInstalled("losetup"), "needs root and losetup"))
final class BlockDeviceTests: SessionSuite {
  private func withDevice(_ body: (FilePath) throws -> Void) throws {
    let outcome = try run("losetup", ["-r", "-f", "--show", folder.file("image").string])
    guard outcome.status == 0, let device = outcome.lines.first else { try skip("no loop device: \(outcome.errors)") }
    defer { _ = try? run("losetup", ["-d", device]) }
    try body(FilePath(device))
  }

  private func failure(_ line: String) throws -> String? {
    let command = try #require(try Command(parsing: line))
    do throws(CommandError) { try session.perform(command) } catch { return error.description }
    return nil
  }

  @Test("find sees all of one, and brings none of it into memory")
  func find() throws {
    var bytes = [UInt8](repeating: 7, count: 2048 * 4096)
    let place = 1999 * 4096 + 4093
    bytes.replaceSubrange(place..<place + 6, with: Array("needle".utf8))
    try folder.put("image", bytes)
    try withDevice { path in
      let device = try FileDescriptor.open(path, .readOnly)
      defer { try? device.close() }
      #expect(posix_fadvise(device.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
      try session.perform(.open(path: path.string, forWriting: false))
      func cached() throws -> Int {
        do throws(PageCacheError) { return try PageCache.counts(of: device, bytes: 0..<bytes.count).cached } catch {
          try skip("what is in memory is unknown here: \(error)")
        }
      }
      let before = try cached()
      for line in ["find text needle", "find next", "find previous"] {
        #expect(try failure(line) == nil)
        #expect(session.view.cursor * 4096 + session.view.byteCursor == place)
      }
      #expect(try failure("find text \"is not there\"") == "find text \"is not there\": there is none in the file")
      #expect(try cached() <= before)
    }
  }

  @Test("What needs ranges or states is refused, and no error names opening it for writing, which can't be done")
  func refused() throws {
    try folder.put("image", [UInt8](repeating: 7, count: 256 * 4096))
    try withDevice { path in
      try session.perform(.open(path: path.string, forWriting: false))
      for line in [
        "verify all", "sync all", "allocate 1p", "find state free", "expect page 0 free", "expect count free 3",
        "truncate 4k", "poke 0 01", "punch 0",
      ] {
        let complaint = try #require(try failure(line))
        #expect(complaint.contains("\(path)") && complaint.contains("for reading only"), "\(complaint)")
        #expect(!complaint.contains("write`"), "\(complaint)")
      }
      #expect(try failure("open \(path) write") != nil)
    }
    // A file is another matter.
    try session.perform(.open(path: folder.file("image").string, forWriting: false))
    #expect(try failure("verify all")?.contains("open \(folder.file("image")) write`") == true)
  }
}
