import Foundation
import SystemPackage
import TestSupport
import Testing

/// Whether strace(1) is there and may look at a program.
private let mayTrace: Bool = (try? run("strace", ["-o", "/dev/null", "true"]))?.status == 0

@Suite("System calls, as strace sees them", .enabled(if: mayTrace, "needs strace, and leave to trace"))
struct SystemCallTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The calls of a run, each as one line, with descriptors and their paths.
  private func trace(_ calls: String, _ commands: String...) throws -> [String] {
    let outcome = try run(
      "strace",
      ["-f", "-y", "-o", "trace", "-e", "trace=\(calls)", mmapview, "a", "--create", "4m", "--headless"]
        + commands.flatMap { ["-c", $0] }, in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return String(decoding: try folder.bytes("trace"), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("The first sync makes the directory's entry for a new file durable, and later ones need not")
  func directory() throws {
    let calls = try trace(
      "fsync,msync", "allocate 1p x3", "write all zero", "expect page 0 written", "sync r1", "sync r2", "sync r3")
    #expect(calls.count { $0.contains("msync(") && $0.contains("MS_SYNC") } == 3)
    let directory = try #require(calls.firstIndex { $0.contains("fsync(") })
    #expect(calls.count { $0.contains("fsync(") } == 1)
    #expect(calls[directory].contains("<\(folder.path)>"))
    #expect(calls[..<directory].count { $0.contains("msync(") } == 1)
  }

  @Test("Two hundred writes to allocated pages make no system call of their own")
  func writes() throws {
    let calls = try trace("all", "allocate 1p x200", "say before", "write all counter", "say after")
    let start = try #require(calls.firstIndex { $0.contains("write(1<") && $0.contains("\"before") })
    let end = try #require(calls.firstIndex { $0.contains("write(1<") && $0.contains("\"after") })
    // The session looks once a command whether the file is still whole, prints a line, and may ask for memory.
    let ours = calls[start + 1..<end].filter { call in
      !["fstat", "newfstatat", "write(1<", "brk", "mmap", "munmap"].contains { call.contains($0) }
    }
    #expect(ours.isEmpty, "\(ours)")
    #expect(end - start < 20)
  }

  @Test("A flush is sync_file_range, and never msync")
  func flush() throws {
    let calls = try trace("sync_file_range,msync", "allocate 2p", "write r1 zero", "flush r1")
    #expect(calls.count { $0.contains("sync_file_range(") && $0.contains("0, 8192, SYNC_FILE_RANGE_WRITE)") } == 1)
    #expect(!calls.contains { $0.contains("msync(") })
  }
}
