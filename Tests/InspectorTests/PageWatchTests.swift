import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Changes that are reported as they come")
final class PageWatchTests: FolderSuite {
  private func session() throws -> Session {
    try folder.put("a", [UInt8](repeating: 7, count: 40960))
    try run("sync", [folder.file("a").string])
    let session = try Session()
    try session.perform(.open(path: folder.file("a").string, forWriting: false))
    return session
  }

  /// Waits until the session has reported something.
  private func waitUntilTold(_ session: Session, _ text: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !session.log.contains(where: { $0.kind == .output && $0.lines.contains { $0.contains(text) } }) {
      try #require(ContinuousClock.now < deadline, "\(text): \(session.log)")
      session.wakeUp.wait(atMost: .seconds(1))
      session.collect()
    }
  }

  @Test("What differs between two samples is reported once, in the pages that both are of")
  func changes() {
    func run(_ pages: Range<Int>, _ state: CachedPage) -> CacheRun { CacheRun(pages: pages, state: state) }
    let before = [run(0..<4, .cached), run(4..<6, [.cached, .dirty]), run(6..<10, [])]
    let now = [run(0..<2, .cached), run(2..<5, [.cached, .dirty]), run(5..<7, []), run(7..<8, .cached)]
    let changes = PageChange.changes(from: before, to: now)
    #expect(changes.map(\.pages) == [2..<4, 5..<6, 7..<8])
    #expect(changes.map(\.word) == ["dirty", "evicted", "clean"])
    #expect(changes.map { "\($0.before)" } == ["clean", "dirty", "not cached"])
    #expect(PageChange.changes(from: now, to: now).isEmpty && PageChange.changes(from: [], to: now).isEmpty)
  }

  @Test("Pages, size and name are reported in words, and the watch ends when it is stopped")
  func words() throws {
    let session = try session()
    defer { session.shutDown() }
    try session.perform("watch")
    #expect(session.isWatching && session.isWaiting)
    try waitUntilTold(session, " watching \(folder.file("a")): 40960 bytes, ")
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 40960, [UInt8](repeating: 8, count: 8192))
    try waitUntilTold(session, " size: 49152 bytes, was 40960")
    if session.sampledFile.map({ (try? PageCache.counts(of: $0.descriptor, bytes: 0..<4096)) != nil }) == true {
      try waitUntilTold(session, " pages 10-11: ")
      #expect(session.document.watching.changes.contains(10..<12))
    }
    try run("mv", [folder.file("a").string, folder.file("b").string])
    try waitUntilTold(session, " name: renamed, is \(folder.file("b")) now")
    #expect(throws: CommandError.self) { try session.perform(Command(FindAction(target: .bytes([8])))) }
    try session.perform(.stop)
    try waitUntilTold(session, "watched \(folder.file("a")): ")
    #expect(!session.isWatching && !session.isWaiting)
  }

  @Test("Bytes that change in pages that stay dirty or clean are reported, and found by `find kernel changed`")
  func bytes() throws {
    let session = try session()
    defer { session.shutDown() }
    try session.perform("watch")
    try waitUntilTold(session, " watching \(folder.file("a")): 40960 bytes, ")
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 4 * 4096, [1])
    if session.sampledFile.map({ (try? PageCache.counts(of: $0.descriptor, bytes: 0..<4096)) != nil }) == true {
      try waitUntilTold(session, ": dirty, was clean")
    }
    _ = try file.writeAll(toAbsoluteOffset: 4 * 4096, [2])
    try waitUntilTold(session, " page 4: other bytes")
    _ = try file.writeAll(toAbsoluteOffset: 6 * 4096 + 5, [2])
    try run("sync", [folder.file("a").string])
    #expect(session.document.watching.changes.contains(4..<5))
    try session.perform(.stop)
    try waitUntilTold(session, "watched \(folder.file("a")): ")
  }

  @Test("Only the watch reports changes of name and size while it runs; later ones are reported as ever")
  func once() throws {
    let session = try session()
    defer { session.shutDown() }
    try session.perform("watch")
    try waitUntilTold(session, " watching ")
    let (a, b) = (folder.file("a").string, folder.file("b").string)
    try run("mv", [a, b])
    try waitUntilTold(session, " name: renamed, is \(b) now")
    for size in [8192, 0] {
      try run("truncate", ["-s", "\(size)", b])
      try waitUntilTold(session, " size: \(size) bytes, was ")
    }
    try session.perform(.stop)
    try waitUntilTold(session, "watched ")
    session.collect()
    #expect(session.log.filter { $0.kind == .news || $0.kind == .failure } == [], "\(session.log)")
    #expect(session.fileName?.string == b && session.otherSize == 0)
    try run("rm", [b])
    session.collect()
    #expect(session.log.last?.lines.first?.contains("the file was deleted") == true, "\(session.log)")
  }

  @Test("What changes until a watch is stopped is reported by it")
  func lastLook() throws {
    let session = try session()
    defer { session.shutDown() }
    try session.perform("watch")
    try waitUntilTold(session, " watching ")
    try run("truncate", ["-s", "0", folder.file("a").string])
    try session.perform(.stop)
    try waitUntilTold(session, "watched ")
    #expect(session.log.contains { $0.lines.contains { $0.contains(" size: 0 bytes, was 40960") } }, "\(session.log)")
  }

  @Test("Where the name is gone along with, a watch turns to the next file that takes it")
  func follows() throws {
    let session = try session()
    defer { session.shutDown() }
    try session.perform("set follow on", "watch")
    try waitUntilTold(session, ": 40960 bytes, ")
    try folder.put("b", [UInt8](repeating: 7, count: 4096))
    try run("mv", [folder.file("b").string, folder.file("a").string])
    try waitUntilTold(session, ": 4096 bytes, ")
    try run("truncate", ["-s", "12k", folder.file("a").string])
    try waitUntilTold(session, " size: 12288 bytes, was 4096")
    #expect(!session.log.contains { $0.kind == .news }, "\(session.log)")
  }

  @Test("A file that had lost its name before the first sample is reported to be without one")
  func nameless() throws {
    let session = try session()
    defer { session.shutDown() }
    try run("rm", [folder.file("a").string])
    try session.perform("watch json for 50ms")
    try waitUntilTold(session, "\"event\":\"end\",\"changes\":0")
    let lines = session.log.filter { $0.kind == .output }.flatMap(\.lines)
    #expect(lines.count { $0.contains("\"event\":\"name\",\"fate\":\"deleted\",\"path\":null") } == 1, "\(lines)")
  }

  @Test("A watch has its time, and its lines are JSON for who asks for that")
  func json() throws {
    let session = try session()
    defer { session.shutDown() }
    try session.perform("watch 0-3 json for 50ms")
    try waitUntilTold(session, "\"event\":\"end\",\"changes\":")
    let lines = session.log.filter { $0.kind == .output }.flatMap(\.lines)
    let events = try lines.map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(events.first?["event"] as? String == "start" && events.first?["size"] as? Int == 40960)
    #expect(events.allSatisfy { ($0["time"] as? String)?.hasSuffix("Z") == true })
    #expect(throws: CommandError("page 10: the last page is 9")) {
      try session.perform("watch 8-10")
    }
  }
}
