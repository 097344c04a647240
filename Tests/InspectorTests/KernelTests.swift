import CTestSupport
import Glibc
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("The kernel's view of a session's file")
final class KernelTests: SessionSuite {
  private func request(_ pages: Range<Int>, cursor: Int = 0) throws -> KernelRequest {
    KernelRequest(try #require(session.sampledFile), pages: pages, cursor: cursor)
  }

  private var name: String { word("a") }

  private func requireCounts() throws {
    guard let file = session.file, file.isDurable,
      (try? PageCache.counts(of: file.descriptor, bytes: 0..<4096)) != nil
    else { try skip("not on a disk, or the kernel does not say what is dirty here") }
  }

  @Test("The layer is the library's for a file that is written here, else the kernel's, or the one that was set")
  func layers() throws {
    try perform("create \(name) 64k")
    #expect(session.layer == .library)
    let onlooker = try Session()
    try onlooker.perform(.open(path: folder.file("a").string, forWriting: false))
    #expect(onlooker.layer == .kernel)
    try onlooker.perform(.layer(.both))
    #expect(onlooker.layer == .both)
    #expect(Layer.allCases.map(\.next) == [.kernel, .both, .library])
  }

  @Test("A sample shows what the kernel says of each page in view, and changes nothing")
  func oneSample() throws {
    try perform("create \(name) 256k", "allocate 16p x4", "write r1 counter", "write r3 counter")
    var probe = KernelProbe()
    let sample = probe.sample(try request(8..<40, cursor: 33))
    let file = try #require(session.file)
    if let reason = sample.reason { try skip("what the kernel knows is unknown here: \(reason)") }
    for page in 8..<40 {
      let alone = try PageCache.runs(of: file.descriptor, pages: page..<page + 1)
      #expect(sample[page]?.cached == (alone.first?.state.contains(.cached) == true ? 1 : 0))
      #expect(sample[page]?.dirty == (alone.first?.state.contains(.dirty) == true ? 1 : 0))
    }
    #expect(sample[7] == nil && sample[40] == nil)
    let runs = try PageCache.runs(of: file.descriptor, pages: 0..<file.states.count)
    #expect(sample.alike == runs.first { $0.pages.contains(33) }?.pages)
    let counts = try PageCache.counts(of: file.descriptor, bytes: 0..<file.size)
    #expect(sample.totals?.cached == counts.cached && sample.totals?.dirty == counts.dirty)
  }

  @Test("Samples of a file bring none of its pages into memory")
  func samplesAreHarmless() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 100 * 4096))
    try run("sync", [folder.file("a").string])
    try run("dd", ["of=\(folder.file("a").string)", "oflag=nocache", "conv=notrunc,fdatasync", "count=0"])
    try perform("open \(name)")
    var probe = KernelProbe()
    let before = probe.sample(try request(0..<100))
    if before.totals?.cached != 0 { try skip("the pages can't be dropped from memory here") }
    for _ in 0..<5 { #expect(probe.sample(try request(0..<100)).totals?.cached == 0) }
  }

  @Test("Pages that another program changes are marked, and no others")
  func changes() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 100 * 4096))
    try perform("open \(name)")
    var probe = KernelProbe()
    #expect(probe.sample(try request(0..<100)).marks.isEmpty)
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    for page in [3, 4, 77] { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096 + 4095), [8]) }
    let marked = probe.sample(try request(0..<100))
    #expect(marked.marks == [3: .fresh, 4: .fresh, 77: .fresh])
    // The same bytes once more are no change, though they make the page dirty.
    _ = try file.writeAll(toAbsoluteOffset: 50 * 4096, [7])
    #expect(probe.sample(try request(0..<100)).marks[50] == nil)
  }

  @Test("A file that grows is followed, with its new pages marked, and one that is cut is reported")
  func follows() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 2 * 4096))
    try perform("open \(name)")
    var probe = KernelProbe()
    _ = probe.sample(try request(0..<2))
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 2 * 4096, [UInt8](repeating: 9, count: 5000))
    session.collect()
    #expect(session.file?.states.count == 4)
    #expect(session.log.last?.kind != .failure)
    #expect(probe.sample(try request(0..<4)).marks == [2: .fresh, 3: .fresh])
    try file.resize(to: 4096)
    session.collect()
    #expect(session.file?.states.count == 1)
    #expect(session.log.last?.lines.first?.contains("was cut to 1 page") == true)
    try file.resize(to: 0)
    session.collect()
    session.collect()
    #expect(session.log.count { $0.lines.contains { $0.contains("is empty now") } } == 1)
    // It grows, though to less than it was when it was mapped.
    _ = try file.writeAll(toAbsoluteOffset: 0, [1])
    session.collect()
    #expect(session.file?.size == 1)
    #expect(session.log.count { $0.lines.contains { $0.contains("was cut to") } } == 1)
    #expect(session.file != nil)
  }

  @Test("A file that is removed or replaced while it is looked at is reported once, and stays in view")
  func removed() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8192))
    try folder.put("b", [UInt8](repeating: 7, count: 8192))
    try perform("open \(name)")
    let aside = try #require(session.sampledFile)
    try run("ln", [folder.file("a").string, folder.file("c").string])
    try run("mv", [folder.file("b").string, folder.file("a").string])
    session.collect()
    #expect(session.log.last?.lines.first?.contains("leads to another file now") == true)
    #expect(session.fileName?.lastComponent?.string == "a")
    try run("rm", [folder.file("a").string, folder.file("c").string])
    session.collect()
    session.collect()
    #expect(session.log.count { $0.lines.contains { $0.contains("was deleted") } } == 1)
    #expect(session.sampledFile === aside)
  }

  @Test("A log that is renamed is followed on under its new name, also when a new one takes its place or it is deleted")
  func renamed() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    try perform("open \(name)")
    let log = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? log.close() }
    func append() throws { try log.resize(to: Int64(try #require(session.file?.size) + 4096)) }
    func reported(_ text: String) -> Int { session.log.count { $0.lines.contains { $0.contains(text) } } }
    for (commands, text) in [
      (
        [["mv", folder.file("a").string, folder.file("a.1").string]],
        "was renamed; the file is a.1 now"
      ),
      ([["touch", folder.file("a").string]], "leads to another file now, and the file that you look at is"),
      ([["rm", folder.file("a").string, folder.file("a.1").string]], "was deleted"),
    ] {
      for command in commands { try run(command[0], Array(command.dropFirst())) }
      let pages = try #require(session.file?.states.count)
      session.collect()
      try append()
      session.collect()
      session.collect()
      #expect(reported(text) == 1, "\(session.log)")
      #expect(session.file?.states.count == pages + 1)
      #expect(session.fileName?.lastComponent?.string == (text == "was deleted" ? "a" : "a.1"))
    }
  }

  @Test("Of a file that is written here, the size that others give it is known, and how to map it")
  func resizedByOthers() throws {
    try perform("create \(name) 64k", "allocate 1p", "write r1 zero")
    #expect(session.otherSize == nil)
    try run("truncate", ["-s", "128k", folder.file("a").string])
    session.collect()
    session.collect()
    #expect(session.otherSize == 128 << 10)
    #expect(session.log.count { $0.lines.contains { $0.contains("was made longer by another program") } } == 1)
    // The remedy, as it is reported.
    try perform("open \(name)", "open \(name) write")
    #expect(session.file?.size == 128 << 10 && session.otherSize == nil)
    try run("truncate", ["-s", "4k", folder.file("a").string])
    session.collect()
    #expect(session.otherSize == 4096)
    #expect(session.log.last?.lines.first?.contains("a program cut the file short, to 4096 bytes") == true)
  }

  @Test("The sampler wakes its owner when something changes, and not while nothing does", .timeLimit(.minutes(1)))
  func samples() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 10 * 4096))
    try run("sync", [folder.file("a").string])
    try perform("open \(name)")
    let sampler = try Sampler(waking: session.wakeUp)
    defer { sampler.stop() }
    sampler.turn(to: session.sampledFile, try request(0..<10), isWorking: false, isUrgent: true)
    session.wakeUp.wait()
    #expect(sampler.sample(of: session.sampledFile)?.sample.pages == 0..<10)
    #expect(sampler.sample(of: nil) == nil)
    // It has come to rest after 250 ms, 500 ms, 1 s, 2 s and 4 s; then only an event of the file gets it going.
    session.wakeUp.wait(also: nil, atMost: .seconds(9))
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 5 * 4096, [8])
    while sampler.sample(of: session.sampledFile)?.sample.marks[5] == nil { session.wakeUp.wait() }
  }

  @Test(
    "In the library's layer, too, each write of another program wakes who draws, also where no events are left",
    arguments: [true, false])
  func wakesInEveryLayer(usesEvents: Bool) throws {
    try perform("create \(name) 64k", "allocate 16p", "write r1 counter", "sync r1")
    let sampler = try Sampler(waking: session.wakeUp, usesEvents: usesEvents)
    defer { sampler.stop() }
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    for request in [nil, try request(0..<16)] {
      sampler.turn(to: session.sampledFile, request, isWorking: false, isUrgent: true)
      // Until the watch is there an event would be missed, and each sample before it rests is news. The longest pause
      // before that is 4 s.
      repeat { session.wakeUp.clear() } while isWoken(within: 5000)
      _ = try file.writeAll(toAbsoluteOffset: 0, [9])
      #expect(isWoken(within: 60_000), "it slept on for a minute")
    }
  }

  private func isWoken(within milliseconds: Int32) -> Bool {
    var polled = pollfd(fd: session.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one entry, for the length of the call.
    return unsafe poll(&polled, 1, milliseconds) == 1
  }

  @Test("A byte that changes without any event makes another sample")
  func stores() throws {
    try perform("create \(name) 64k", "allocate 16p", "write r1 zero")
    var probe = KernelProbe()
    let before = probe.sample(try request(0..<16)).digest
    #expect(probe.sample(try request(0..<16)).digest == before)
    // A store into the mapping, which is what another program's would be to the kernel.
    try perform("reuse r1", "write r1 0x01")
    let after = probe.sample(try request(0..<16))
    #expect(after.state?.contains(.cached) != true || after.digest != before)
  }

  @Test("Samples come a few times a second while something moves, ever more rarely after, and then no more")
  func pace() {
    var pace = Pace()
    let cheap = Duration.microseconds(100)
    #expect(pace.next(hasMoved: true, atMost: nil, cost: cheap) == .milliseconds(250))
    #expect(pace.next(hasMoved: false, atMost: nil, cost: cheap) == .milliseconds(500))
    let later = (0..<4).map { _ in pace.next(hasMoved: false, atMost: nil, cost: cheap) }
    #expect(later == [.seconds(1), .seconds(2), .seconds(4), nil])
    #expect(pace.next(hasMoved: false, atMost: .seconds(4), cost: cheap) == .seconds(4))
    #expect(pace.next(hasMoved: false, atMost: .seconds(1), cost: cheap) == .seconds(1))
    #expect(pace.next(hasMoved: true, atMost: nil, cost: .milliseconds(100)) == .milliseconds(900))
  }

  @Test("At every step the counts are those that a C program gets that asks page by page")
  func agreesWithC() throws {
    try perform("create \(name) 1m", "allocate 16p x4")
    let file = try #require(session.file)
    try requireCounts()
    for step in [
      "write r1..r3 counter", "flush r1", "expect kernel writeback 0 within 10s", "sync r2", "sync all", "reuse r1",
      "write r1 zero", "sync r1",
    ] {
      try perform(step)
      // Writeback moves by itself: what is compared must have stood still.
      var counted: [Int] = []
      var asked: CacheCounts
      repeat {
        asked = try PageCache.counts(of: file.descriptor, bytes: 0..<file.size)
        let states = (0..<256).map { ctest_page_state(file.descriptor.rawValue, UInt($0)) }
        counted = [1, 2, 4].map { bit in states.count { $0 & bit != 0 } }
      } while try PageCache.counts(of: file.descriptor, bytes: 0..<file.size) != asked
      #expect([asked.cached, asked.dirty, asked.writeback] == counted, "after \(step)")
      // What is on its way to the disk may be there by the next question.
      if counted[2] > 0 { continue }
      try perform("expect kernel cached \(counted[0])", "expect kernel dirty \(counted[1])")
      try perform("expect kernel writeback 0")
    }
  }

  @Test("A flush is seen to write back: dirty, then clean, and not durable by that")
  func writeback() throws {
    try perform("create \(name) 64m", "allocate 64m", "write r1 counter")
    try requireCounts()
    // A small machine begins to write back before the flush, and a fast disk has ended when it is asked.
    try perform("expect kernel dirty 1+", "flush r1")
    try perform("expect kernel writeback 0 within 60s", "expect kernel dirty 0", "expect count flushing 16384")
    try perform("sync r1", "expect count durable 16384", "reuse r1", "write r1 zero", "expect kernel dirty 1+")
  }

  @Test("A sparse TiB with a thousand scattered pages opens and is sampled with few more system calls than a MiB")
  func cost() throws {
    let sizes = [(name: "small", size: 1 << 20, step: 1), (name: "large", size: 1 << 40, step: 268_000)]
    for (name, size, step) in sizes {
      let file = try FileDescriptor.open(folder.file(name), .readWrite, options: .create, permissions: .ownerReadWrite)
      try file.resize(to: Int64(size))
      for page in 0..<min(1000, size / 4096) { _ = try file.writeAll(toAbsoluteOffset: Int64(page * step * 4096), [7]) }
      try file.close()
    }
    try run("sync", sizes.map { folder.file($0.name).string })
    // The least of three: a sanitizer makes calls of its own, at times hundreds.
    let calls = try sizes.map { file in
      try (0..<3).map { _ in
        try Cost {
          try session.perform(.open(path: folder.file(file.name).string, forWriting: false))
          var probe = KernelProbe()
          #expect(probe.sample(try request(0..<256)).pages.count == 256)
        }.calls
      }.min() ?? 0
    }
    // The pages lie apart in one of them, and are asked for one by one: 190 calls, and 125 of the small file. What grew
    // with the file would be a million times as much.
    #expect(calls[1] < 4 * calls[0], "\(calls)")
  }

  @Test("expect kernel takes a number, or a least one, now or within a time, and says what it found")
  func expectations() throws {
    #expect(
      try Command(parsing: "expect kernel dirty 3")
        == .expect(
          .kernel(.dirty, ExpectedNumber(value: 3, isLeast: false), of: nil, within: .zero)))
    #expect(
      try Command(parsing: "expect kernel cached 1+ within 2s")
        == .expect(
          .kernel(.cached, ExpectedNumber(value: 1, isLeast: true), of: nil, within: .seconds(2))))
    for wrong in ["expect kernel dirty +", "expect kernel dirty 1 within", "expect kernel dirty 1 for 2s"] {
      #expect(throws: SyntaxError.self) { try Command(parsing: wrong) }
    }
    try perform("create \(name) 64k", "allocate 4p", "write r1 counter")
    try requireCounts()
    try perform("expect kernel dirty 4+", "expect error \"at least 99 pages dirty, found\" expect kernel dirty 99+")
    try perform("flush r1", "expect kernel dirty 0 within 10s", "expect kernel writeback 0 within 10s")
  }
}
