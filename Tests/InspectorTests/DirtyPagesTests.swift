import PageCache
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Since when pages have been dirty")
final class DirtyPagesTests: FolderSuite {
  private let file: SampledFile
  private let session = try? Session()

  override init() throws {
    let folder = try TemporaryFolder()
    try folder.put("a", [UInt8](repeating: 7, count: 64 * 4096))
    let session = try Session()
    try session.perform(.open(path: folder.file("a").string, forWriting: false))
    file = try #require(session.sampledFile)
    try super.init()
  }

  private func time(_ second: Int) -> WallTime { WallTime(sinceEpoch: .seconds(1_000_000 + second)) }

  /// A sample that says of each page in view what a test has thought up.
  private func sample(_ states: [CachedPage], from first: Int = 0, age: WritebackAge? = nil) -> KernelSample {
    let pages = first..<first + states.count
    var sample = KernelSample(KernelRequest(file, pages: pages, cursor: first))
    sample.runs = zip(pages, states).map { CacheRun(pages: $0..<$0 + 1, state: $1) }
    sample.age = age
    return sample
  }

  @Test("After any samples it has for each page what one gets by going through them page by page")
  func model() {
    var random = Seeded(17)
    for _ in 0..<200 {
      var dirty = DirtyPages()
      var since: [Int: DirtyPages.Since] = [:]
      var looked: (pages: Range<Int>, time: WallTime)?
      for second in 0..<30 {
        let first = Int.random(in: 0..<6, using: &random)
        let kinds: [CachedPage] = [[], .cached, [.cached, .dirty], [.cached, .dirty], [.cached, .writeback]]
        let states = (0..<Int.random(in: 1..<12, using: &random)).map { _ in kinds.randomElement(using: &random) ?? [] }
        let now = time(second)
        let left = dirty.take(sample(states, from: first), begun: .now, at: now)
        var (next, expected) = ([Int: DirtyPages.Since](), [Int]())
        for (page, state) in zip(first..., states) {
          if state.contains(.dirty) {
            let clean = looked.flatMap { $0.pages.contains(page) ? $0.time : nil }
            next[page] = since[page] ?? DirtyPages.Since(seen: now, cleanUntil: clean)
          } else if since[page] != nil, state.contains(.cached) {
            expected.append(page)
          }
        }
        (since, looked) = (next, (first..<first + states.count, now))
        #expect(Array(left.joined()) == expected)
        for page in 0..<20 { #expect(dirty.since(page: page) == since[page]) }
      }
    }
  }

  @Test("A page that the file did not have at the sample before was not dirty then")
  func grown() {
    var dirty = DirtyPages()
    var first = sample([.cached, [.cached, .dirty]], from: 62)
    first.standing = file.standing
    _ = dirty.take(first, begun: .now, at: time(0))
    _ = dirty.take(sample(Array(repeating: [.cached, .dirty], count: 6), from: 61), begun: .now, at: time(3))
    #expect(dirty.since(page: 61) == DirtyPages.Since(seen: time(3), cleanUntil: nil))
    #expect(dirty.since(page: 62) == DirtyPages.Since(seen: time(3), cleanUntil: time(0)))
    #expect(dirty.since(page: 63) == DirtyPages.Since(seen: time(0), cleanUntil: nil))
    for page in 64...66 { #expect(dirty.since(page: page) == DirtyPages.Since(seen: time(3), cleanUntil: time(0))) }
  }

  @Test("Since when is said as far as it is known")
  func sinceWords() {
    func words(_ since: Int, _ isOlder: Bool, _ clean: Int? = nil) -> [String] {
      Dirtiness(since: time(since), isOlder: isOlder, cleanAt: clean.map(time), due: .never).sinceWords
    }
    #expect(words(3, false) == ["since \(time(3))"])
    #expect(words(3, true) == ["since before \(time(3))", "before \(time(3))"])
    // 13:46:40 is where the second count begins.
    let end = "\(time(3))".suffix(2)
    #expect(words(3, true, 0) == ["since \(time(0))-\(end)", "\(time(0))-\(end)"])
    #expect(words(25, true, 0)[0] == "since \(time(0))-\(time(25))")
  }

  @Test("A write here is when it began, where no sample says otherwise; what was only seen may be older")
  func start() {
    func history(_ written: Int...) -> RangeHistory {
      var history = RangeHistory()
      for second in written { history.wasWritten(at: time(second)) }
      return history
    }
    func byWorker(_ second: Int) -> RangeHistory { RangeHistory(isSynced: false, at: time(second)) }
    func start(_ seen: Int, clean: Int?, _ history: RangeHistory? = nil) -> (WallTime, isOlder: Bool) {
      DirtyPages.Since(seen: time(seen), cleanUntil: clean.map(time)).start(history)
    }
    #expect(start(10, clean: 5, history(7)) == (time(7), false))
    // No sample saw it before, and it was written once since it was durable.
    #expect(start(10, clean: nil, history(7)) == (time(7), false))
    #expect(start(10, clean: nil, history(3, 7)) == (time(7), true))
    // A worker wrote it, once or more often.
    #expect(start(10, clean: nil, byWorker(7)) == (time(7), true))
    var rewritten = byWorker(3)
    rewritten.wasReused()
    rewritten.wasWritten(at: time(7))
    #expect(start(10, clean: nil, rewritten) == (time(7), true))
    // Clean after the write: another made it dirty.
    #expect(start(10, clean: 8, history(7)) == (time(10), true))
    // Written again while it was dirty.
    #expect(start(10, clean: 10, history(12)) == (time(10), false))
    #expect(start(10, clean: nil) == (time(10), true))
    #expect(start(10, clean: 10) == (time(10), false))
    // Between two samples that are less than a second apart, and shown as two seconds.
    let (clean, seen) = (WallTime(milliseconds: 9_900), WallTime(milliseconds: 10_100))
    #expect(DirtyPages.Since(seen: seen, cleanUntil: clean).start(nil) == (seen, true))
  }

  @Test("The kernel's age is read, in hundredths of a second, and unknown where it can't be")
  func age() throws {
    func read(_ expire: String?, _ writeback: String?) throws -> WritebackAge? {
      let folder = try TemporaryFolder()
      if let expire { try folder.put("dirty_expire_centisecs", Array(expire.utf8)) }
      if let writeback { try folder.put("dirty_writeback_centisecs", Array(writeback.utf8)) }
      return WritebackAge(in: folder.path)
    }
    #expect(try read("3000\n", "500\n")?.longest == .seconds(35))
    #expect(try read("150\n", "25\n") == WritebackAge(expiry: .milliseconds(1500), interval: .milliseconds(250)))
    let never = try #require(try read("3000\n", "0\n"))
    #expect(never.interval == nil && never.longest == nil)
    #expect(try read("0\n", "500\n")?.longest == .seconds(5))
    #expect(try read(nil, "500\n") == nil)
    #expect(try read("3000\n", nil) == nil)
    #expect(try read("-1\n", "500\n") == nil)
    #expect(try read("\n", "500\n") == nil)
  }

  @Test(
    "What is reported of pages that were written back is what is known: between two samples, and not for this session")
  func words() {
    let (one, two) = (WrittenBack.among([0, 1, 2, 3, 8], written: { _ in time(0) }), time(31))
    #expect(one.map(\.pages) == [0..<4, 8..<9])
    #expect(WrittenBack.among([0, 1, 2], written: { $0 == 1 ? nil : time($0) }).map(\.pages) == [0..<1, 2..<3])
    #expect(WrittenBack.among([0, 1], written: { time($0) }).count == 2)
    #expect(
      WrittenBack.lines(Array(one.prefix(1)), between: time(30), and: two, byItself: true)
        == [
          "the kernel wrote pages 0-3 back by itself, as far as is seen, 31 s after the write; not durable before a sync"
        ])
    #expect(
      WrittenBack.lines(Array(one.suffix(1)), between: time(27), and: two, byItself: false)
        == ["page 8 was written back, not by this session, 27 to 31 s after the write; not durable before a sync"])
    let many = WrittenBack.among((0..<20).map { $0 * 2 }, written: { _ in time(0) })
    let lines = WrittenBack.lines(many, between: time(30), and: two, byItself: true)
    #expect(lines.count == 3 && lines.last == "and so were 18 pages more")
  }
}

@Suite("Pages that are written back with nothing done for it here")
final class WrittenBackTests: SessionSuite {
  private var probe = KernelProbe()
  private let age = WritebackAge()

  private func sample(_ change: (inout KernelSample) -> Void = { _ in }) throws {
    let begun = ContinuousClock.now
    var sample = probe.sample(KernelRequest(try #require(session.sampledFile), pages: 0..<64, cursor: 0))
    change(&sample)
    session.take(sample, begun: begun, at: .now)
  }

  private var news: [String] { session.log.filter { $0.kind == .news }.flatMap(\.lines) }

  private func prepare() throws {
    try perform("create \(word("a")) 256k", "allocate 4p x2")
    try sample()
    try perform("write r1 counter")
    try sample()
    guard session.dirtiness(ofPage: 0) != nil else { try skip("what is dirty is unknown here, or nothing is") }
  }

  private func settle() throws { try perform("expect kernel writeback 0 within 20s", "expect kernel dirty 0") }

  @Test("A sync by another program is no writeback of this session, nor the kernel's own")
  func others() throws {
    try prepare()
    #expect(session.dirtiness(ofPage: 0)?.isOlder == false)
    try run("sync", [folder.file("a").string])
    try settle()
    try sample()
    #expect(news.count == 1 && news[0].contains("pages 0-3 were written back, not by this session, "), "\(news)")
    #expect(session.log.last { $0.kind == .news }?.isMeasured == true)
    #expect(session.dirtiness(ofPage: 0) == nil)
    try sample()
    #expect(news.count == 1)
  }

  @Test(
    "By itself is said of pages that were due, of a file that no other process is seen to have open",
    arguments: [0, 1000], [true, false])
  func byItself(expiry: Int, isAlone: Bool) throws {
    try prepare()
    try sample { $0.age = WritebackAge(expiry: .seconds(expiry), interval: .seconds(1)) }
    try run("sync", [folder.file("a").string])
    try settle()
    try sample { $0.users = isAlone ? [] : nil }
    #expect(news.count == 1 && news[0].hasPrefix("the kernel wrote ") == (expiry == 0 && isAlone), "\(news)")
  }

  @Test(
    "What was done here since the last sample may be why, and then nothing is reported",
    arguments: ["sync r1", "flush r1", "write r2 zero", "find text absent", "reuse r1"])
  func ours(line: String) throws {
    try prepare()
    _ = try? perform(line)
    try run("sync", [folder.file("a").string])
    try settle()
    try sample()
    #expect(news.isEmpty, "\(news)")
  }

  @Test("A look or a move of the cursor is no reason", arguments: ["goto 3", "page 0", "status", "say hello"])
  func looks(line: String) throws {
    try prepare()
    try perform(line)
    try run("sync", [folder.file("a").string])
    try settle()
    try sample()
    #expect(news.count == 1, "\(news)")
  }

  @Test("When it is due is a moment of the clock: the age that is set here after the write")
  func due() throws {
    try prepare()
    guard let longest = age?.longest else { try skip("the kernel's settings can't be read, or age is no reason") }
    let written = try #require(session.range(ofPage: 0)?.history.written)
    let dirtiness = try #require(session.dirtiness(ofPage: 0))
    #expect(dirtiness.since == written && dirtiness.due == .by(written.advanced(by: longest)))
    #expect(session.dirtiness(ofPage: 4) == nil)
    let page = try perform("page 0").lines
    #expect(page.contains("dirty: since \(written)"), "\(page)")
    #expect(page.contains { $0.hasPrefix("due: by about ") && $0.hasSuffix(", by the kernel itself") })
    try perform("sync r1")
    #expect(try !perform("page 0").lines.contains { $0.hasPrefix("dirty:") || $0.hasPrefix("due:") })
  }
}
