import CTestSupport
import Glibc
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("What is shown of a file that others change is what is so")
final class LiveTests: SessionSuite {
  private var path: FilePath { folder.file("a") }

  private func open(_ path: FilePath) throws { try session.perform(.open(path: path.string, forWriting: false)) }

  private func request(_ pages: Range<Int>, each pagesPerCell: Int = 1, wholeEach: Int? = nil) throws -> KernelRequest {
    KernelRequest(
      try #require(session.sampledFile), pages: pages, each: pagesPerCell, cursor: pages.lowerBound,
      wholeEach: wholeEach)
  }

  /// A file in memory that this process has, by a name that leads to it.
  private func fileInMemory(pages: Int) throws -> (file: FileDescriptor, path: FilePath) {
    let number = ctest_memory_file()
    guard number >= 0 else { try skip("no file can be made in memory: \(Errno(rawValue: errno))") }
    // No program that another test starts is to have it.
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    let file = FileDescriptor(rawValue: number)
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: pages * Alignment.page))
    return (file, FilePath("/proc/self/fd/\(number)"))
  }

  @Test("A program that has closed the file is gone from the next samples, and not seconds later")
  func users() throws {
    try folder.put("a", [UInt8](repeating: 7, count: Alignment.page))
    try open(path)
    let child = try Running("/bin/bash", ["-c", "exec 3>>\"$0\"; echo ready; read", path.string])
    var probe = KernelProbe()
    func isSeen() throws -> Bool {
      try probe.sample(request(0..<1)).users?.contains { $0.processID == child.processID } ?? false
    }
    _ = try isSeen()
    guard try isSeen() else { try skip("other processes can't be seen here") }
    child.end()
    let end = ContinuousClock.now
    #expect(try isSoon { try !isSeen() })
    // Where a scan takes 17 ms, 0.7 s; it took 3 s.
    #expect(ContinuousClock.now - end < .seconds(2))
  }

  @Test("What is said of a program's flags is said of all its descriptors, or of one")
  func effects() throws {
    if !isInstalled("python3") { try skip("needs python3, which knows the numbers of the flags here") }
    try folder.put("a", [UInt8](repeating: 7, count: Alignment.page))
    try open(path)
    let code =
      "import mmap, os, sys; files = [os.open(sys.argv[1], os.O_RDWR | getattr(os, flag)) for flag in sys.argv[3:]]; "
      + "maps = [mmap.mmap(files[0], 4096) for _ in range(int(sys.argv[2]))]; print(1, flush=True); input()"
    func said(_ maps: Int, _ flags: String...) throws -> String {
      let child = try Running("python3", ["-c", code, path.string, "\(maps)"] + flags)
      defer { child.end() }
      return try perform("users").lines.first { $0.contains(" \(child.processID) ") } ?? ""
    }
    let all = "makes each write durable as it returns, and leaves no page dirty by it"
    let own = try said(0, "O_DSYNC", "O_SYNC")
    #expect(own.hasSuffix(", O_SYNC, O_DSYNC: \(all)"), "\(own)")
    #expect(try said(0, "O_DSYNC", "O_CLOEXEC").hasSuffix(": one of its descriptors, and not each, \(all)"))
    #expect(try said(1, "O_SYNC").hasSuffix(": \(all); what it stores in its mapping is dirty first"))
    #expect(try said(0, "O_CLOEXEC").hasSuffix(" writes"))
  }

  @Test("Bytes that change all the time in a page that is dirty anyway make another sample each time")
  func restless() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 16 * Alignment.page))
    try open(path)
    let file = try FileDescriptor.open(path, .readWrite, options: .closeOnExec)
    defer { try? file.close() }
    let mapping = try Stores(file, pages: 16)
    var probe = KernelProbe()
    _ = probe.sample(try request(0..<16))
    mapping.store(1, page: 5)
    var last = probe.sample(try request(0..<16))
    guard last.marks[5] == .fresh else { try skip("a store through a mapping is not reported to be dirty here") }
    for byte in UInt8(2)..<6 {
      mapping.store(byte, page: 5)
      let next = probe.sample(try request(0..<16))
      #expect(next.marks == [5: .fresh])
      #expect(next != last, "what has changed once more looks the same")
      last = next
    }
  }

  @Test("Stores through another mapping of a file in memory, where no page is ever dirty, are seen")
  func inMemory() throws {
    let (file, path) = try fileInMemory(pages: 16)
    defer { try? file.close() }
    try open(path)
    let mapping = try Stores(file, pages: 16)
    var probe = KernelProbe()
    #expect(probe.sample(try request(0..<16)).marks.isEmpty)
    mapping.store(8, page: 11)
    let seen = probe.sample(try request(0..<16))
    #expect(seen.marks == [11: .fresh])
    #expect(probe.sample(try request(0..<16)).generation == seen.generation, "nothing has changed again")
  }

  @Test("What others may store without an event is sampled once a second; a memory file of ours alone comes to rest")
  func outlook() throws {
    let (file, path) = try fileInMemory(pages: 16)
    defer { try? file.close() }
    try open(path)
    var probe = KernelProbe()
    for _ in 0..<2 { #expect(probe.sample(try request(0..<16)).longestPause == nil) }
    // One who has it open for writing may map it at any time, without an event.
    let other = try Running(
      "sh", ["-c", "exec 3<>/proc/\(getpid())/fd/\(file.rawValue); echo ready; exec sleep 1000"])
    defer { other.end() }
    probe = KernelProbe()
    _ = probe.sample(try request(0..<16))
    let sample = probe.sample(try request(0..<16))
    guard sample.users?.contains(where: { !$0.isSelf }) == true else { try skip("other processes can't be seen here") }
    #expect(sample.longestPause == .seconds(1))
  }

  @Test("Changes are reported in cells of many pages, up to 128 MiB in view", arguments: [2, 4, 64])
  func zoomed(each: Int) throws {
    let pages = 64 * each
    try folder.put("a", [UInt8](repeating: 7, count: pages * Alignment.page))
    try open(path)
    let file = try FileDescriptor.open(path, .readWrite, options: .closeOnExec)
    defer { try? file.close() }
    var probe = KernelProbe()
    let before = probe.sample(try request(0..<pages, each: each))
    #expect(before.marks.isEmpty && before.comparesBytes)
    for page in [each - 1, 5 * each, 64 * each - 1] {
      _ = try file.writeAll(toAbsoluteOffset: Int64(page * Alignment.page), [8])
    }
    let sample = probe.sample(try request(0..<pages, each: each))
    #expect(sample.marks(each: each, from: 0) == [0: .fresh, 5 * each: .fresh, 63 * each: .fresh])
    // The same counts as by the cell.
    if let reason = sample.reason { try skip("the kernel counts no pages here: \(reason)") }
    let groups = try PageCache.groups(of: file, pages: 0..<pages, each: each)
    for (cell, counts) in groups.enumerated() {
      #expect(sample[cell * each]?.cached == counts.cached && sample[cell * each]?.pages == each)
    }
  }

  @Test("Where too much is in view to be compared, no page is said not to have changed")
  func tooMuch() throws {
    try folder.put("a", [7])
    try run("truncate", ["-s", "1g", path.string])
    try open(path)
    var probe = KernelProbe()
    #expect(!probe.sample(try request(0..<1 << 18, each: 256)).comparesBytes)
    #expect(probe.sample(try request(0..<1 << 15, each: 64)).comparesBytes)
  }

  @Test("The whole file is reported in cells of its own, which add up to its counts")
  func whole() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 100 * Alignment.page))
    try run("truncate", ["-s", "\(1000 * Alignment.page)", path.string])
    try open(path)
    var probe = KernelProbe()
    let sample = probe.sample(try request(900..<932, wholeEach: 10))
    guard sample.reason == nil || sample.isResidencyOnly else { try skip("what the kernel knows is unknown here") }
    let totals = try #require(sample.totals)
    #expect(totals == probe.sample(try request(900..<932)).totals)
    #expect(totals.pages == 1000)
    #expect((0..<100).reduce(0) { $0 + (sample.ofWhole($1 * 10)?.cached ?? 0) } == totals.cached)
    #expect(sample.ofWhole(995)?.data == 0 && sample.ofWhole(995)?.pages == 10)
    if sample.extent != nil { #expect(sample.ofWhole(55)?.data == 10) }
  }

  @Test("What was seen of a file stays until the next sample when the file has grown")
  func growing() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4 * Alignment.page))
    try open(path)
    let sampler = try Sampler(waking: session.wakeUp)
    defer { sampler.stop() }
    sampler.turn(to: session.sampledFile, try request(0..<4), isWorking: false, isUrgent: true)
    while sampler.sample(of: session.sampledFile) == nil { session.wakeUp.wait() }
    try run("truncate", ["-s", "64k", path.string])
    session.collect()
    #expect(session.file?.states.count == 16)
    let sample = try #require(sampler.sample(of: session.sampledFile)?.sample)
    #expect(sample.pages == 0..<4 && sample.lacks(4) && !sample.lacks(3))
  }

  @Test("A frame can wait for the sample that follows what was done")
  func fresh() throws {
    let sampler = try Sampler(waking: session.wakeUp)
    defer { sampler.stop() }
    try perform("create \(word("b")) 64k")
    try perform("allocate 64k")
    for _ in 1...20 {
      try perform("write r1 counter")
      let start = ContinuousClock.now
      sampler.turn(to: session.sampledFile, try request(0..<16), isWorking: false, isUrgent: true)
      sampler.awaitSample(of: session.sampledFile, begunAfter: start, atMost: .seconds(60))
      let sample = try #require(sampler.sample(of: session.sampledFile))
      #expect(sample.begun > start && sample.sample.state?.contains(.cached) != false)
      try perform("sync r1")
      try perform("reuse r1")
    }
  }

  @Test("What the library and the kernel said at two times is no difference")
  func times() throws {
    try perform("create \(word("b")) 64k")
    try perform("allocate 64k")
    try perform("write r1 counter")
    var probe = KernelProbe()
    let (file, before) = (try #require(session.file), probe.sample(try request(0..<16)))
    try perform("sync r1")
    #expect(Disagreement(file, before) == nil)
    let now = probe.sample(try request(0..<16))
    #expect(now.state == nil || Disagreement(file, now) != nil)
  }

  @Test("Who reads a file that was open before wakes a sampler at rest", .timeLimit(.minutes(3)))
  func readers() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4 * Alignment.page))
    try run("sync", [path.string])
    let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    defer { try? file.close() }
    try open(path)
    guard session.sampledFile?.isReadUnnoticed == true else { try skip("what the inspector reads is an event here") }
    let sampler = try Sampler(waking: session.wakeUp)
    defer { sampler.stop() }
    sampler.turn(to: session.sampledFile, try request(0..<4), isWorking: false, isUrgent: true)
    try waitForRest()
    // SAFETY: the array has room for one byte.
    var bytes: [UInt8] = [0]
    _ = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(fromAbsoluteOffset: 0, into: $0) }
    #expect(isWoken(within: 60_000), "it slept on for a minute")
    try waitForRest()
  }

  private func waitForRest() throws {
    for _ in 0..<20 {
      session.wakeUp.clear()
      if !isWoken(within: 6000) { return }
    }
    throw NeverRests()
  }

  private func isWoken(within milliseconds: Int32) -> Bool {
    var polled = pollfd(fd: session.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one entry, for the length of the call.
    return unsafe poll(&polled, 1, milliseconds) == 1
  }

  private struct NeverRests: Error {}
}

/// A mapping of its own, through which bytes are stored as another program does it.
@safe private final class Stores {
  private let memory: UnsafeMutableRawBufferPointer

  init(_ file: FileDescriptor, pages: Int) throws {
    let length = pages * Alignment.page
    // SAFETY: the file has these pages; deinit lets go of them.
    let start = unsafe mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0)
    guard let start = unsafe start, unsafe start != MAP_FAILED else { throw Errno(rawValue: errno) }
    unsafe memory = UnsafeMutableRawBufferPointer(start: start, count: length)
  }

  // SAFETY: mapped by init.
  deinit { unsafe munmap(memory.baseAddress, memory.count) }

  func store(_ byte: UInt8, page: Int) {
    // SAFETY: the subscript checks the offset.
    unsafe memory[page * Alignment.page + 100] = byte
  }
}
