import Foundation
import SystemPackage
import TestSupport
import Testing

/// Whether strace(1) is there and may look at a program.
private let mayTrace: Bool = (try? run("strace", ["-o", "/dev/null", "true"]))?.status == 0

@Suite("System calls, as strace sees them", .enabled(if: mayTrace, "needs strace, and leave to trace"))
final class SystemCallTests: FolderSuite {
  /// A call by its name, and what strace says of it: arguments, with descriptors and their paths, and result.
  private struct Call: CustomStringConvertible {
    let name: Substring
    let description: String

    init?(_ line: Substring) {
      guard let match = line.firstMatch(of: /^[0-9]+ +([a-z_0-9]+)\((.*)$/) else { return nil }
      (name, description) = (match.1, String(match.2))
    }

    func contains(_ text: String) -> Bool { description.contains(text) }
  }

  /// The calls that a run of a script makes.
  private func trace(_ calls: String, _ commands: String...) throws -> [Call] {
    try trace(calls, ["a", "--create", "4m", "--headless"] + commands.flatMap { ["-c", $0] })
  }

  private func trace(_ calls: String, _ arguments: [String]) throws -> [Call] {
    let outcome = try run(
      "strace", ["-f", "-y", "-s", "100", "-o", "trace", "-e", "trace=\(calls)", mmapview] + arguments,
      in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return String(decoding: try folder.bytes("trace"), as: UTF8.self).split(separator: "\n").compactMap(Call.init)
  }

  @Test("The first sync makes the directory's entry for a new file durable, and later ones need not")
  func directory() throws {
    let calls = try trace(
      "fsync,msync", "allocate 1p x3", "write all zero", "expect page 0 written", "sync r1", "sync r2", "sync r3")
    #expect(calls.count { $0.name == "msync" && $0.contains("MS_SYNC") } == 3)
    let syncs = calls.indices.filter { calls[$0].name == "fsync" && !calls[$0].contains(Self.scratch) }
    let directory = try #require(syncs.first)
    #expect(syncs.count == 1)
    #expect(calls[directory].contains("<\(folder.path)>"))
    #expect(calls[..<directory].count { $0.name == "msync" } == 1)
  }

  private static let scratch = ".ranged-mmap-"

  @Test("Whatever is made gets its name when it is durable, and what is written on is durable when it is whole")
  func names() throws {
    for name in ["s.txt", "r.mmv", "c.cast"] { try folder.put(name, [1]) }
    let calls = try trace(
      "fsync,write,renameat,renameat2,rename",
      [
        "a", "--create", "64k", "--cast", "c.cast", "--force", "--headless", "-c", "allocate 1p", "-c",
        "record r.mmv force", "-c", "write r1 zero", "-c", "screen s.txt force", "-c", "record off",
      ])
    func indices(_ call: String, _ name: String) -> [Int] {
      calls.indices.filter { calls[$0].name == call && calls[$0].contains(name) }
    }
    let isInMemory = try run("stat", ["-f", "-c", "%T", folder.path.string]).output.contains(/tmpfs|ramfs/)
    for name in isInMemory ? ["s.txt", "r.mmv", "c.cast"] : ["a", "s.txt", "r.mmv", "c.cast"] {
      // By which of the calls depends on the C library.
      let renamed = try #require(calls.firstIndex { $0.name.hasPrefix("rename") && $0.contains("\"\(name)\"") })
      let before = try #require(calls[renamed].description.firstMatch(of: /"(\.ranged-mmap-[0-9]+)"/)).1
      let synced = try #require(indices("fsync", "\(before)>").first, "\(name) was not synced: \(calls)")
      let written = indices("write", "\(before)>")
      #expect(synced < renamed && written.allSatisfy { $0 < synced })
      // The file of ranges has its size alone.
      #expect(name == "a" || !written.isEmpty, "\(name) took the other's place with nothing in it: \(calls)")
    }
    for name in ["r.mmv", "c.cast"] {
      // The descriptor bears the name that the file has by now.
      let synced = try #require(indices("fsync", "/\(name)>").last, "\(name) was not synced: \(calls)")
      #expect(indices("write", "/\(name)>").allSatisfy { $0 < synced })
    }
  }

  @Test("A large sync has its pages written before others wait for it, by an open file that is not the mapped one")
  func writtenAhead() throws {
    let calls = try trace(
      "mmap,sync_file_range,msync", "allocate 1p", "allocate 2m", "write all zero", "sync r1", "sync r2")
    // A new file is mapped before it has its name.
    let isOurs = { (call: Call) in call.contains("MAP_SHARED, ") && call.contains(Self.scratch) }
    let mapping = try #require(calls.first { $0.name == "mmap" && isOurs($0) })
    let mapped = try #require(mapping.description.firstMatch(of: /([0-9]+)</)).1
    let writes = calls.indices.filter { calls[$0].name == "sync_file_range" }
    let syncs = calls.indices.filter { calls[$0].name == "msync" }
    #expect(syncs.count == 2 && writes.count == 1)
    let write = try #require(writes.first)
    #expect(syncs[0] < write && write < syncs[1] && calls[write].contains("SYNC_FILE_RANGE_WAIT_AFTER"))
    #expect(try #require(calls[write].description.firstMatch(of: /^([0-9]+)</)).1 != mapped)
  }

  @Test("Two hundred writes to allocated pages make no system call of their own")
  func writes() throws {
    let calls = try trace("all", "allocate 1p x200", "say before", "write all counter", "say after")
    let start = try #require(calls.firstIndex { $0.name == "write" && $0.contains("\"before") })
    let end = try #require(calls.firstIndex { $0.name == "write" && $0.contains("\"after") })
    // The session looks once a command whether the file is still whole, measures what it cost, prints a line, and may ask for
    // memory and the like: few calls, some 60, whatever the number of writes, and none that brings bytes into a file.
    let writing = ["pwrite64", "pwritev", "writev", "madvise", "msync", "sync_file_range", "fallocate", "ftruncate"]
    let ours = calls[start + 1..<end].filter { writing.contains(String($0.name)) }
    #expect(ours.isEmpty, "\(ours)")
    #expect(end - start < 70)
  }

  @Test("A flush is sync_file_range, and never msync")
  func flush() throws {
    let calls = try trace("sync_file_range,msync", "allocate 2p", "write r1 zero", "flush r1")
    #expect(calls.count { $0.name == "sync_file_range" && $0.contains("0, 8192, SYNC_FILE_RANGE_WRITE)") } == 1)
    #expect(!calls.contains { $0.name == "msync" })
  }

  @Test("Whether a lesson can be shown is asked once: the answer is that of a moment")
  func needs() throws {
    let outcome = try run(
      "strace", ["-f", "-o", "trace", "-e", "trace=openat", mmapview, "--lesson", "1", "--headless"],
      in: folder.path.string, environment: ["TMPDIR": "/dev/shm"])
    #expect(outcome.output.contains("can't be shown here"), "\(outcome.output)")
    let calls = String(decoding: try folder.bytes("trace"), as: UTF8.self).split(separator: "\n")
    #expect(calls.count { $0.contains("/probe\"") } == 1)
  }
}
