import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Pages that were evicted")
final class EvictedPagesTests: SessionSuite {
  @Test("They are counted where the kernel has a trace of them, in lines, in JSON and for a script")
  func counted() throws {
    let path = folder.file("a")
    let file = try FileDescriptor.open(
      path, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: 64 * 4096))
    #expect(fsync(file.rawValue) == 0)
    try perform("open \(path)")
    let before = try perform("status json").lines.joined()
    if before.contains(#""evicted":null"#) {
      #expect(before.contains(#""recentlyEvicted":null"#))
      try skip("the kernel counts no evicted pages here (cachestat(2))")
    }
    #expect(before.contains(#""evicted":0,"recentlyEvicted":0"#))
    #expect(try perform("status").lines.joined().contains("evicted") == false)
    let toucher = try Toucher(path, ["read 0,16,32,48", "out"])
    defer { toucher.end() }
    #expect(toucher.step() && toucher.step())
    if ctest_page_state(file.rawValue, 0) & 1 != 0 { try skip("the kernel evicts no page of this file on request") }
    try perform("expect kernel evicted 1+")
    try perform("expect kernel recentlyEvicted 0+")
    try perform("expect kernel 0-15 evicted 1+ within 1s")
    let after = try perform("status json").lines.joined()
    #expect(after.contains(#""evicted":"#) && !after.contains(#""evicted":0"#))
    #expect(try perform("status").lines.joined().contains(" of them recently"))
    #expect(try perform("kernel 0-15").lines.last?.contains(" evicted, ") == true)
    let evicted = try PageCache.counts(of: file, bytes: 0..<16 * 4096).evicted
    #expect(try perform("kernel 0-15 json").lines.joined().contains("\"evicted\":\(evicted),"))
    #expect(throws: CommandError.self) { try self.perform("expect kernel evicted 65+") }
  }

  private struct Counts: Decodable, Equatable {
    let cached: Int
    let dirty: Int?
    let writeback: Int?
    let evicted: Int?
    let recentlyEvicted: Int?
    let reason: String?
  }

  private struct Status: Decodable { let kernel: Counts }

  @Test(
    "They are as many as C code counts at the same moment, on each file system, or unknown",
    .enabled(if: mayMount, needsMounts), arguments: ["ext4", "xfs", "btrfs", "tmpfs", "overlayfs", "FUSE"])
  func fileSystems(name: String) throws {
    let folder = folder.path
    try onThreadWithMounts(name) {
      let disk = ["ext4", "xfs", "btrfs"].contains(name) ? try SmallDisk(in: folder, name) : nil
      defer { disk?.unmount() }
      let fuse = name == "FUSE" ? try FuseFileSystem(in: folder) : nil
      defer { fuse?.end() }
      if name == "tmpfs" { try mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", folder.string) }
      let overlay = name == "overlayfs" ? try mountOverlay(in: folder) : nil
      let path = (disk?.path ?? fuse?.path ?? overlay ?? folder).appending("a")
      try Self.compare(path, isStacked: overlay != nil, keepsAll: name == "tmpfs")
    }
  }

  // The session is of the thread that makes it.
  private static func compare(_ path: FilePath, isStacked: Bool, keepsAll: Bool) throws {
    let file = try FileDescriptor.open(path, .readWrite, options: .create, permissions: .ownerReadWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: 64 * 4096))
    #expect(fsync(file.rawValue) == 0)
    let session = try Session()
    defer { session.shutDown() }
    try session.perform("open \(Word.quote(path.string))")
    let toucher = try Toucher(path, ["read \((0..<64).map(String.init).joined(separator: ","))", "out", "read 3,40"])
    defer { toucher.end() }
    for step in 0...3 {
      if step > 0 { #expect(toucher.step()) }
      for (first, count) in [(0, 64), (0, 16), (37, 5)] {
        let command = "kernel \(first)-\(first + count - 1) json"
        let answer = try stable(file, UInt(first), UInt(count)) {
          try JSONDecoder().decode(Counts.self, from: Data(session.perform(command).lines.joined().utf8))
        }
        try check(answer, isStacked, "\(path) after step \(step): \(command)")
      }
      let (status, seen) = try stable(file, 0, 64) {
        try JSONDecoder().decode(Status.self, from: Data(session.perform("status json").lines.joined().utf8)).kernel
      }
      try check((status, seen), isStacked, "\(path) after step \(step): status json")
      let (evicted, recently) = (seen[3], seen[4])
      if isStacked {
        for count in ["evicted", "recentlyEvicted"] {
          #expect(throws: CommandError.self) { try session.perform("expect kernel \(count) 0+") }
        }
      } else {
        try session.perform(
          "expect kernel evicted \(min(1, evicted))+", "expect kernel recentlyEvicted \(min(1, recently))+")
        #expect(throws: CommandError.self) { try session.perform("expect kernel evicted 65+") }
        // Some kernels keep a page that is in use.
        if step == 2, !keepsAll { #expect(evicted > 0, "\(path): \(seen)") }
      }
    }
  }

  private static func check(
    _ answer: (found: Counts, seen: [Int]), _ isStacked: Bool, _ place: String
  ) throws {
    let (found, seen) = answer
    if isStacked {
      #expect(found.evicted == nil && found.recentlyEvicted == nil && found.dirty == nil, "\(place): \(found)")
      #expect(found.reason?.contains("stacked") == true, "\(place): \(found)")
    } else {
      #expect(
        [found.cached, found.dirty, found.writeback, found.evicted, found.recentlyEvicted] == seen.map(Optional.some),
        "\(place): \(found), \(seen)")
    }
  }

  /// What the program says, and what C code counted right before and right after, which is the same.
  private static func stable(
    _ file: FileDescriptor, _ first: UInt, _ count: UInt, _ ask: () throws -> Counts
  ) throws -> (found: Counts, seen: [Int]) {
    func counted() throws -> [Int] {
      var counts = [UInt](repeating: 0, count: 5)
      // SAFETY: the call fills the five numbers.
      let code = unsafe ctest_cache_counts(file.rawValue, first, count, &counts)
      guard code == 0 else {
        try skip("the kernel counts no evicted pages here (cachestat(2): \(Errno(rawValue: code)))")
      }
      return counts.map { Int($0) }
    }
    for _ in 0..<100 {
      let before = try counted()
      let found = try ask()
      if try counted() == before { return (found, before) }
    }
    try skip("the counts did not rest for a moment")
  }
}
