import Glibc
import Inspector
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("Configuration, clipboard and whole frames in a terminal", .serialized)
final class HandsProgramTests: FolderSuite {
  private var environment: [String: String] {
    ["XDG_CONFIG_HOME": "\(folder.path)/c", "XDG_STATE_HOME": "\(folder.path)/s"]
  }

  private func configure(_ text: String) throws {
    try run("mkdir", ["-p", folder.file("c/mmapview").string])
    try folder.put("c/mmapview/config", Array(text.utf8))
  }

  private func program(_ arguments: String...) throws -> TerminalProgram {
    try TerminalProgram(arguments, in: folder, environment: environment)
  }

  private func headless(_ arguments: String...) throws -> Outcome {
    try run(mmapview, arguments, in: folder.path.string, environment: environment)
  }

  private func expectEnd(_ program: TerminalProgram, after keys: String = "q") throws {
    try program.send(keys)
    #expect(program.end() == 0)
    #expect(program.leftovers.isEmpty, "\(program.leftovers)")
  }

  @Test("--check-config reports each wrong line with its place and remedy, and exits with 1; else it exits with 0")
  func check() throws {
    #expect(try headless("--check-config").output == "\(folder.path)/c/mmapview/config: there is none\n")
    try configure("# mine\nset theme light\nkey w status\n")
    let right = try headless("--check-config")
    #expect(right.status == 0 && right.output.hasSuffix("config: 2 lines, all right\n"), "\(right.errors)")
    try configure("set theme pink\nset layer both\nkey w wirte\n")
    let wrong = try headless("--check-config")
    #expect(wrong.status == 1 && wrong.output.isEmpty)
    #expect(wrong.errors.contains("config:1: \"pink\" is no theme") && wrong.errors.contains("config:3: "))
    #expect(wrong.errors.contains("\nset theme pink\n          ^~~~\n"), "\(wrong.errors)")
  }

  @Test("The screen takes it before the command line, and starts where it is wrong; --no-config leaves it out")
  func screen() throws {
    try configure("set layer both\nkey x \"say bound\"\nbogus\n")
    let program = try program("a", "--create", "64k")
    #expect(program.waitFor("both layers") && program.waitFor("left out"))
    try program.send("x")
    #expect(program.waitFor("bound"))
    try expectEnd(program)
    let other = try self.program("a", "--layer", "kernel")
    #expect(other.waitFor("kernel · read only"))
    try expectEnd(other)
    let without = try self.program("a", "--write", "--no-config")
    #expect(without.waitFor("library · writable"))
    #expect(!without.text.contains("config"))
    try expectEnd(without)
  }

  @Test("What runs without a person reads no configuration, and --plain does")
  func unattended() throws {
    try configure("set ascii on\nset pattern zero\nbogus\n")
    let frame = try headless("a", "--create", "64k", "--headless", "-c", "screen")
    #expect(frame.status == 0 && frame.output.contains("─") && !frame.output.contains("config"))
    let plain = try run(mmapview, ["a", "--plain"], in: folder.path.string, input: "q\n", environment: environment)
    #expect(
      plain.lines.first?.hasPrefix("error: \(folder.path)/c/mmapview/config: line 3 is left out: ") == true,
      "\(plain.output)")
  }

  @Test("A bound Ctrl-C does what it is bound to, a bound q too, and `:quit` leaves")
  func boundLeaving() throws {
    try configure("key q \"say no way\"\nkey Ctrl-C \"say interrupted\"\n")
    let program = try program("a", "--create", "64k")
    #expect(program.waitFor("shows all keys"))
    try program.send("q")
    #expect(program.waitFor("no way"))
    kill(program.processID, SIGINT)
    #expect(program.waitFor("interrupted"))
    try expectEnd(program, after: ":quit\r")
  }

  @Test("c and o, b or l send the text to the terminal's clipboard, and say that it may not have taken it")
  func clipboard() throws {
    let program = try program("a", "--create", "64k")
    #expect(program.waitFor("shows all keys"))
    try program.send("lc")
    #expect(program.waitFor("copy: "))
    try program.send("o")
    #expect(program.waitFor("\u{1b}]52;c;MHgxMDAw\u{07}") && program.waitFor("it gives no answer"))
    try program.send("cx:copy line\r")
    #expect(program.waitFor("\u{1b}]52;c;YSBhbGxvY2F0ZXMgYSBwYWdl"))
    try expectEnd(program)
    let refused = try headless("a", "--headless", "-c", "copy offset")
    #expect(refused.status == 1 && refused.errors.contains("no terminal is here to take it; `page`"))
    #expect(!refused.output.contains("\u{1b}"))
    let piped = try run(mmapview, ["a", "--plain"], in: folder.path.string, input: "copy line\nq\n")
    #expect(piped.output.contains("error: copy: no terminal") && !piped.output.contains("\u{1b}"))
  }

  @Test("Frames are held back where the terminal can do that, and its answer is no key")
  func wholeFrames() throws {
    let program = try program("a", "--create", "64k")
    #expect(program.waitFor("\u{1b}[?2026$p"))
    try program.send("\u{1b}[?2026;2$y:")
    #expect(program.waitFor("Tab completes"))
    try program.send("status\r")
    #expect(program.waitFor("shown whole (mode 2026)"))
    let marks = program.text.split(separator: "\u{1b}[?2026").dropFirst().map(\.first)
    #expect(marks.filter { $0 == "h" }.count > 1)
    #expect(!program.text.contains("unknown command"))
    try expectEnd(program, after: "xq")
  }

  @Test("An answer that has no room in the log is shown whole over the panes: counts, JSON, why a script ended")
  func longAnswers() throws {
    let program = try program("a", "--create", "64k")
    #expect(program.waitFor("shows all keys"))
    try program.send(":status\r")
    #expect(program.waitFor("any key goes back") && program.waitFor("a: 16 pages: 16 free"))
    try program.send("x:mark one\r:diff one json\r")
    #expect(program.waitFor("\"notCompared\":"))
    try expectEnd(program, after: "xq")
    try folder.put("a-file-with-a-name-so-long-that-the-remedy-is-far-behind-it.bin", [1])
    try folder.put(
      "s.mmv", Array("create a-file-with-a-name-so-long-that-the-remedy-is-far-behind-it.bin 64k\n".utf8))
    let replay = try self.program("--replay", "s.mmv")
    #expect(replay.waitFor("any key goes back") && replay.waitFor("all keys are yours") && replay.waitFor("force"))
    try replay.send("xq")
    #expect(replay.end() == 1 && replay.leftovers.isEmpty)
  }

  @Test("A terminal that gives no answer is sent no marks, and the program leaves it as it was")
  func silentTerminal() throws {
    let program = try program("a", "--create", "64k", "-c", "quit")
    #expect(program.end() == 0)
    #expect(program.leftovers.isEmpty && !program.text.contains("\u{1b}[?2026h"))
  }

  @Test("Without a file the lessons, the files that were open and create are offered; Enter begins")
  func start() throws {
    let first = try program()
    #expect(first.waitFor("lessons, each on a file of its own") && !first.text.contains("open last"))
    try first.send("\r")
    #expect(first.waitFor("create PATH SIZE"))
    try first.send("one.bin 64k\r")
    #expect(first.waitFor("created one.bin"))
    try expectEnd(first)
    // A name that is gone by now is offered all the same: nothing was touched to show it.
    let second = try program("two.bin", "--create", "64k")
    #expect(second.waitFor("shows all keys"))
    try expectEnd(second)
    try run("rm", [folder.file("two.bin").string])
    let names = try String(decoding: folder.bytes("s/mmapview/files"), as: UTF8.self)
    #expect(names == "\(folder.path)/one.bin\n\(folder.path)/two.bin\n")
    #expect(try Stat(folder.file("s/mmapview/files")).permissions == [.ownerReadWrite])
    let third = try program()
    #expect(third.waitFor("open last") && third.waitFor("/two.bin") && third.waitFor("/one.bin"))
    try third.send("\r")
    #expect(third.waitFor("check the name"))
    try third.send("j\r")
    #expect(third.waitFor("kernel · read only"))
    try expectEnd(third)
  }

  @Test("A press on a row chooses it, a second one begins; what is typed goes to the prompt as ever")
  func pressed() throws {
    let program = try program()
    #expect(program.waitFor("lessons, each on a file of its own"))
    // The second choice, on the screen's fifth row.
    try program.send("\u{1b}[<0;8;5M\u{1b}[<0;8;5m\u{1b}[<0;8;5M\u{1b}[<0;8;5m")
    #expect(program.waitFor("open PATH [write"))
    try program.send("\u{15}create x.bin 64k\r")
    #expect(program.waitFor("created x.bin"))
    try expectEnd(program)
  }

  @Test("Enter on a lesson plays it, and its file is not among those that were open last")
  func lesson() throws {
    let program = try TerminalProgram(
      [], in: folder, environment: environment.merging(["TMPDIR": folder.path.string]) { $1 })
    #expect(program.waitFor("lessons, each"))
    // From the last to the first.
    try program.send("GG" + String(repeating: "k", count: try Lesson.all().count - 1) + "\r")
    #expect(program.waitFor("Lesson 1: "))
    try expectEnd(program)
    #expect(!folder.names.contains("s") || (try? folder.bytes("s/mmapview/files")) == nil)
  }
}
