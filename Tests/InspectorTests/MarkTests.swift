import Foundation
import Glibc
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Marks")
final class MarkTests: SessionSuite {
  private func put(_ name: String, pages: Int) throws {
    try folder.put(name, (0..<pages).flatMap { [UInt8](repeating: UInt8($0 + 1), count: Alignment.page) })
  }

  private func store(_ byte: UInt8, atPage page: Int, of name: String) throws {
    let file = try FileDescriptor.open(folder.file(name), .readWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: Int64(page * Alignment.page + 7), [byte])
  }

  /// What a difference says but for the kernel, which differs from machine to machine.
  private func difference(_ name: String) throws -> [String] {
    try perform("diff \(name)").lines.dropFirst().filter { !$0.hasPrefix("kernel:") }
  }

  private func object(_ name: String) throws -> [String: Any] {
    let line = try perform("diff \(name) json").lines[0]
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test("What was done here since a mark is listed by runs of pages, in the library's states and in the bytes")
  func own() throws {
    try perform("create \(word("a")) 64k", "allocate 4p", "write r1 0x11", "allocate 2p", "mark first")
    #expect(try difference("first") == [])
    try perform("sync r1", "allocate 1p", "write r2 0x22")
    #expect(
      try difference("first") == [
        "library: pages 0-3: written → durable", "library: pages 4-5: allocated → written",
        "library: page 6: free → allocated", "bytes: pages 4-5: 8192 bytes differ, the first at 0x4000",
      ])
    try perform("mark second")
    #expect(try difference("second") == [])
    let nothing = try perform("diff second").lines[0]
    #expect(nothing.hasPrefix("since `second`, ") && nothing.hasSuffix(": nothing has changed that is known"))
    session.useASCII(true)
    #expect(try difference("first").first == "library: pages 0-3: written -> durable")
  }

  @Test("What another program writes to a file that is only looked at is found by its bytes, as JSON too")
  func others() throws {
    try put("a", pages: 8)
    try perform("open \(word("a"))", "mark m")
    try store(99, atPage: 3, of: "a")
    try store(99, atPage: 4, of: "a")
    try store(99, atPage: 7, of: "a")
    #expect(
      try difference("m") == [
        "bytes: pages 3-4: 2 bytes differ, the first at 0x3007", "bytes: page 7: 1 byte differs, at 0x7007",
      ])
    let object = try object("m")
    #expect(object["mark"] as? String == "m" && object["library"] is NSNull)
    #expect(object["size"] as? [String: Int] == ["was": 8 * 4096, "is": 8 * 4096])
    let bytes = try #require(object["bytes"] as? [String: Any])
    #expect(bytes["compared"] as? Int == 8)
    #expect(
      bytes["differ"] as? [[String: Int]] == [
        ["first": 3, "last": 4, "bytes": 2, "offset": 3 * 4096 + 7],
        ["first": 7, "last": 7, "bytes": 1, "offset": 7 * 4096 + 7],
      ])
    #expect((bytes["notCompared"] as? [Any])?.isEmpty == true)
  }

  @Test("Of a mark of a file that had the name before, the remedy is not to open that name")
  func replaced() throws {
    try put("a", pages: 2)
    try put("b", pages: 2)
    try perform("set follow on", "open \(word("a"))", "mark m")
    try run("mv", [folder.file("b").string, folder.file("a").string])
    session.collect()
    let refusal = try refusal(of: "diff m")
    #expect(
      refusal.contains("had this name before; `mark m` marks this one") && !refusal.contains("`open "), "\(refusal)")
    try put("c", pages: 1)
    try perform("open \(word("c"))")
    #expect(try self.refusal(of: "diff m").contains("`open \(word("a"))` and compare there"))
  }

  @Test("Of the last four marks it is known which bytes differ, of older ones only which pages")
  func copies() throws {
    try put("a", pages: 4)
    try perform("open \(word("a"))", "mark m1", "mark m2", "mark m3", "mark m4", "mark m5")
    try store(99, atPage: 2, of: "a")
    #expect(try difference("m1") == ["bytes: page 2: differ"])
    #expect(try difference("m2") == ["bytes: page 2: 1 byte differs, at 0x2007"])
    try perform("mark m1")
    try store(98, atPage: 2, of: "a")
    #expect(try difference("m1") == ["bytes: page 2: 1 byte differs, at 0x2007"])
    #expect(try difference("m2") == ["bytes: page 2: differ"])
  }

  @Test("That a file was made longer or cut is said, and pages are compared as far as both have them")
  func size() throws {
    try put("a", pages: 4)
    try perform("open \(word("a"))", "mark m")
    try run("truncate", ["-s", "6p".replacingOccurrences(of: "6p", with: "24576"), folder.file("a").string])
    session.collect()
    #expect(try difference("m") == ["size: 24576 bytes, was 16384: pages 4-5 are new"])
    try run("truncate", ["-s", "4097", folder.file("a").string])
    session.collect()
    #expect(
      try difference("m").filter { !$0.contains("page 1") } == ["size: 4097 bytes, was 16384: pages 2-3 are gone"])
  }

  @Test("Names: taken again, not known, none yet, of another file")
  func names() throws {
    try put("a", pages: 2)
    try put("b", pages: 2)
    try perform("open \(word("a"))")
    #expect(try perform("mark").lines == ["nothing is marked yet: `mark NAME` marks how the file is now"])
    #expect(try refusal(of: "diff x").hasSuffix("nothing is marked yet; `mark x` marks how the file is now"))
    #expect(try perform("mark before").lines[0].hasPrefix("marked before: 2 pages, with the bytes of "))
    try perform("mark after")
    #expect(try perform("mark before").lines[0].contains("; the mark of "))
    #expect(
      try refusal(of: "diff befor").hasSuffix(
        "there is no such mark; did you mean before? marked are `before`, `after`"))
    #expect(try perform("mark").lines.map { $0.prefix { $0 != ":" } } == ["before", "after"])
    try perform("open \(word("b"))")
    let other = try refusal(of: "diff before")
    #expect(other.contains("the mark is of another file, \(folder.file("a"))"), "\(other)")
    // The remedies work.
    try perform("open \(word("a"))", "diff before", "open \(word("b"))", "mark before", "diff before")
    for wrong in ["mark \"two words\"", "mark json", "mark \"\"", "mark a/b"] {
      #expect(throws: SyntaxError.self) { try Command(parsing: wrong) }
    }
    let completion = Completion("diff b", cursor: 6, in: .init(rangeCount: 0, marks: session.markNames))
    #expect(completion.candidates.map(\.word) == ["before"])
  }

  @Test("Pages that are not in memory are not brought in, and not compared; a hole that was written is")
  func absent() throws {
    try put("a", pages: 8)
    try run("truncate", ["-s", "64k", folder.file("a").string])
    let descriptor = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? descriptor.close() }
    fsync(descriptor.rawValue)
    // A large folio goes as a whole; the first pages come back alone.
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_RANDOM)
    for page in 0..<4 {
      var byte: UInt8 = 0
      // SAFETY: one byte.
      #expect(unsafe pread(descriptor.rawValue, &byte, 1, off_t(page * Alignment.page)) == 1)
    }
    try perform("open \(word("a"))")
    guard session.presence(ofPage: 5) == .absent else { try skip("what is in memory can't be evicted here") }
    try perform("mark m")
    #expect(session.presence(ofPage: 5) == .absent)
    try store(1, atPage: 12, of: "a")
    let found = try difference("m")
    #expect(found.contains("bytes: page 12: 1 byte differs, at 0xc007"), "\(found)")
    #expect(found.contains("bytes: pages 4-7: not compared: not in memory at the mark"), "\(found)")
    fsync(descriptor.rawValue)
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    let later = try difference("m")
    #expect(later.contains("bytes: pages 0-3: not compared: not in memory now"), "\(later)")
    #expect(session.presence(ofPage: 0) == .absent && session.presence(ofPage: 5) == .absent)
  }

  @Test("Pages in many places that are not compared are counted in one line, and listed as JSON")
  func scattered() throws {
    try put("a", pages: 16)
    let descriptor = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? descriptor.close() }
    fsync(descriptor.rawValue)
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_RANDOM)
    for page in stride(from: 0, to: 16, by: 2) {
      var byte: UInt8 = 0
      // SAFETY: one byte.
      #expect(unsafe pread(descriptor.rawValue, &byte, 1, off_t(page * Alignment.page)) == 1)
    }
    try perform("open \(word("a"))", "mark m")
    guard session.presence(ofPage: 5) == .absent, session.presence(ofPage: 6) == .readable else {
      try skip("single pages can't be evicted here")
    }
    let lines = try difference("m").filter { $0.contains("not compared: not in memory at the mark") }
    #expect(lines.count == 1 && lines[0].hasSuffix("; `diff m json` lists them"), "\(lines)")
    #expect(lines.first?.contains(#/^bytes: \d+ pages in \d+ places: /#) == true, "\(lines)")
  }

  @Test("Where too much is in memory the rest is not compared, and that is said")
  func limit() throws {
    try put("a", pages: 8)
    try perform("open \(word("a"))")
    let (file, sampled) = (try #require(session.file), try #require(session.sampledFile))
    let state = FileState(of: file, in: session)
    let digests = ByteDigests(of: sampled, state, atMost: 3)
    #expect(digests.count == 3 && digests.omitted == 5)
    try store(99, atPage: 1, of: "a")
    try store(99, atPage: 2, of: "a")
    let now = FileState(of: file, in: session)
    let all = ByteComparison(sampled, from: state, digests, to: now, atMost: 100)
    #expect(all.differing == [1..<3] && all.compared == 3)
    #expect(all.omitted.map(\.pages) == [3..<8] && all.omitted[0].reason == .tooMany)
    let some = ByteComparison(sampled, from: state, digests, to: now, atMost: 2)
    #expect(some.differing == [1..<2] && some.omitted.map(\.pages) == [2..<8])
  }

  @Test("A sparse file of 1 TiB costs what one of 64 MiB costs")
  func sparse() throws {
    let costs = try [64 << 20, 1 << 40].map { size in
      let session = try Session()
      let path = folder.file("s\(size)").string
      try session.perform(
        "create \(Word.quote(path)) \(size) sparse", "allocate 40p", "write r1 0x33", "sync r1", "mark warm", "mark m")
      return try Cost {
        try session.perform("mark n")
        try session.perform("diff n")
      }
    }
    // A part whose pages differ is divided into 16 again and again: some hundred calls more, where pages are 2^28.
    #expect(try costs[1].calls < costs[0].calls + 1000)
  }

  @Test("The states of a file are the same by runs as page by page")
  func runs() throws {
    try perform("create \(word("a")) 128m sparse")
    var random = Seeded(5)
    for _ in 0..<41 { try perform("allocate \(Int.random(in: 1...900, using: &random))p") }
    for label in 1...40 where Bool.random(using: &random) { try perform("write r\(label) zero") }
    try perform("write r41 zero", "sync r41")
    let file = try #require(session.file)
    var states = [PageState](repeating: .free, count: file.states.count)
    let runs = file.states.usedRuns()
    for run in runs { for page in run.pages { states[page] = run.state } }
    #expect(states == (0..<file.states.count).map { file.states[$0] })
    #expect(
      zip(runs, runs.dropFirst()).allSatisfy { $0.pages.upperBound < $1.pages.lowerBound || $0.state != $1.state })
  }

  @Test("A mark is recorded, and so is a difference")
  func recorded() throws {
    try perform("create \(word("a")) 64k", "record \(word("r.mmv"))", "mark m", "diff m", "record off")
    let text = String(decoding: try folder.bytes("r.mmv"), as: UTF8.self)
    #expect(text.contains(#/\nmark m #@ .*\ndiff m #@/#), "\(text)")
  }
}
