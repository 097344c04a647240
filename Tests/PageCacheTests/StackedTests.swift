import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("File systems that stand on others", .enabled(if: mayMount, needsMounts))
final class StackedTests: FolderSuite {
  /// What is said of a file.
  private struct Answer: Sendable {
    let reasons: [PageCacheError?]
    let cached: [Int]
    let extents: [Extent]

    init(of path: FilePath, pages: Int) throws {
      let file = try FileDescriptor.open(path, .readOnly)
      defer { try? file.close() }
      reasons = [
        reason(try PageCache.counts(of: file, bytes: 0..<pages * 4096)),
        reason(try PageCache.runs(of: file, pages: 0..<pages)),
        reason(try PageCache.groups(of: file, pages: 0..<pages, each: 4)),
      ]
      cached = try PageCache.residency(of: file, pages: 0..<pages).cached
      extents = try PageCache.extents(of: file, bytes: 0..<pages * 4096)
    }
  }

  @Test(
    "On overlayfs no zero is reported for cached pages: counts are unknown, residency is the real file's",
    arguments: [false, true])
  func overlay(inMemory: Bool) throws {
    let path = folder.path
    let answers = try onThreadWithMounts("overlayfs") {
      let upper = path.appending("rw")
      try FileManager.default.createDirectory(atPath: upper.string, withIntermediateDirectories: true)
      if inMemory { try mount("-t", "tmpfs", "tmpfs", upper.string) }
      let point = try mountOverlay(in: path, upper: upper)
      let (lower, new) = (point.appending("lower-file"), point.appending("new"))
      let bytes = Data(repeating: 7, count: 16 * 4096)
      try bytes.write(to: URL(fileURLWithPath: path.appending("lower/lower-file").string))
      try bytes.write(to: URL(fileURLWithPath: new.string))
      return [try Answer(of: lower, pages: 16), try Answer(of: new, pages: 16)]
    }
    for answer in answers {
      #expect(answer.reasons == [.stacked, .stacked, .stacked])
      #expect(answer.cached == [Int](0..<16))
      // A place on whichever device the layer is on would be none that the reader could look at.
      #expect(answer.extents.allSatisfy { $0.physical == nil && ![.hole, .unwritten].contains($0.kind) })
    }
  }

  @Test(
    "The owner of the file in the overlay alone learns nothing: mincore(2) goes by the latter",
    .enabled(if: getuid() == 0, "needs root, to become another user"))
  func rights() throws {
    let (path, user) = (folder.path, UInt32(61234))
    let said = try onThreadWithMounts("overlayfs with metacopy") {
      let point = try mountOverlay(in: path, options: ",metacopy=on")
      let files = ["theirs", "everyone's"].map { point.appending($0) }
      for (file, mode) in zip(files, [mode_t(0o600), 0o666]) {
        let lower = path.appending("lower").appending(file.lastComponent?.string ?? "").string
        try Data(repeating: 7, count: 4 * 4096).write(to: URL(fileURLWithPath: lower))
        #expect(unsafe chmod(lower, mode) == 0)
        // Copies up the owner alone.
        #expect(unsafe chown(file.string, user, user) == 0)
      }
      return try onThread(asUser: user) {
        try files.map { path in
          let file = try FileDescriptor.open(path, .readOnly)
          defer { try? file.close() }
          return reason(try PageCache.residency(of: file, pages: 0..<4))
        }
      }
    }
    #expect(said == [.notPermitted, nil])
  }
}
