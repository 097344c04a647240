import Inspector
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("The prompt")
final class PromptTests: SessionSuite {
  override init() throws {
    try super.init()
    try perform("create \(word("a")) 64k", "allocate 1p x12")
  }

  /// Types keys at a prompt; a string is its characters.
  private func type(_ keys: [Any], into prompt: Prompt = Prompt(), _ history: History = History(in: nil)) -> Prompt {
    var prompt = prompt
    let context = Completion.Context(rangeCount: session.rangeCount, folder: folder.path.string)
    for key in keys {
      if let key = key as? Key { _ = prompt.take(key, history, context) }
      for scalar in (key as? String ?? "").unicodeScalars { _ = prompt.take(.character(scalar), history, context) }
    }
    return prompt
  }

  private func frame(_ prompt: Prompt, width: Int = 60, height: Int = 16) -> (canvas: Canvas, lines: [String]) {
    var interface = Interface()
    interface.prompt = prompt
    let canvas = Screen.draw(Snapshot(session, interface, width: width, height: height))
    return (canvas, canvas.textLines)
  }

  private func cursor(_ prompt: Prompt, width: Int = 60) -> Int? {
    session.layout(Interface(), width: width, height: 16).flatMap { prompt.cursor($0)?.x }
  }

  /// The letters of the styles of the last rows of a frame.
  private func styles(_ prompt: Prompt, rows: Int) -> [String] {
    let golden = frame(prompt).canvas.golden.split(separator: "\n", omittingEmptySubsequences: false)
    return golden.dropLast().suffix(rows).map(String.init)
  }

  @Test("A wrong word is marked, the error stands above, and the cursor behind the word")
  func marksErrors() {
    let prompt = type(["wirte r1 zero", Key.enter])
    #expect(frame(prompt).lines.suffix(2) == [" unknown command \"wirte\": did you mean write?", ":wirte r1 zero"])
    #expect(styles(prompt, rows: 2) == [" " + String(repeating: "e", count: 44), "kEEEEE tt tttt"])
    #expect(cursor(prompt) == 6)
    #expect(prompt.error != nil)
    #expect(type([Key.backspace], into: prompt).error == nil)
  }

  @Test("What is missing is marked where it should have come")
  func marksMissing() {
    let prompt = type(["write r1", Key.enter])
    #expect(frame(prompt).lines.suffix(2).first == " the pattern is missing: write `write RANGE PATTERN`")
    #expect(styles(prompt, rows: 1) == ["kttttt ttE"])
  }

  @Test("A long error takes as many rows as it needs, three at most, in the narrowest window too")
  func longErrors() {
    let prompt = type(["bogus", Key.enter])
    #expect(frame(prompt).lines.suffix(4).map { $0.hasPrefix(" ") } == [true, true, true, false])
    let narrow = frame(prompt, width: 40, height: 12).lines
    #expect(narrow.last == ":bogus")
    #expect(narrow[narrow.count - 4].contains("unknown command"))
  }

  @Test("A wrong word with wide and joined characters before it is marked in its own columns")
  func wideCharacters() {
    let prompt = type(["say 漢字 e\u{301}", Key.home, "layer pink # ", Key.enter])
    #expect(frame(prompt).lines.last == ":layer pink # say 漢字 e\u{301}")
    let wide = type(["expect error \"漢字\" snyc r1", Key.enter])
    #expect(styles(wide, rows: 1) == ["ktttttt ttttt tttt EEEE tt"])
    #expect(cursor(wide) == 1 + 13 + 6 + 1 + 4)
    #expect(type(["e", "\u{301}", Key.backspace]).line.string.isEmpty)
  }

  @Test("While a command is typed its usage stands above it")
  func hints() {
    #expect(frame(type([])).lines.suffix(2).first?.contains("Tab completes") == true)
    #expect(frame(type(["w"])).lines.suffix(2).first == " write  workers  watch")
    #expect(frame(type(["write r1 "])).lines.suffix(2).first == " write RANGE PATTERN    fill a range with a pattern")
    #expect(styles(type(["sync"]), rows: 2).first?.hasPrefix(" dddddddddd") == true)
  }

  @Test("The tabulator goes as far as it is clear and lists the candidates; Shift-Tab puts one after the other")
  func completion() {
    #expect(type(["al", Key.tab]).line.string == "allocate ")
    let first = type(["write r", Key.tab])
    #expect(first.line.string == "write r")
    #expect(frame(first).lines.suffix(2).first == " r1  r2  r3  r4  r5  r6  r7  r8  r9  r10  r11  r12")
    let second = type([Key.backTab, Key.backTab], into: first)
    #expect(second.line.string == "write r2")
    #expect(styles(second, rows: 2).first?.hasPrefix(" tt  TT  tt") == true)
    #expect(type(Array(repeating: Key.backTab, count: 11), into: second).line.string == "write r1")
    #expect(type([" pa", Key.tab], into: second).line.string == "write r2 page")
    #expect(type(["xyz", Key.tab]).line.string == "xyz")
    #expect(type(["sy", Key.backTab, Key.backTab]).line.string == "sync all")
    #expect(shown(type(["al 2p", Key.home, Key.right, Key.right, Key.tab])) == "allocate |2p")
  }

  @Test(
    "The tabulator inserts nothing that was not begun, however often it is pressed",
    arguments: [
      ("", ""), ("write r", "write r"), ("write ", "write "), ("sync ", "sync "), ("status ", "status "),
      ("pause ", "pause "), ("quit s", "quit sync"), ("quit sync", "quit sync"), ("theme dark", "theme dark"),
      ("goto 1", "goto 1"), ("write r2", "write r2 "), ("write r1", "write r1"), ("write r1 pag", "write r1 page"),
      ("open ", "open "), ("source a", "source a"), ("workers start 4 fl", "workers start 4 flush="),
      ("workers start 4 flush=", "workers start 4 flush="), ("# x", "# x"),
    ])
  func unasked(line: String, expected: String) {
    for count in 1...4 { #expect(type([line] + Array(repeating: Key.tab, count: count)).line.string == expected) }
    #expect(type([line, Key.tab, "\u{1f}"]).line.string == (line == expected ? "" : line))
  }

  @Test("More candidates than fit are shown by the windowful, and the rest is counted")
  func manyCandidates() throws {
    for name in 0..<40 { try folder.put("candidate-\(name + 10)", [1]) }
    let prompt = type(["open c", Key.tab])
    #expect(prompt.line.string == "open candidate-")
    let row = frame(prompt).lines.suffix(2).first ?? ""
    #expect(row.hasPrefix(" candidate-10  candidate-11"))
    #expect(row.hasSuffix("+37"))
    #expect(frame(type([Key.tab], into: prompt)).lines.suffix(2).first?.hasPrefix(" candidate-13") == true)
    #expect(type([Key.tab], into: prompt).line.string == "open candidate-")
    let last = type(Array(repeating: Key.backTab, count: 40), into: prompt)
    #expect(last.line.string == "open candidate-49")
    #expect(frame(last).lines.suffix(2).first?.contains("candidate-49") == true)
  }

  @Test("Up and down bring back the lines that begin with what is typed, and then the draft")
  func recall() {
    var history = History(in: nil)
    for line in ["allocate 1p", "write r1 zero", "allocate 2p", "sync r1"] { history.record(line) }
    #expect(type([Key.up], history).line.string == "sync r1")
    #expect(type([Key.up, Key.up], history).line.string == "allocate 2p")
    #expect(type(["al", Key.up], history).line.string == "allocate 2p")
    #expect(type(["al", Key.up, Key.up], history).line.string == "allocate 1p")
    #expect(type(["al", Key.up, Key.up, Key.up], history).line.string == "allocate 1p")
    #expect(type(["al", Key.up, Key.up, Key.down], history).line.string == "allocate 2p")
    #expect(type(["al", Key.up, Key.down, Key.down], history).line.string == "al")
    #expect(type(["xyz", Key.up], history).line.string == "xyz")
    #expect(type([Key.down], history).line.string.isEmpty)
    // What a key has put there was not typed.
    #expect(type([Key.up], into: Prompt("open a write"), history).line.string == "sync r1")
  }

  private func type(_ keys: [Any], _ history: History) -> Prompt { type(keys, into: Prompt(), history) }

  @Test(
    "Keys edit as they do in a shell",
    arguments: [
      ("\u{01}", "|one two  three"), ("\u{05}", "one two  three|"), ("\u{17}", "one two  |"), ("\u{15}", "|"),
      ("\u{01}\u{0b}", "|"), ("\u{01}\u{06}\u{14}", "no|e two  three"), ("x\u{14}", "one two  threxe|"),
      ("\u{17}\u{01}\u{19}", "three|one two  "), ("\u{15}\u{19}\u{19}", "one two  threeone two  three|"),
      ("\u{01}\u{04}\u{06}\u{04}\u{02}", "|n two  three"), ("\u{04}", "one two  three|"),
      // Cuts in a row are one text, and a move ends it.
      ("\u{17}\u{17}\u{19}", "one two  three|"), ("\u{02}\u{0b}\u{15}\u{19}", "one two  three|"),
      ("\u{17}\u{02}\u{06}\u{17}\u{19}", "one two  |"),
      // What is typed in a row is one change.
      ("\u{02}\u{06}abc\u{1f}", "one two  three|"), ("abc\u{1f}", "|"), ("\u{17}abc\u{1f}\u{1f}", "one two  three|"),
      ("\u{15}\u{1f}\u{1f}\u{1f}", "|"),
    ])
  func control(keys: String, expected: String) { #expect(shown(type(["one two  three", keys])) == expected) }

  @Test("Ctrl-D leaves an empty line, and what was cut stays when another line is recalled")
  func endOfInput() {
    var (empty, full) = (type([]), type(["x"]))
    let context = Completion.Context(rangeCount: 0)
    guard case .left = empty.take(.character("\u{04}"), History(in: nil), context),
      case .typing = full.take(.character("\u{04}"), History(in: nil), context)
    else {
      Issue.record("Ctrl-D leaves an empty line, and no other")
      return
    }
    var history = History(in: nil)
    history.record("sync all")
    #expect(shown(type(["one two", "\u{17}", "\u{15}", "\u{10}", " \u{19}"], history)) == "sync all one two|")
  }

  @Test("Alt-Y puts what was cut before in the place of what Ctrl-Y put, around the end, and only right after it")
  func earlierCuts() {
    let cut = type(["one two three", "\u{17}", Key.left, Key.right, "\u{17}", "\u{19}"])
    #expect(shown(cut) == "one two |")
    #expect(shown(type([Key.alt("y")], into: cut)) == "one three|")
    #expect(shown(type([Key.alt("y"), Key.alt("y")], into: cut)) == "one two |")
    #expect(shown(type([Key.alt("y"), "\u{1f}"], into: cut)) == "one two |")
    #expect(shown(type([Key.left, Key.alt("y")], into: cut)) == "one two| ")
    #expect(shown(type(["one", Key.alt("y"), "\u{19}", Key.alt("y")])) == "one|")
  }

  @Test("Ctrl-G leaves the line, as Esc does")
  func aborted() {
    var prompt = type(["x"])
    guard case .left = prompt.take(.character("\u{07}"), History(in: nil), Completion.Context(rangeCount: 0)) else {
      Issue.record("Ctrl-G leaves")
      return
    }
  }

  @Test("Alt and a letter go by words or do nothing, and never leave the prompt")
  func alt() {
    #expect(shown(type(["one two", Key.alt("b"), Key.alt("b"), Key.alt("f")])) == "one| two")
    #expect(shown(type(["one two", Key.alt("b"), Key.alt("d")])) == "one |")
    #expect(shown(type(["one two", Key.alt("\u{7f}")])) == "one |")
    // Words are letters and digits; Ctrl-W goes by blanks.
    #expect(shown(type(["open a/b-1.bin", Key.alt("b"), Key.alt("b")])) == "open a/b-|1.bin")
    #expect(shown(type(["open a/b-1.bin", Key.alt("\u{7f}")])) == "open a/b-1.|")
    #expect(shown(type(["open a/b-1.bin", "\u{17}"])) == "open |")
    #expect(shown(type(["open a/b", Key.home, Key.alt("f"), Key.alt("f")])) == "open a|/b")
    #expect(shown(type(["one, two", Key.alt("t")])) == "two, one|")
    #expect(shown(type(["one two three", Key.home, Key.alt("f"), Key.alt("t")])) == "two one| three")
    #expect(shown(type(["one", Key.alt("t")])) == "one|")
    #expect(shown(type(["one two", Key.home, Key.alt("u"), Key.alt("c")])) == "ONE Two|")
    #expect(shown(type(["ONE TWO", Key.home, Key.alt("l")])) == "one| TWO")
    #expect(shown(type(["one two", Key.alt("w"), Key.alt("s")])) == "one two|")
  }

  @Test("Ctrl-R searches back, goes on to older lines, and gives the line as it was before")
  func searchBack() {
    var history = History(in: nil)
    for line in ["allocate 1p", "write r1 zero", "sync r1", "write r2 page"] { history.record(line) }
    let search = "\u{12}"
    let found = type(["dra", search, "write"], history)
    #expect(found.line.string == "write r2 page")
    #expect(frame(found).lines.suffix(4).contains { $0.contains("search back: write") })
    #expect(type([search], into: found, history).line.string == "write r1 zero")
    #expect(type([search, search], into: found, history).line.string == "write r1 zero")
    #expect(type(["x"], into: found, history).search?.isFound == false)
    #expect(type([Key.backspace, Key.backspace], into: found, history).line.string == "write r2 page")
    #expect(type(["\u{07}"], into: found, history).line.string == "dra")
    #expect(shown(type([Key.escape, "!"], into: found, history)) == "write r2 page!|")
    #expect(shown(type([Key.left, Key.backspace], into: found, history)) == "write r2 pa|e")
    var entered = found
    let context = Completion.Context(rangeCount: 12)
    guard case .entered(let command?) = entered.take(.enter, history, context), "\(command)" == "write r2 page" else {
      Issue.record("Enter enters the line that was found")
      return
    }
    #expect(type([Key.alt("<")], history).line.string == "allocate 1p")
    #expect(type(["x", Key.alt("<"), Key.alt(">")], history).line.string == "x")
    #expect(type([Key.alt("<"), Key.alt(">")], history).line.string.isEmpty)
    #expect(type([search, "e"], History(in: nil)).line.string.isEmpty)
  }

  @Test(
    "What is typed after / is found as it is typed; prefixes are for bytes, states and the kernel's word",
    arguments: [
      ("SQLite format 3", "find text \"SQLite format 3\""), ("a \"b\" # \\n", #"find text "a \"b\" # \\n""#),
      ("hex:7f45 4c46", "find hex 7f454c46"), ("hex:00", "find hex 00"), ("state:written", "find state written"),
      ("kernel:dirty", "find kernel dirty"), ("text:hex:00", "find text hex:00"), ("0x10", "find text 0x10"),
      (" x", "find text \" x\""), ("", "find next"), ("?", "find text ?"),
    ])
  func finding(typed: String, expected: String) throws {
    var prompt = type([typed], into: Prompt("", .find))
    guard case .entered(let command?) = prompt.take(.enter, History(in: nil), Completion.Context(rangeCount: 0)) else {
      Issue.record("\(typed): \(prompt.error?.description ?? "left")")
      return
    }
    #expect("\(command)" == (try "\(#require(try Command(parsing: expected)))"))
  }

  @Test("A wrong word after a prefix is marked where it stands, and its words are completed")
  func findingWrong() {
    let wrong = type(["state:durabel", Key.enter], into: Prompt("", .find))
    #expect(frame(wrong).lines.last == "/state:durabel")
    #expect(styles(wrong, rows: 1) == ["kttttttEEEEEEE"])
    #expect(wrong.error?.description.contains("\"durabel\" is no state") == true)
    #expect(type(["hex:7f4", Key.enter], into: Prompt("", .find)).error != nil)
    #expect(type(["hex:", Key.enter], into: Prompt("", .find)).error?.description.contains("missing") == true)
    #expect(type(["text:", Key.enter], into: Prompt("", .find)).error != nil)
    #expect(type(["kernel:d", Key.tab], into: Prompt("", .find)).line.string == "kernel:dirty")
    #expect(type(["ker", Key.tab], into: Prompt("", .find)).line.string == "kernel:")
    #expect(type([Key.tab, Key.tab], into: Prompt("", .find)).line.string.isEmpty)
    #expect(type(["xyz", Key.tab], into: Prompt("", .find)).line.string == "xyz")
    #expect(frame(Prompt("", .find)).lines.suffix(4).contains { $0.contains("hex:7f45 4c46") })
  }

  @Test("How much is selected stands in the last row, and how that ends")
  func selection() throws {
    func last(_ interface: Interface) -> String {
      Screen.draw(Snapshot(session, interface, width: 80, height: 16)).textLines.last ?? ""
    }
    try perform("select 2-13")
    #expect(last(Interface()).hasPrefix(" 12 pages selected (48 KiB)  Esc none  "))
    var interface = Interface()
    interface.anchor = 2
    #expect(last(interface).hasPrefix(" selecting 12 pages (48 KiB)  Esc ends  "))
    try perform("select none")
    #expect(!last(Interface()).contains("selected"))
  }

  @Test("Pasted text stands where the cursor is; of several lines only the first")
  func paste() {
    #expect(shown(type(["say ", Key.paste("a b"), "c"])) == "say a bc|")
    #expect(shown(type([Key.paste("\r\nallocate 1p\r\nwrite r1 zero\r\n")])) == "allocate 1p|")
    #expect(shown(type([Key.paste("a\tb\u{1b}[2J\u{9b}c")])) == "a b[2Jc|")
    #expect(shown(type(["x", Key.paste("")])) == "x|")
  }

  @Test("The cursor goes by words, and deletes where it stands")
  func words() {
    let prompt = type(["one two  three", Key.controlLeft, Key.controlLeft])
    #expect(shown(prompt) == "one |two  three")
    #expect(shown(type([Key.controlRight], into: prompt)) == "one two|  three")
    #expect(shown(type([Key.controlRight, Key.controlRight, Key.controlRight], into: prompt)) == "one two  three|")
    #expect(shown(type([Key.delete], into: prompt)) == "one |wo  three")
    #expect(shown(type(["\u{0b}"], into: prompt)) == "one |")
    #expect(shown(type(["\u{15}"], into: prompt)) == "|two  three")
    #expect(
      shown(type([Key.controlLeft, Key.controlLeft, Key.controlLeft, Key.left], into: prompt)) == "|one two  three")
  }

  private func shown(_ prompt: Prompt) -> String {
    let line = prompt.line
    return line.beforeCursor + "|" + String(line.text[line.cursor...])
  }

  @Test("A line longer than the window scrolls with its cursor, by columns")
  func scrolls() {
    let long = type(["say " + String(repeating: "漢", count: 50)])
    #expect(cursor(long) == 59)
    #expect(frame(long).lines.last == ":" + String(repeating: "漢", count: 29))
    #expect(cursor(type([Key.home], into: long)) == 1)
    #expect(cursor(type([Key.left], into: type(["漢字"]))) == 3)
  }

  @Test("Any keys in any order leave a line that can be drawn, with its cursor in it")
  func anyKeys() throws {
    try folder.put("\u{301}accent", [1])
    try folder.put("odd \"name", [1])
    var history = History(in: nil)
    for line in ["write r1 zero", "say 漢字 e\u{301}", "open \"odd \\\"name\""] { history.record(line) }
    let keys: [Any] =
      [
        Key.tab, Key.backTab, Key.up, Key.down, Key.left, Key.right, Key.controlLeft, Key.controlRight, Key.home,
        Key.end,
        Key.backspace, Key.delete, Key.enter, "\u{17}", "\u{0b}", "\u{12}", "\u{1f}", "\u{19}", "\u{14}", Key.alt("t"),
        Key.alt("u"), Key.alt("c"), Key.alt("<"), Key.alt(">"), Key.alt("\u{7f}"),
      ] + ["open ", "w", "r1", " ", "\"", "\u{301}", "漢", "👩‍👩‍👧", "\\", "#", "file:", "error x ", "flush="]
    var random = Seeded(7)
    for round in 0..<400 {
      var prompt = Prompt("", round % 4 == 0 ? .find : .command)
      for _ in 0..<20 {
        prompt = type([keys[.random(in: 0..<keys.count, using: &random)]], into: prompt, history)
        #expect(prompt.line.cursor <= prompt.line.text.count)
      }
      #expect(frame(prompt, width: 40, height: 12).lines.count == 12)
      #expect((cursor(prompt, width: 40) ?? 0) < 40)
    }
  }

  @Test("The last row names keys that work here")
  func keys() throws {
    func hints(width: Int = 80) -> String {
      Screen.draw(Snapshot(session, Interface(), width: width, height: 16)).textLines.last ?? ""
    }
    #expect(hints() == " a allocate  w write  f flush  s sync  u reuse  : command  ? help  q quit")
    #expect(hints(width: 40).contains("? help  q quit"))
    try perform("open \(word("a"))")
    #expect(hints() == " a allow writing  L layer  E evict  t touch  : command  ? help  q quit")
  }
}
