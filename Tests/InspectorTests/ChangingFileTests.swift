import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Questions about a file that others change")
final class ChangingFileTests: SessionSuite {
  private var name: String { word("a") }

  private func json(_ line: String) throws -> [String: Any] {
    let text = try #require(try perform(line).lines.last)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func failure(_ line: String) -> String? {
    do { try perform(line) } catch { return "\(error)" }
    return nil
  }

  private func open(pages: Int) throws -> FileDescriptor {
    try folder.put("a", [UInt8](repeating: 7, count: pages * 4096))
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    try run("sync", [folder.file("a").string])
    try perform("open \(name)")
    return file
  }

  private func requireCounts(_ file: FileDescriptor) throws {
    guard session.file?.isDurable == true, (try? PageCache.counts(of: file, bytes: 0..<4096)) != nil else {
      try skip("not on a disk, or the kernel does not say what is dirty here")
    }
  }

  @Test("What the kernel is expected to count is counted to the end that the file has by then")
  func growing() throws {
    let file = try open(pages: 16)
    defer { try? file.close() }
    try requireCounts(file)
    let opened = try #require(session.file)
    // The session has no time to notice.
    _ = try file.writeAll(toAbsoluteOffset: 16 * 4096, [UInt8](repeating: 8, count: 100 * 4096))
    let wait = KernelWait(opened, .dirty, ExpectedNumber(value: 0, isLeast: false), of: nil, within: .zero)
    let found = Result { try wait.event(try wait.run()) }
    let dirty = try PageCache.counts(of: file, bytes: 0..<116 * 4096).dirty
    if dirty < 100 { try skip("the disk has written back meanwhile") }
    #expect(throws: CommandError.self) { try found.get() }
    let most = KernelWait(opened, .cached, ExpectedNumber(value: 100, isLeast: true), of: nil, within: .zero)
    #expect(try most.event(try most.run()).lines == ["as expected: kernel cached 100+, found 116"])
    #expect(session.kernelSummary(of: opened).hasPrefix("116 cached, "))
  }

  @Test("A file that was cut to nothing has no size, no pages and no bytes that a script could count on")
  func cut() throws {
    let file = try open(pages: 10)
    defer { try? file.close() }
    try file.resize(to: 0)
    let status = try json("status json")
    #expect(status["size"] as? Int == 0 && status["pages"] as? Int == 0 && status["mapped"] as? Int == 40960)
    #expect(
      failure("expect size 40960") == "expect size 40k: expected a file of 40960 bytes, found 0; "
        + "give one of that size, as with --create 40k")
    try perform("expect size 0")
    #expect(try perform("status").lines[0].hasPrefix("\(folder.file("a")): 0 pages, not ours; kernel: 0 cached"))
    #expect(failure("expect kernel 0-9 dirty 0")?.contains("but the file ends before") == true)
    let kernel = try json("kernel all json")
    #expect(kernel["pages"] as? Int == 0 && (kernel["runs"] as? [Any])?.isEmpty == true)
    #expect((try json("extents json")["extents"] as? [Any])?.isEmpty == true)
  }

  @Test("The fate of a file's name is reported, and the name that it has")
  func fate() throws {
    let file = try open(pages: 1)
    defer { try? file.close() }
    #expect(try json("status json")["fate"] as? String == "kept")
    let steps: [(command: [String], fate: String, path: String?)] = [
      (["mv", folder.file("a").string, folder.file("b").string], "renamed", "b"),
      (["cp", folder.file("b").string, folder.file("a").string], "replaced", "b"),
      (["rm", folder.file("b").string], "replaced", nil),
      (["rm", folder.file("a").string], "deleted", nil),
    ]
    for (command, fate, path) in steps {
      try run(command[0], Array(command.dropFirst()))
      let status = try json("status json")
      #expect(status["fate"] as? String == fate)
      #expect((status["path"] as? String).flatMap { FilePath($0).lastComponent?.string } == path)
      let inode = try file.stat().inode
      #expect("\(status["inode"] ?? 0)" == "\(inode.rawValue)")
    }
  }

  @Test("No state is reported or expected of pages that are not ours")
  func notOurs() throws {
    let file = try open(pages: 5)
    defer { try? file.close() }
    #expect(try json("status json")["states"] is NSNull)
    #expect(try perform("status").lines[0].contains(": 5 pages, not ours; kernel: "))
    #expect(try perform("page 3").lines[1] == "state: not ours")
    for line in ["expect count free 5", "expect page 0-4 free", "find state free"] {
      #expect(failure(line)?.contains("its pages are not ours, and have no state; this library's rule") == true)
    }
    // The remedy, as it is reported.
    try perform("open \(name) write")
    try perform("expect count free 5")
    #expect((try json("status json")["states"] as? [String: Int])?["free"] == 5)
  }

  @Test("When others last wrote a file is reported, and of one that is written here it is not asked")
  func written() throws {
    let file = try open(pages: 1)
    defer { try? file.close() }
    #expect(try perform("page").lines.contains(where: { $0.contains(#/, last written \d+(\.\d)? (s|min) ago/#) }))
    #expect((try json("status json")["modified"] as? String)?.contains(#/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/#) == true)
    try perform("open \(name) write")
    #expect(try !perform("page").lines.contains { $0.contains("last written") })
    #expect(try json("status json")["modified"] is NSNull)
  }

  @Test("A clean page of a FUSE file is said to be the daemon's", .enabled(if: mayMount, needsMounts))
  func served() throws {
    let path = folder.path
    let sentence = try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: path)
      defer { system.end() }
      let name = system.path.appending("a")
      try run("dd", ["if=/dev/urandom", "of=\(name)", "bs=4k", "count=4", "conv=fsync"])
      let session = try Session()
      defer { session.shutDown() }
      try session.perform(.open(path: name.string, forWriting: false))
      let file = try #require(session.file)
      _ = try file.presentBytes(0..<4096)
      var probe = KernelProbe()
      let sample = probe.sample(KernelRequest(try #require(session.sampledFile), pages: 0..<4, cursor: 0))
      if let reason = sample.reason { try skip("what the kernel knows is unknown here: \(reason)") }
      return Disagreement(file, sample)?.sentence
    }
    #expect(
      sentence == "clean on FUSE: given to the daemon that serves the file, which may have written it nowhere yet")
  }

  @Test("Ages are reported in the unit that reads best, and a clock that was set back makes none below nothing")
  func ages() {
    let now = WallTime(sinceEpoch: .seconds(1_000_000))
    let ages = [-5.0, 0.26, 9.99, 119, 120, 7200, 172_800].map {
      now.age(of: WallTime(sinceEpoch: .seconds(1_000_000 - $0)))
    }
    #expect(ages == ["0.0 s ago", "0.2 s ago", "9.9 s ago", "119 s ago", "2 min ago", "2 h ago", "2 days ago"])
    #expect(WallTime(sinceEpoch: .milliseconds(1_738_316_467_007)).date == "2025-01-31T09:41:07.007Z")
    #expect(WallTime(sinceEpoch: .milliseconds(-1)).date == "1969-12-31T23:59:59.999Z")
  }

  @Test("The kernel's counts of some pages can be expected, and those of all looked at")
  func parts() throws {
    let file = try open(pages: 40)
    defer { try? file.close() }
    try requireCounts(file)
    if session.kernelSummary(of: try #require(session.file)) != "40 cached, 0 dirty, 0 in writeback" {
      try skip("pages of a file that was just written are not all clean and cached here")
    }
    _ = try file.writeAll(toAbsoluteOffset: 32 * 4096, [8])
    try perform("expect kernel 0-7 dirty 0")
    try perform("expect kernel 32 dirty 1 within 1s")
    try perform("expect kernel 32-39 cached 4+")
    let all = try json("kernel all json")
    #expect(all["pages"] as? Int == 40 && all["cached"] as? Int == 40 && all["reason"] is NSNull)
    let runs = try #require(all["runs"] as? [[String: Any]])
    #expect(runs.compactMap { $0["first"] as? Int }.first == 0 && runs.compactMap { $0["last"] as? Int }.last == 39)
    let dirty = runs.filter { $0["dirty"] as? Bool == true }.reduce(0) { count, run in
      count + (run["last"] as? Int ?? 0) - (run["first"] as? Int ?? 0) + 1
    }
    #expect(all["dirty"] as? Int == dirty && dirty > 0)
    #expect(try perform("kernel all").lines.count == runs.count)
    #expect(
      failure("expect kernel 32 dirty 0") == "expect kernel 32 dirty 0: expected the kernel to count 0 pages dirty "
        + "in page 32, found 1")
  }

  @Test("Dirty and cached pages are found among many, in both directions, and around the end")
  func found() throws {
    let size = 1 << 30
    let file = try FileDescriptor.open(folder.file("a"), .readWrite, options: .create, permissions: .ownerReadWrite)
    defer { try? file.close() }
    try file.resize(to: Int64(size))
    try perform("open \(name)")
    try requireCounts(file)
    let places = [100_000, 200_000, 262_000]
    for page in places { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [8]) }
    let dirty = try PageCache.runs(of: file, pages: 0..<size / 4096).filter { $0.state.contains(.dirty) }
    if dirty.map(\.pages) != places.map({ $0..<$0 + 1 }) {
      try skip("writeback has begun, or a folio has several pages")
    }
    for page in places + [places[0]] {
      try perform("find kernel dirty")
      #expect(session.view.cursor == page)
    }
    try perform("find previous")
    #expect(session.view.cursor == places[2])
    try perform("goto 150000")
    try perform("find kernel cached")
    #expect(session.view.cursor == places[1])
    #expect(failure("find kernel clean") == "find kernel clean: there is none in the file")
    try run("sync", [folder.file("a").string])
    #expect(failure("find kernel dirty") == "find kernel dirty: there is none in the file")
    // One that is dirty again among the clean ones.
    _ = try file.writeAll(toAbsoluteOffset: Int64(places[1] * 4096), [9])
    for page in [places[2], places[0]] {
      try perform("find kernel clean")
      #expect(session.view.cursor == page)
    }
  }

  @Test("Pages that were seen to change are found")
  func changed() throws {
    let file = try open(pages: 20)
    defer { try? file.close() }
    #expect(failure("find kernel changed")?.contains("no page was seen to change") == true)
    session.view.markedPages = [3, 17]
    for page in [3, 17, 3] {
      try perform("find kernel changed")
      #expect(session.view.cursor == page)
    }
    session.view.markedPages = []
    session.document.watching.changes = [5..<8]
    try perform("find previous")
    #expect(session.view.cursor == 7)
  }
}
