import RangedMmap
import Testing

@testable import Inspector

@Suite("The command language")
struct LanguageTests {
  @Test(
    "A line becomes the command that it says",
    arguments: [
      ("create demo.bin 1m", Command.create(path: "demo.bin", size: 1 << 20, isSparse: false, isForced: false)),
      ("create \"a b\" 3P sparse force", .create(path: "a b", size: 12288, isSparse: true, isForced: true)),
      ("open x write  # a comment", .open(path: "x", forWriting: true)),
      ("open x wait", .open(path: "x", forWriting: false, isAwaited: true)), ("set follow on", .set(.follow(true))),
      ("allocate 2p x4", .allocate(byteCount: 8192, times: 4)),
      ("write r1 0xA5", .write(.labels(1...1), .byte(0xa5))),
      ("write r1 0x1", .write(.labels(1...1), .byte(1))), ("write r1 0X00fF", .write(.labels(1...1), .byte(0xff))),
      ("write r2..r4 \"text:a \\\"b\\\" \\x41\\n\"", .write(.labels(2...4), .text("a \"b\" A\n"))),
      ("write all random", .write(.all, .random(seed: 1))),
      ("read r1 0x10 1k", .read(.labels(1...1), offset: 16, length: 1024)),
      ("read 7 0x10 1k", Command(ReadPagesAction(pages: .pages(.numbered(7...7)), offset: 16, length: 1024))),
      ("read selected", Command(ReadPagesAction(pages: .pages(.selected), offset: 0, length: nil))),
      ("  sync   all  ", .sync(.all)),
      ("workers start 2 size=64k flush=sync delay=20ms ops=9", .workers(.start(count: 2, order))),
      ("workers start 1 mode=free", .workers(.start(count: 1, WorkOrder()))),
      ("workers start 3 mode=stepped seed=9", .workers(.start(count: 3, steppedOrder))),
      ("workers step", .workers(.step(1))),
      ("workers step 12", .workers(.step(12))),
      ("goto 17", .goto(page: 17)),
      ("byte 0x1f", .byte(offset: 31)),
      ("byte 2p", .byte(offset: 8192)),
      ("theme light", Command(ThemeAction(theme: .light))),
      ("status json", .status(asJSON: true)), ("page", Command(PageAction(number: nil))),
      ("page 17", Command(PageAction(number: 17))), ("q", .quit),
      ("kernel 0-15", Command(KernelAction(pages: .numbered(0...15), asJSON: false))),
      ("kernel 3 json", Command(KernelAction(pages: .numbered(3...3), asJSON: true))),
      ("kernel all", Command(KernelAction(pages: nil, asJSON: false))),
      ("kernel all json", Command(KernelAction(pages: nil, asJSON: true))),
      ("kernel selected json", Command(KernelAction(pages: .selected, asJSON: true))),
      ("watch selected for 2s", Command(WatchAction(pages: .selected, asJSON: false, time: .seconds(2)))),
      ("expect kernel selected dirty 3+", .expect(.kernel(.dirty, number, of: .selected, within: .zero))),
      ("extents", Command(ExtentsAction(asJSON: false))), ("users json", Command(UsersAction(asJSON: true))),
      ("watch", Command(WatchAction(pages: nil, asJSON: false, time: nil))),
      ("watch 0-3 json for 10s", Command(WatchAction(pages: .numbered(0...3), asJSON: true, time: .seconds(10)))),
      ("watch for 50ms", Command(WatchAction(pages: nil, asJSON: false, time: .milliseconds(50)))),
      ("find kernel changed", Command(FindAction(target: .kernel(.changed)))),
      ("expect kernel 0-15 dirty 3+", .expect(.kernel(.dirty, number, of: .numbered(0...15), within: .zero))),
      ("say \"a # b\"", Command(SayAction(text: "a # b"))),
      ("expect page 0-1 written", .expect(.pages(.numbered(0...1), .written))),
      ("expect count free 9", .expect(.count(.free, 9))),
      ("expect bytes 0x10 a5 00ff", .expect(.bytes(offset: 16, [0xa5, 0, 0xff]))),
      ("expect error \"no such\" sync r1", .expect(.error(text: "no such", .command(.sync(.labels(1...1)))))),
    ])
  func parses(line: String, command: Command) throws { #expect(try Command(parsing: line) == command) }

  static let number = ExpectedNumber(value: 3, isLeast: true)

  static let order: WorkOrder = {
    var order = WorkOrder()
    order.byteCount = 65536
    order.flush = .sync
    order.delay = .milliseconds(20)
    order.operations = 9
    return order
  }()

  static let steppedOrder: WorkOrder = {
    var order = WorkOrder()
    order.mode = .stepped
    order.seed = 9
    return order
  }()

  @Test(
    "A number is reported with its noun in the plural that English has",
    arguments: [
      (1, "process", "1 process"), (53, "process", "53 processes"), (0, "page", "0 pages"), (2, "byte", "2 bytes"),
    ])
  func plurals(number: Int, noun: String, text: String) { #expect(counted(number, noun) == text) }

  @Test("Blank lines and comments say nothing", arguments: ["", "   ", "# sync all", "\t# x"])
  func silence(line: String) throws { #expect(try Command(parsing: line) == nil) }

  @Test(
    "A wrong line is reported with the word that is wrong and what was expected",
    arguments: [
      ("frobnicate", "frobnicate", 0..<10), ("allocate", "missing", 8..<9), ("allocate 1q", "1q", 9..<11),
      ("allocate 0", "at least 1", 9..<10), ("allocate 9999999999999t", "too large", 9..<23),
      ("allocate 1p 4", "x4", 12..<13), ("write x1 zero", "x1", 6..<8), ("write r0 zero", "r0", 6..<8),
      ("write r3..r1 zero", "r3..r1", 6..<12), ("write r1 pink", "pink", 9..<13), ("sync r1 r2", "r2", 8..<10),
      ("workers dance", "dance", 8..<13), ("workers start 0", "at least 1", 14..<15),
      ("workers start 1 colour=red", "colour=red", 16..<26), ("workers start 1 seed=4", "mode=stepped", 16..<22),
      ("workers start 1 mode=stepped delay=1s", "mode=free", 29..<37), ("workers step 0", "at least 1", 13..<14),
      ("workers start 1 mode=odd", "stepped", 16..<24), ("byte x", "\"x\"", 5..<6),
      ("expect page 5-1 free", "5-1", 12..<15),
      ("expect page 1 pink", "pink", 14..<18), ("expect bytes 0 a", "pairs", 15..<16),
      ("find hex 0x1", "with no 0x", 9..<12), ("write r1 0x100", "at most 0xff", 9..<14),
      ("write r1 0x", "\"0x\"", 9..<11), ("write r1 0x+1", "\"0x+1\"", 9..<13), ("say \"x", "quote", 4..<6),
      ("say \"\\q\"", "escape", 5..<7), ("goto -1", "-1", 5..<7),
    ])
  func complains(line: String, about text: String, columns: Range<Int>) {
    let error = #expect(throws: SyntaxError.self) { try Command(parsing: line) }
    #expect(error?.description.contains(text) == true && error?.columns == columns)
  }

  @Test("Every verb's example is a command of that verb", arguments: Verb.all.map(\.name))
  func examplesWork(name: String) throws {
    let verb = try #require(Verb.named(name))
    #expect(try Command(parsing: verb.example) != nil)
    #expect(verb.example.hasPrefix(verb.name))
    #expect(verb.usage.hasPrefix(verb.name))
  }

  @Test("A pattern's description reads back as the pattern")
  func patternsReadBack() {
    let patterns: [Pattern] = [.byte(0), .byte(7), .counter, .page, .text("ab"), .random(seed: 9), .file(path: "/x")]
    for pattern in patterns { #expect(Pattern("\(pattern)") == pattern) }
  }

  @Test("Any text can be quoted into one word that reads back", arguments: ["plain", "", "a b", "q\"\\\n\t#", "ü #"])
  func quotes(text: String) throws {
    #expect(try Command(parsing: "say \(Word.quote(text))") == Command(SayAction(text: text)))
  }

  @Test("A script's first wrong line is reported by path and number, before any is carried out")
  func scriptErrors() {
    let error = #expect(throws: ScriptError.self) { try Script("allocate 1p\n\nbogus\n", name: "x.mmv") }
    #expect(error?.description.hasPrefix("x.mmv:3: ") == true)
  }

  @Test("A label that no line before can have made is reported beforehand")
  func labelsAreChecked() throws {
    #expect(throws: ScriptError.self) { try Script("allocate 1p\nwrite r2 zero", name: "x").checkLabels() }
    #expect(throws: ScriptError.self) { try Script("write r1 zero", name: "x").checkLabels() }
    try Script("allocate 1p x2\nwrite r2 zero", name: "x").checkLabels()
    try Script("workers start 1\nverify r7", name: "x").checkLabels()
    try Script("expect error \"no such\" sync r1", name: "x").checkLabels()
  }

  @Test("A dump reads as that of xxd")
  func dumps() {
    let lines = HexDump.lines(Array("0123456789abcdefXY\n".utf8), at: 0x1000)
    #expect(
      lines == [
        "00001000: 3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef",
        "00001010: 5859 0a                                  XY.",
      ])
  }
}
