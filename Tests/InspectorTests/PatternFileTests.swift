import Foundation
import Glibc
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("A file as a pattern")
final class PatternFileTests: SessionSuite {
  private var source: String { Word.quote("file:" + folder.file("source").string) }

  private func bytes(_ fill: PatternFill, offset: Int, start: Int = 0, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xee, count: count)
    // SAFETY: the buffer is the array's own.
    try unsafe bytes.withUnsafeMutableBytes { try unsafe fill.fill($0, offset: offset, start: start) }
    return bytes
  }

  /// A file that is too long to be held in memory.
  private func putLarge(_ count: Int = 2 << 20) throws -> [UInt8] {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    try folder.put("source", bytes)
    return bytes
  }

  @Test("Bytes behind 2 GiB, where one read ends, are the file's, and the file is not taken into memory")
  func large() throws {
    let file = try FileDescriptor.open(
      folder.file("source"), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: .ownerReadWrite)
    defer { try? file.close() }
    try file.resize(to: 3 << 30)
    let end = (2 << 30) - 4096
    _ = try file.writeAll(toAbsoluteOffset: Int64(end - 4), "beforeafter".utf8)
    let before = anonymousMemory
    let fill = try PatternFill(.file(path: folder.file("source").string))
    #expect(try bytes(fill, offset: end - 4, count: 12) == Array("beforeafter\0".utf8))
    #expect(try bytes(fill, offset: 8192 + end + 2, start: 8192, count: 5) == Array("after".utf8))
    #expect(try bytes(fill, offset: end - 1 + (3 << 30), count: 3) == Array("ore".utf8))
    #expect(anonymousMemory - before < 512 << 10)
  }

  @Test("However little one read gives, the bytes are the file's, over and over", arguments: [1, 7, 4096, 1 << 20])
  func shortReads(most: Int) throws {
    let large = try putLarge((1 << 20) + 5)
    let source = try PatternSource(file: folder.file("source").string, mostPerRead: most)
    let fill = PatternFill(.file(path: folder.file("source").string), source)
    #expect(try bytes(fill, offset: large.count - 9, count: 20) == Array(large.suffix(9) + large.prefix(11)))
    try folder.put("source", [1, 2, 3])
    let small = PatternFill(
      .file(path: ""), try PatternSource(file: folder.file("source").string, mostPerRead: most))
    #expect(
      try bytes(small, offset: 70_001, count: 200_000).enumerated().allSatisfy { $1 == UInt8(($0 + 70_001) % 3 + 1) })
  }

  @Test("A range longer than the file repeats it, and verify compares piece by piece")
  func repeats() throws {
    let source = try putLarge()
    try perform("create \(word("a")) 5m", "allocate 1p", "allocate 5m", "write r2 \(self.source)", "verify r2")
    let written = try folder.bytes("a").dropFirst(4096)
    #expect(written.elementsEqual((source + source + source).prefix(written.count)))
    try run("dd", ["of=\(folder.file("a").string)", "bs=1", "seek=5000000", "conv=notrunc"], input: "??")
    #expect(try refusal(of: "verify r2").contains("at 0x4c4b4"))
  }

  @Test("A file that has changed or is shorter by now is reported, and is no proof against the range")
  func changes() throws {
    let source = try putLarge()
    try perform("create \(word("a")) 3m", "allocate 3m", "write r1 \(self.source)")
    try folder.put("source", source.map { $0 ^ 1 })
    #expect(try refusal(of: "verify r1").contains("has changed since it was written here"))
    try folder.put("source", [1])
    #expect(try refusal(of: "verify r1").contains("has changed since"))
    try folder.put("source", source)
    try perform("verify r1")
  }

  @Test("A file that is cut or changed while it is read ends the filling, and the range is not written")
  func changesMeanwhile() throws {
    _ = try putLarge()
    let fill = try PatternFill(.file(path: folder.file("source").string))
    try run("truncate", ["-s", "5000", folder.file("source").string])
    let error = #expect(throws: CommandError.self) { try bytes(fill, offset: 4096, count: 4096) }
    #expect(error?.description.contains("ends after 5000 bytes, and its size was") == true)
    let (file, allocator) = try MmapFile.create(
      at: folder.file("b"), size: 8192, allocator: ConcurrentAllocator.self)
    guard let range = allocator.allocate(4096) else {
      Issue.record("there was no page")
      return
    }
    do throws(MmapFileError) {
      _ = try file.write(to: range) { writer in try fill.fill(writer, start: 0) }
      Issue.record("it was written")
    } catch {
      let reported = CommandError(error).description
      #expect(
        reported.contains("changed while") && reported.hasSuffix("the range is filled in part, and not written"),
        "\(reported)")
    }
  }

  @Test("What is no regular file with bytes of its own is refused at once, with the reason")
  func unfit() throws {
    // SAFETY: the path is a C string for the length of the call.
    #expect(unsafe mkfifo(folder.file("pipe").string, 0o600) == 0)
    try folder.put("empty", [])
    try perform("create \(word("a")) 2p", "allocate 1p x2")
    for (name, reason) in [
      (folder.path.string, "is a directory"), (folder.file("pipe").string, "is a pipe"),
      ("/dev/zero", "is a character device"),
      (folder.file("empty").string, "has no bytes"), (folder.file("a").string, "is the file that is filled"),
      (folder.file("empty").string + "/", "Not a directory"),
    ] {
      let reported = try refusal(of: "write r1 \(Word.quote("file:" + name))")
      #expect(reported.contains(reason), "\(reported)")
      #expect(try refusal(of: "workers start 1 \(Word.quote("pattern=file:" + name))").contains(reason))
    }
    try perform("expect count allocated 2")
  }

  private static let unsizedFile = "/sys/kernel/mm/transparent_hugepage/enabled"

  @Test(
    "A file whose size is not that of its bytes is not said to be cut",
    .enabled(if: (try? Stat(FilePath(unsizedFile)).size) == 4096, "needs a file of sysfs"))
  func unsized() throws {
    try perform("create \(word("a")) 2p", "allocate 1p")
    let reported = try refusal(of: "write r1 file:\(Self.unsizedFile)")
    #expect(
      reported.contains(", and its size was 4096 when it was opened; a pattern needs") && !reported.contains("cut"))
  }
}
