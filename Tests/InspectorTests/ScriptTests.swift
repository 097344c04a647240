import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Scripts")
final class ScriptTests: SessionSuite {
  func put(_ name: String, _ text: String) throws { try folder.put(name, Array(text.utf8)) }
  func path(_ name: String) -> String { folder.file(name).string }
  func begin(_ size: String = "1m") throws { try play("create \(Word.quote(path("data"))) \(size)") }

  /// Reads a script that can't be read, and gives the complaint.
  func refusal(_ name: String) throws -> ScriptError {
    try #require(throws: ScriptError.self) { try Script(contentsOf: path(name)) }
  }

  @Test("What is as expected is reported: what was asked for, or the error that had to come")
  func expectations() throws {
    try begin()
    let lines = try play(
      "allocate 4p", "expect page 0-3 allocated", "expect count free 252", "expect size 1m", "expect bytes 0 0000",
      "expect error \"it is allocated\" sync r1", "expect error \"no size\" allocate 2q")
    #expect(lines.count == 7)
    #expect(
      lines[1...4] == [
        "as expected: page 0-3 allocated", "as expected: count free 252", "as expected: size 1m",
        "as expected: bytes 0 0000",
      ])
    #expect(lines[5].hasPrefix("as expected: ") && lines[5].contains("it is allocated"), "\(lines[5])")
    #expect(lines[6] == "as expected: error \"no size\" allocate 2q")
    #expect(session.log.last?.kind == .expected)
  }

  @Test("A sourced script that went through says so, and one that failed does not")
  func sourced() throws {
    try begin()
    try put("good.mmv", "allocate 4p\nexpect page 0-3 allocated\n")
    try put("bad.mmv", "expect page 0 free\n")
    for name in ["good.mmv", "bad.mmv"] {
      try session.perform(.source(path: path(name)))
      while session.isSourcing { session.collect() }
    }
    let lines = session.log.flatMap(\.lines)
    #expect(lines.contains("played \(path("good.mmv")) to its end"))
    #expect(lines.last?.contains("expected page 0 to be free, found allocated") == true)
  }

  // MARK: Splitting

  @Test("A range is cut at a page boundary; what is behind gets the next label, and both go their ways")
  func splits() throws {
    try begin()
    let lines = try play("allocate 4p", "allocate 4p", "split r1 5000", "split r2 5000 down")
    #expect(
      lines.suffix(2) == ["r1: 2 pages at 0x0, r3: 2 pages at 0x2000", "r2: 1 page at 0x4000, r4: 3 pages at 0x5000"])
    try play("write r3 0xa5", "expect page 0-1 allocated", "expect page 2-3 written", "sync r3", "write r1 counter")
    try play("verify all", "expect bytes 8191 ffa5", "write r4 page", "expect page 4 allocated")
    #expect(session.range(ofPage: 3)?.label == 3)
    #expect(session.range(ofPage: 4)?.label == 2)
    #expect(session.range(ofPage: 7)?.label == 4)
  }

  @Test("A range is not cut where nothing would be left, nor after it was written, and stays what it was")
  func doesNotSplit() throws {
    try begin("9000")
    try play(
      "allocate 3p", "expect error \"nothing is left to part\" split r1 9000",
      "expect error \"3 pages\" split r1 8193", "expect error \"nothing is left\" split r1 1 down",
      "expect error \"nothing is left\" split r1 1t", "expect error \"one range\" split all 1p",
      "expect error \"no such\" split r2 1p", "split r1 8193 down", "write r2 zero", "expect page 2 written",
      "expect error \"to be allocated\" split r2 1p", "reuse r2", "write r1..r2 page", "verify all")
  }

  @Test("Every way to cut eight pages leaves each page in one range", arguments: 1..<8)
  func everyCut(pages: Int) throws {
    try begin()
    try play("allocate 8p", "split r1 \(pages)p", "write all page", "verify all", "expect page 0-7 written")
    for page in 0..<8 { #expect(session.range(ofPage: page)?.label == (page < pages ? 1 : 2)) }
  }

  // MARK: Pausing

  @Test("A pause holds the script back for its time, faster at a higher speed, and nothing else")
  func pauses() throws {
    let start = ContinuousClock.now
    try play("set speed 4", "pause 400ms", "say done")
    #expect(ContinuousClock.now - start >= .milliseconds(100))
    #expect(session.log.last?.lines == ["done"])
    try session.perform(Command(PauseAction(time: .seconds(3600))))
    #expect(session.isWaiting)
    #expect(try #require(session.restLeft) > .seconds(800))
    try session.perform(Command(HelpAction(name: nil)))
    session.goOn()
    #expect(!session.isWaiting)
  }

  @Test("Without keys a pause for one passes on; with keys it waits until a key goes on")
  func pausesForKeys() throws {
    try play("pause", "say through")
    session.isAttended = true
    let player = Player(try Script("pause\nsay on", name: "x"))
    _ = try player.step(session)
    #expect(session.isWaitingForKey)
    for _ in 0..<3 {
      session.collect()
      _ = try player.step(session)
    }
    #expect(session.isWaitingForKey && session.log.last?.lines == ["through"])
    session.goOn()
    #expect(!session.isWaitingForKey)
    _ = try player.step(session)
    #expect(session.log.last?.lines == ["on"])
  }

  @Test("`stop script` leaves the script that is played and the sourced one, and is in no recording")
  func leaving() throws {
    try begin()
    try session.begin(recordingTo: OutputFile(path("recording"), isForced: false))
    try put("sourced", "say in\npause 3600s\nsay late")
    #expect(throws: CommandError.self) { try session.perform(.stopScript) }
    session.load(try Script("say one\nstop script\nsay two", name: "x"))
    while case .performed = try session.player.step(session) {}
    session.load(try Script("pause 3600s\nsay three", name: "y"))
    _ = try session.player.step(session)
    try session.perform(.source(path: path("sourced")))
    session.goOn()
    while !session.isResting { session.waitForNews() }
    try session.perform(.stopScript)
    #expect(!session.isWaiting && session.player.upcoming == nil)
    guard case .finished = try session.player.step(session) else { throw CommandError("the script goes on") }
    let captions = session.log.filter { $0.kind == .caption }.flatMap(\.lines)
    #expect(captions == ["one", "in"])
    #expect(session.endRecording().isEmpty)
    #expect(!String(decoding: try folder.bytes("recording"), as: UTF8.self).contains("stop"))
  }

  @Test("A zoom that comes no closer says so, once for each time that it is asked for")
  func closest() throws {
    try begin()
    session.frameShows(pagesPerCell: 2)
    func said() -> Int { session.log.count { $0.lines.first?.hasPrefix("zoom: a cell is one page already") == true } }
    try play("zoom in")
    #expect(session.view.zoom == .pages(1) && said() == 0)
    session.frameShows(pagesPerCell: 1)
    try play("zoom in", "zoom in")
    #expect(session.view.zoom == .pages(1) && said() == 2)
  }

  @Test("So does one that goes no farther, because a cell is the whole file")
  func farthest() throws {
    try begin()
    let pages = try #require(session.file).states.count
    session.frameShows(pagesPerCell: pages / 2)
    func said() -> Int { session.log.count { $0.lines.first?.hasPrefix("zoom: a cell is the whole file") == true } }
    try play("zoom out")
    #expect(session.view.zoom == .pages(pages / 2 * 2) && said() == 0)
    session.frameShows(pagesPerCell: pages)
    try play("zoom out", "zoom out")
    #expect(session.view.zoom == .pages(pages) && said() == 2)
  }

  // MARK: Settings

  @Test("What is set is so from then on, and an unknown setting is reported with the nearest")
  func settings() throws {
    try begin()
    try play("set pattern random:7", "set ascii on", "set layer both", "set theme light", "set zoom 8")
    #expect(session.view.pattern == .random(seed: 7) && session.view.isASCII)
    #expect(session.layer == .both && session.view.theme == .light && session.view.zoom == .pages(8))
    try play("allocate 1p", "write r1 zero", "set ascii off", "set zoom fit")
    #expect(session.view.pattern == .byte(0) && !session.view.isASCII && session.view.zoom == .fit)
    try play("expect error \"did you mean pattern?\" set patern zero", "expect error \"no speed\" set speed 0")
    try play("expect error \"no speed\" set speed 1e3", "expect error \"too\" set zoom 99999999999999999999")
  }

  @Test("Speeds are read as they are written", arguments: ["1", "0.5", "2.05", "100", "0.01", "12.3"])
  func speeds(text: String) throws {
    let speed = try #require(Speed(text))
    #expect("\(speed)" == text)
    #expect(speed.factor == Double(text))
  }

  @Test(
    "What is no speed is none", arguments: ["", "0", ".5", "1.", "1.234", "-1", "+1", "101", "1e2", "½", "99999999999"])
  func noSpeeds(text: String) { #expect(Speed(text) == nil) }

  // MARK: Expected errors

  @Test("An expected error may be one of reading the command; any other wrong word is reported before anything is done")
  func expectedErrors() throws {
    try play("expect error \"no size\" allocate 2q", "expect error \"is missing\" allocate")
    try play("expect error \"did you mean sync?\" snyc r1", "expect error \"unexpected\" quit now")
    try play("expect error \"expected an error\" expect error \"x\" help", "expect error \"no pattern\" write r1 pink")
    for line in ["expect error \"no file\" allocate 2q", "expect error \"no file\"", "expect error \"is missing\""] {
      #expect(throws: SyntaxError.self, "\(line)") { try Command(parsing: line) }
    }
    #expect(!session.isOver)
  }

  @Test("The end of a long step is what an expected error waits for")
  func expectedLaterErrors() throws {
    try begin("80m")
    try play("allocate 64m")
    session.patience = .zero
    try play("expect error \"expected the kernel\" expect kernel cached 99999 within 50ms")
    try play("expect kernel cached 0+ within 1s", "write r1 counter", "expect page 0-16383 written")
    try run("truncate", ["-s", "0", path("data")])
    try play("expect error \"cut the file short\" verify r1")
    let error = #expect(throws: ScriptError.self) { try play("expect error \"elsewhere\" verify r1", "say never") }
    #expect(error?.description.contains("expected an error with \"elsewhere\"") == true)
    #expect(!session.log.contains { $0.lines == ["never"] })
  }

  // MARK: Sourcing

  @Test("What is sourced stands in its place, from the folder of the script that sources it")
  func sources() throws {
    try run("mkdir", [path("sub")])
    try put("outer.mmv", "say one\nsource sub/inner.mmv\nsay four\n")
    try put("sub/inner.mmv", "say two\nsource more.mmv  # beside it\n")
    try put("sub/more.mmv", "say three")
    let script = try Script(contentsOf: path("outer.mmv"))
    #expect(script.steps.map(\.command) == ["one", "two", "three", "four"].map { Command(SayAction(text: $0)) })
    #expect(script.steps[2].position.description == path("sub/more.mmv") + ":1")
    try put("absolute.mmv", "source \(Word.quote(path("sub/inner.mmv")))")
    #expect(try Script(contentsOf: path("absolute.mmv")).steps.count == 2)
  }

  @Test("An error in what is sourced is reported with its own place and word")
  func sourcedErrors() throws {
    try put("outer.mmv", "say one\nsource inner.mmv\n")
    try put("inner.mmv", "\nallocate 2q\n")
    let error = try refusal("outer.mmv")
    #expect(error.description.hasPrefix(path("inner.mmv") + ":2: \"2q\" is no size"))
    #expect(error.mark?.line == "allocate 2q" && error.mark?.columns == 9..<11)
  }

  @Test("A script that sources itself, by whatever name, is refused, and so is one that nests too deep")
  func endlessSources() throws {
    try put("self.mmv", "say one\nsource self.mmv\n")
    #expect(try refusal("self.mmv").description.contains("self.mmv:2: source: "))
    try put("a.mmv", "source b.mmv\n")
    try run("ln", ["-s", "a.mmv", path("b.mmv")])
    #expect(try refusal("a.mmv").description.contains("a.mmv:1: source: "))
    for depth in 1...17 { try put("\(depth).mmv", depth == 17 ? "say end" : "source \(depth + 1).mmv") }
    #expect(try refusal("1.mmv").description.contains("16.mmv:1: source: 16 scripts"))
    #expect(try Script(contentsOf: path("2.mmv")).steps.count == 1)
    // Twice is not endless.
    try put("twice.mmv", "source 17.mmv\nsource 17.mmv")
    #expect(try Script(contentsOf: path("twice.mmv")).steps.count == 2)
  }

  @Test("Scripts that source one another over and over do not grow beyond all bounds")
  func growingSources() throws {
    try put("0.mmv", "# " + String(repeating: "x", count: 1 << 20))
    for depth in 1...9 { try put("\(depth).mmv", "source \(depth - 1).mmv\nsource \(depth - 1).mmv\n") }
    #expect(try refusal("9.mmv").description.contains("longer than 16 MiB"))
  }

  @Test("At the prompt a script is played while others look on, and its failure is reported")
  func sourcesAtThePrompt() throws {
    try begin()
    try put("a.mmv", "allocate 1p\npause 1ms\nwrite r1 zero\n")
    try session.perform(.source(path: path("a.mmv")))
    #expect(session.isWaiting && session.isSourcing)
    while session.isWaiting { session.waitForNews() }
    try play("expect page 0 written")
    try put("b.mmv", "expect page 0 free\nsay never\n")
    try session.perform(.source(path: path("b.mmv")))
    while session.isWaiting { session.waitForNews() }
    #expect(session.log.last?.lines[0].contains("b.mmv:1: expect page 0 free: expected page 0 to be free") == true)
    try put("c.mmv", "write r2 zero")
    let source = "source \(Word.quote(path("c.mmv")))"
    try play(
      "expect error \"r2: no such range\" \(source)", "allocate 1p",
      "expect error \"but the command\" expect error \"x\" \(source)")
    #expect(!session.isSourcing)
    try play("expect error \"No such file\" source missing.mmv", "expect error \"is a directory\" source /")
  }

  @Test("`stop` ends the innermost: the script that is played, and then the selection")
  func stops() throws {
    try begin()
    try play("select 0-3")
    try put("a.mmv", "pause 3600s\nallocate 1p\n")
    try session.perform(.source(path: path("a.mmv")))
    try session.perform(.stop)
    session.collect()
    #expect(!session.isSourcing && session.view.selection == 0..<4 && session.rangeCount == 0)
    try session.perform(.stop)
    #expect(session.view.selection == nil)
    try session.perform(.stop)
  }

  @Test("`quit sync` stops the workers, makes all durable and ends, and stays where that fails")
  func syncsAndQuits() throws {
    try begin()
    try play("allocate 2p", "write r1 zero", "workers start 2 flush=none ops=5", "quit sync")
    #expect(session.isOver && session.unsyncedPages == 0 && session.workers.running == 0)
    let other = try Session()
    try other.perform(.create(path: path("b"), size: 1 << 20, isSparse: false, isForced: false))
    try other.perform(.allocate(byteCount: 4096, times: 1))
    try other.perform(.write(.all, .byte(1)))
    let cut = try FileDescriptor.open(folder.file("b"), .readWrite)
    try cut.closeAfter { try cut.resize(to: 0) }
    #expect(throws: CommandError.self) { try other.perform(.syncAndQuit) }
    #expect(!other.isOver)
  }

  // MARK: Reading

  @Test(
    "What is no script is refused with its place and what to do",
    arguments: [
      ("binary", [0x73, 0x61, 0x79, 10, 0xff, 0xfe], ":2: is no text in UTF-8"),
      ("zeros", [10, 10, 0], ":3: is no text"),
      ("cut", [0x23, 0xe5, 0xad], ":1: is no text"),
    ] as [(String, [UInt8], String)])
  func unreadable(name: String, bytes: [UInt8], complaint: String) throws {
    try folder.put(name, bytes)
    let error = try refusal(name)
    #expect(error.description.hasPrefix(path(name) + complaint), "\(error)")
    #expect(error.description.contains("one command a line"))
  }

  @Test("A device, a folder, a pipe without a writer and a name of nothing keep no caller waiting")
  func oddFiles() throws {
    try run("mkfifo", [path("pipe")])
    for (path, complaint) in [
      ("/dev/zero", "is a character device"), (folder.path.string, "is a directory"), (self.path("pipe"), "is a pipe"),
      (self.path("missing"), "No such file"),
    ] {
      let error = #expect(throws: ScriptError.self) { try Script(contentsOf: path) }
      #expect(error?.description.hasPrefix("\(path): ") == true && error?.description.contains(complaint) == true)
    }
    try run("truncate", ["-s", "17M", path("long")])
    #expect(try refusal("long").description.contains("longer than 16 MiB"))
  }

  @Test("The word that is to blame is marked, in a label that can't be known too")
  func marks() throws {
    try put("a.mmv", "allocate 1p\nwrite  r2 zero\n")
    let script = try Script(contentsOf: path("a.mmv"))
    let error = #expect(throws: ScriptError.self) { try script.checkLabels() }
    #expect(error?.mark == ScriptError.Mark(line: "write  r2 zero", columns: 7..<9))
    #expect(throws: ScriptError.self) { try Script("allocate 4p\nsplit r1 1p\nsync r3", name: "x").checkLabels() }
    try Script("allocate 4p\nsplit r1 1p\nsync r2", name: "x").checkLabels()
    let wide = #expect(throws: SyntaxError.self) { try Command(parsing: "open \"字👩‍👩‍👧\" e\u{301}") }
    #expect(wide?.columns == 10..<11)
  }

  @Test("A long or odd word is cut in what is said of it, and steers no terminal")
  func longWords() throws {
    let error = #expect(throws: SyntaxError.self) {
      try Command(parsing: "\u{1b}[31m" + String(repeating: "x", count: 9999))
    }
    #expect(try #require(error).description.count < 600)
    #expect(error?.description.contains("\u{1b}") == false)
    let bytes = #expect(throws: SyntaxError.self) { try Command(parsing: "say \"a\\xff\"") }
    #expect(bytes?.description.contains("no text in UTF-8") == true)
  }

  @Test(
    "Digits are those of ASCII, without a sign",
    arguments: [
      "write r1 0x+5", "write r1 random:+5", "expect bytes 0 +5", "expect bytes 0 \"\"", "goto ٣", "byte 0x１",
      "say \"\\x+5\"", "allocate +1", "find hex -1",
    ])
  func digits(line: String) { #expect(throws: SyntaxError.self) { try Command(parsing: line) } }

  // MARK: Workers

  @Test("A worker's failure ends the script that started it, whichever command goes on meanwhile")
  func workerFailures() throws {
    try begin()
    try play("workers start 1 delay=20ms", "pause 60ms")
    try run("truncate", ["-s", "0", path("data")])
    let error = #expect(throws: ScriptError.self) {
      try play("pause 300ms", "say on", "say never")
    }
    #expect(error?.description.hasPrefix("test:") == true, "\(String(describing: error))")
    #expect(error?.description.contains("worker 1: ") == true)
    #expect(!session.log.contains { $0.lines == ["never"] })
  }
}
