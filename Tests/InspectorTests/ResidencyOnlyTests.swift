import Glibc
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Where the kernel shows residency alone")
final class ResidencyOnlyTests: FolderSuite {
  /// What is said of a file with pages that were just written, on a thread for which cachestat(2) fails.
  private struct Answer: Sendable {
    let sample: KernelSample
    let farther: KernelSample
    let sentence: String?
    let lines: [String]
    let errors: [String]

    init(_ path: FilePath) throws {
      let session = try Session()
      try session.perform(.create(path: path.string, size: 256 << 10, isSparse: false, isForced: false))
      try session.perform("allocate 16p", "write r1 counter")
      let file = try #require(session.sampledFile)
      var probe = KernelProbe()
      sample = probe.sample(KernelRequest(file, pages: 0..<64, cursor: 3))
      farther = probe.sample(KernelRequest(file, pages: 0..<64, each: 10, cursor: 3))
      sentence = Disagreement(try #require(session.file), sample)?.sentence
      var lines: [String] = []
      for line in ["status", "status json", "kernel 0-15"] {
        lines += try session.perform(line).lines
      }
      self.lines = lines
      _ = try session.perform("expect kernel cached 16+")
      errors = try ["expect kernel dirty 0", "expect kernel writeback 0"].map { line in
        let command = try #require(try Command(parsing: line))
        do throws(CommandError) {
          try session.perform(command)
          return "none"
        } catch { return error.description }
      }
    }
  }

  @Test(
    "Dirty pages are reported as cached, and neither as clean nor as dirty, by zeros or in words",
    arguments: [Errno.noFunction, .notPermitted])
  func refused(error: Errno) throws {
    let path = folder.file("a")
    let answer = try onThread(withoutCachestat: error) { try Answer(path) }
    guard answer.sample.reason != .stacked else { try skip("cachestat(2) is not asked on this file system") }
    try check(answer, error == .noFunction ? .kernelTooOld : .notPermitted)
  }

  @Test(
    "A page is not read to be shown where its residency is unknown",
    .enabled(if: getuid() == 0, "needs root, to become another user"))
  func unknownPresence() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    try run("chmod", ["755", folder.path.string])
    let name = folder.file("a").string
    let presence = try onThread(asUser: 65534) {
      let session = try Session()
      try session.perform(.open(path: name, forWriting: false))
      return session.presence(ofPage: 0)
    }
    #expect(presence == .unknown)
  }

  @Test(
    "How an extent is kept is reported page by page, too: on Btrfs that it is compressed",
    .enabled(if: mayMount && isInstalled("mkfs.btrfs"), "needs root, private mounts and mkfs.btrfs"))
  func marks() throws {
    let path = folder.path
    let lines = try onThreadWithMounts("btrfs") {
      let (image, disk) = (path.appending("image").string, path.appending("disk").string)
      try run("truncate", ["-s", "200m", image])
      try run("mkfs.btrfs", ["-q", image])
      try run("mkdir", [disk])
      try mount("-o", "loop,compress-force=zstd", image, disk)
      defer { try? unmount(FilePath(disk)) }
      try run("dd", ["if=/dev/zero", "of=\(disk)/a", "bs=64k", "count=1", "conv=fsync"])
      let session = try Session()
      try session.perform(.open(path: "\(disk)/a", forWriting: false))
      defer { session.shutDown() }
      return try ["kernel 0-15", "page 3"].flatMap { try session.perform($0).lines }
    }
    #expect(lines.count { $0.hasSuffix("on the disk: written, encoded") } >= 2, "\(lines)")
  }

  @Test("The same is reported on overlayfs, where cachestat(2) says zero", .enabled(if: mayMount, needsMounts))
  func stacked() throws {
    let path = folder.path
    try check(try onThreadWithMounts("overlayfs") { try Answer(try mountOverlay(in: path).appending("a")) }, .stacked)
  }

  private func check(_ answer: Answer, _ reason: PageCacheError) throws {
    let page = try #require(answer.sample[3])
    #expect([page.cached, page.dirty, page.writeback] == [1, nil, nil])
    #expect(answer.sample.isResidencyOnly && answer.sample.reason == reason)
    #expect(answer.sample.state == .cached && (answer.sample.totals?.cached ?? 0) >= 16)
    #expect(answer.sample.totals?.dirty == nil)
    // What is in memory alone needs no count to be reported.
    #expect((answer.sentence == nil) == (answer.sample.fileSystem?.isInMemory != true))
    #expect((0..<7).map { answer.farther[$0 * 10]?.pages } == [10, 10, 10, 10, 10, 10, 4])
    #expect(answer.farther[0]?.cached == 10 && answer.farther[0]?.dirty == nil)
    #expect(answer.lines[0].contains(" cached, dirty and writeback unknown: \(reason)"), "\(answer.lines)")
    #expect(
      answer.lines[1].contains(
        "\"dirty\":null,\"writeback\":null,\"evicted\":null,\"recentlyEvicted\":null,\"reason\":\"\(reason)\"}"),
      "\(answer.lines)")
    #expect(answer.lines.last == "dirty and writeback are unknown: \(reason)")
    #expect(answer.errors.allSatisfy { $0.contains("but how many are is unknown: \(reason)") }, "\(answer.errors)")
  }

  @Test(
    "What is stored into a hole and not sent to its server is found also where residency is unknown",
    .enabled(if: mayMount, needsMounts))
  func storedIntoHole() throws {
    let folder = folder.path
    let found = try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: folder)
      defer { system.end() }
      let path = system.path.appending("a")
      let file = try FileDescriptor.open(
        path, .readWrite, options: [.create, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      defer { try? file.close() }
      try file.resize(to: 1 << 20)
      // In a thread of its own: only this one may end the server.
      return try onThread(asUser: 65534) {
        let session = try Session()
        try session.perform(.open(path: path.string, forWriting: false))
        // After that nothing is closed, by which it would be sent.
        _ = try file.writeAll(toAbsoluteOffset: 300_000, Array("needle".utf8))
        try session.perform(Command(FindAction(target: .text("needle"))))
        return session.view.cursor * 4096 + session.view.byteCursor
      }
    }
    #expect(found == 300_000)
  }
}
