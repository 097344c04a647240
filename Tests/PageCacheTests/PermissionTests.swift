import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite(
  "What may not be known is unknown", .enabled(if: getuid() == 0, "needs root, to become another user"),
  .enabled(if: canAsk, needsCounts))
final class PermissionTests: FolderSuite {
  private static let unprivileged: UInt32 = 65534
  private static let reader: UInt32 = 61234

  /// How many of a file's pages mincore(2) calls resident.
  private static func mincoreSays(_ file: FileDescriptor, _ pages: Int) throws -> Int {
    // SAFETY: a mapping of its own, which is asked about and not touched.
    guard let base = unsafe mmap(nil, pages * 4096, PROT_READ, MAP_SHARED, file.rawValue, 0) else { return -1 }
    defer { _ = unsafe munmap(base, pages * 4096) }
    var answers = [UInt8](repeating: 0, count: pages)
    guard unsafe mincore(base, pages * 4096, &answers) == 0 else { return -1 }
    return answers.count { $0 & 1 != 0 }
  }

  @Test("Nothing is claimed of another user's file, where mincore(2) claims that all of it is resident")
  func anotherUser() throws {
    let writable = try folder.cached([3], of: 100)
    let file = try FileDescriptor.open(folder.file("a"), .readOnly)
    defer { for file in [file, writable] { try? file.close() } }
    #expect(try Self.mincoreSays(file, 100) == 1)
    let said = try onThread(asUser: Self.unprivileged) {
      (
        try Self.mincoreSays(file, 100), reason(try PageCache.residency(of: file, pages: 0..<100)),
        reason(try PageCache.runs(of: file, pages: 0..<100))
      )
    }
    #expect(said.0 == 100, "this kernel answers everyone")
    #expect(said.1 == .notPermitted && said.2 == .notPermitted)
  }

  @Test("A descriptor that is open for writing suffices for counts, and not for mincore(2), which lies on")
  func inheritedForWriting() throws {
    let file = try folder.cached([3], of: 100)
    defer { try? file.close() }
    let said = try onThread(asUser: Self.unprivileged) {
      (
        try PageCache.counts(of: file, bytes: 0..<409_600).cached, try Self.mincoreSays(file, 100),
        reason(try PageCache.residency(of: file, pages: 0..<100))
      )
    }
    #expect(said.0 == 1 && said.1 == 100 && said.2 == .notPermitted)
  }

  @Test(
    "Owners are reported, even if they may only read; so are those who may write, with any owner",
    arguments: [true, false])
  func permitted(isOwner: Bool) throws {
    let file = try folder.cached([3, 4, 70], of: 100)
    try file.close()
    let path = folder.file("a")
    #expect(unsafe chown(path.string, isOwner ? Self.reader : 0, 0) == 0)
    #expect(unsafe chmod(path.string, isOwner ? 0o400 : 0o666) == 0)
    let cached = try onThread(asUser: Self.reader) {
      let file = try FileDescriptor.open(path, .readOnly)
      defer { try? file.close() }
      return (
        try PageCache.residency(of: file, pages: 0..<100).cached, try PageCache.runs(of: file, pages: 0..<100).cached
      )
    }
    #expect(cached.0 == [3, 4, 70] && cached.1 == [3, 4, 70])
  }

  @Test("A program that may not know says so, with the reason")
  func notPermitted() throws {
    try folder.put("theirs", [UInt8](repeating: 1, count: 8192))
    // A copy: the build may lie where only its owner may go.
    try run("cp", [mmapview, folder.file("program").string])
    try run("chmod", ["755", folder.path.string, folder.file("program").string])
    let outcome = try run(
      "setpriv",
      [
        "--reuid=65534", "--clear-groups", folder.file("program").string, folder.file("theirs").string, "-c",
        "kernel 0-1",
        "--headless",
      ])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("unknown: not permitted"), "\(outcome.errors)")
  }
}
