import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The program that speaks in lines")
final class PlainTests: FolderSuite {
  private func plain(_ arguments: String..., input: String) throws -> Outcome {
    try run(mmapview, arguments + ["--plain"], in: folder.path.string, input: input)
  }

  @Test("Each event is a line, errors begin with \"error:\", and the end of input is the end")
  func lines() throws {
    let outcome = try plain(
      "a", "--create", "64k",
      input: "allocate 2p\n\nbogus\n# a comment\r\nwrite r1 zero\r\nsync r9\nexpect page 0 written")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    let lines = outcome.lines
    #expect(lines[0].hasPrefix("created a: 16 pages, preallocated"))
    #expect(lines[1].contains("`help` lists all commands"))
    #expect(lines[2] == "r1: 2 pages at 0x0")
    #expect(lines[3].hasPrefix("error: unknown command \"bogus\""))
    #expect(lines[4] == "wrote r1 with zero: 2 pages")
    #expect(lines[5].hasPrefix("error: r9: no such range"))
    #expect(lines[6] == "as expected: page 0 written")
    #expect(lines[7].contains("written and not durable"))
    #expect(lines.count == 8, "\(outcome.output)")
  }

  @Test("Captions are lines, an earlier one can be read again, and notes are printed with --notes alone")
  func captions() throws {
    let input = "say one\nnote \"ask them\"\nsay two\ncaption previous\ncaption previous\n"
    let lines = try plain("a", "--create", "64k", input: input).lines
    #expect(lines[2...4] == ["one", "two", "one"] && lines[5].hasPrefix("error: caption previous: there is none"))
    #expect(
      try plain("b", "--create", "64k", "--notes", input: input).lines[2...4] == ["one", "note: ask them", "two"])
  }

  @Test("An existing file is written only after `open FILE write`, which is said to be the consent")
  func consent() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    let refused = try plain("a", input: "allocate 1p\nwrite r1 zero\n")
    #expect(refused.lines[1].contains("`open a write` is your consent"))
    #expect(refused.lines[2].hasPrefix("error: a: is open for reading only"))
    #expect(refused.lines[2].contains("`open a write`"))
    #expect(try folder.bytes("a") == [UInt8](repeating: 7, count: 4096))
    let allowed = try plain("a", input: "open a write\nallocate 1p\nwrite r1 zero\nsync r1\nquit\nbogus\n")
    #expect(allowed.lines.last == "goodbye", "\(allowed.output)")
    #expect(try folder.bytes("a").allSatisfy { $0 == 0 })
  }

  @Test("A script that fails is reported, the person goes on, and the exit status remembers")
  func scripts() throws {
    try folder.put("s.mmv", Array("allocate 1p\nexpect page 0 written\nquit\n".utf8))
    let outcome = try plain("a", "--create", "64k", "--replay", "s.mmv", input: "expect page 0 allocated\nstatus\n")
    #expect(outcome.status == 1)
    #expect(outcome.errors.isEmpty)
    #expect(
      outcome.lines.contains("error: s.mmv:2: expect page 0 written: expected page 0 to be written, found allocated"))
    #expect(outcome.lines.last?.hasPrefix("a: 16 pages: 15 free, 1 allocated") == true)
    #expect(try plain("a", "--write", "-c", "allocate 1p", input: "bogus\n").status == 0)
  }

  @Test("What workers report is printed as it comes, while no one types")
  func news() throws {
    let outcome = try run(
      "bash",
      ["-c", "(echo workers start 2 ops=2 delay=50ms; sleep 1; echo say done) | \(mmapview) a --create 1m --plain"],
      in: folder.path.string)
    let lines = outcome.lines
    let ended = try #require(lines.firstIndex(of: "workers have ended: 4 operations"))
    #expect(try ended < #require(lines.firstIndex(of: "done")))
    let waited = try plain(
      "b", "--create", "1m", input: "workers start 1 ops=3\nworkers wait\nexpect count written 3\n")
    #expect(!waited.output.contains("error"), "\(waited.output)")
  }

  @Test("A script's pause waits for Enter on a terminal, where other commands may come between, and nowhere else")
  func pauses() throws {
    try folder.put("s.mmv", Array("say one\npause\nsay two\n".utf8))
    let outcome = try run(
      "script", ["-qec", "\(mmapview) a --create 64k --plain --replay s.mmv", "/dev/null"], in: folder.path.string,
      input: "say between\n\nq\n")
    let text = outcome.output.replacing("\r\n", with: "\n")
    // The terminal's echo of what is typed may come before it is asked for.
    let places = ["one\n", "between\n", "two\n", "goodbye"].compactMap { text.ranges(of: $0).last?.lowerBound }
    #expect(text.contains("Enter goes on > "), "\(text)")
    #expect(places.count == 4 && places == places.sorted(), "\(text)")
    let ended = try run(
      "script", ["-qec", "\(mmapview) b --create 64k --plain --replay s.mmv", "/dev/null"], in: folder.path.string,
      input: "\u{4}")
    #expect(ended.output.contains("two"), "\(ended.output)")
    #expect(try plain("c", "--create", "64k", "--replay", "s.mmv", input: "").lines.suffix(2) == ["one", "two"])
  }

  @Test("While a lesson goes on, commands that change its file have to wait; looking and its end do not")
  func lesson() throws {
    let outcome = try run(
      "script", ["-qec", "\(mmapview) --lesson 1 --plain", "/dev/null"], in: folder.path.string,
      input: "allocate 1p\nstatus\nq\n", environment: ["TMPDIR": folder.path.string])
    #expect(outcome.output.contains("`allocate` has to wait: the lesson goes on with this file"), "\(outcome.output)")
    // Where the machine can't show the lesson, another script has allocated by then.
    #expect(outcome.output.contains(#/life.bin: 64 pages: \d+ free/#), "\(outcome.output)")
    #expect(outcome.output.contains("goodbye"))
    let after = try run(
      mmapview, ["--lesson", "1", "--plain"], in: folder.path.string, input: "allocate 1p\n",
      environment: ["TMPDIR": folder.path.string])
    #expect(after.status == 0 && !after.output.contains("has to wait"), "\(after.output)")
  }

  @Test("A page is reported in lines: the library's state, its range, the kernel's word, who has the file")
  func page() throws {
    let outcome = try plain(
      "a", "--create", "64k", input: "allocate 2p\nwrite r1 counter\npage 1\nquit\n")
    let lines = outcome.lines.drop { !$0.hasPrefix("page ") }
    let names = [
      "page 1 at 0x1000 = 4096", "state: written", "range: r1, pages 0-1, by command", "bytes: counter",
      "when: written ", "kernel: ",
    ]
    for (line, name) in zip(lines, names) { #expect(line.hasPrefix(name), "\(line)") }
    #expect(lines.count > names.count)
    let others = try plain("a", input: "goto 3\npage\npage 16\nq\nstatus\n")
    #expect(others.output.contains("\npage 3 at 0x3000 = 12288\nstate: not ours\nkernel: "), "\(others.output)")
    #expect(others.output.contains("\nerror: page 16: the last page is 15\ngoodbye\n"))
  }

  private func typed(_ lines: String, _ arguments: String) throws -> String {
    let outcome = try run(
      "script", ["-qec", "\(mmapview) \(arguments) --plain", "/dev/null"], in: folder.path.string, input: lines)
    return outcome.output.replacing("\r\n", with: "\n")
  }

  @Test("On a terminal the end asks what is to become of pages that are not durable; a pipe is asked nothing")
  func question() throws {
    let work = "allocate 2p\nwrite r1 zero\n"
    let stayed = try typed(work + "q\nno\nstatus json\nq\nq\n", "a --create 64k")
    #expect(stayed.contains("2 pages written and not durable: s syncs and quits, q quits, else stay > "), "\(stayed)")
    #expect(stayed.contains(#""written":2"#) && stayed.contains("goodbye") && stayed.contains("in its own time"))
    #expect(stayed.contains("the program goes on; 2 pages written and not durable, as before"), "\(stayed)")
    let synced = try typed(work + "quit\ns\n", "b --create 64k")
    #expect(synced.contains("made all durable: 2 pages"), "\(synced)")
    #expect(!synced.contains("in its own time"))
    #expect(try typed("quit\n", "b").contains("goodbye"))
    let ended = try typed(work + "q\n\u{4}", "c --create 64k")
    #expect(ended.contains("in its own time"), "\(ended)")
    #expect(try !plain("d", "--create", "64k", input: work + "q\nq\n").output.contains("syncs and quits"))
  }

  @Test("On a terminal `stop` ends a long step, and `workers stop` a wait for workers; other lines wait")
  func stop() throws {
    let stopped = try typed("say first\nexpect kernel dirty 999+ within 60s\nsay then\nstop\nq\n", "a --create 64k")
    let end = try #require(stopped.ranges(of: "stopped").first, "\(stopped)").lowerBound
    #expect(try end < #require(stopped.ranges(of: "then\n").last).lowerBound, "\(stopped)")
    let waited = try typed("workers start 1 delay=1h\nworkers wait\nworkers stop\nsay then\nq\nq\n", "b --create 64k")
    #expect(waited.contains("workers have ended") && waited.contains("goodbye"), "\(waited)")
    let opened = try typed("say first\nstop\nq\n", "nope --wait")
    #expect(opened.contains("stopped before there was a file with bytes") && opened.contains("goodbye"), "\(opened)")
  }

  @Test("On a terminal Enter holds a pause of a time until the next Enter, and `stop` says what it has ended")
  func holding() throws {
    try folder.put("s.mmv", Array("say one\npause 1000s\nsay two\npause\nsay three\npause\nsay four\n".utf8))
    let text = try typed("\n\nstop\nselect 3\nstop\nstop script\nq\n", "a --create 64k --replay s.mmv")
    let rest = "; the script rests: Enter goes on, `stop script` leaves it\n"
    let lines = [
      "one\n", "two\n", "the caption is taken away" + rest, "nothing is selected any more" + rest,
      "the script is left\n", "goodbye",
    ]
    let places = lines.compactMap { text.ranges(of: $0).last?.lowerBound }
    #expect(places.count == lines.count && places == places.sorted(), "\(text)")
    #expect(!text.contains("three"))
    #expect(try typed("stop\nq\n", "b --create 64k").contains("nothing goes on that `stop` could end\n"))
  }

  @Test("On a terminal a command that writes a file that is only looked at asks whether it may")
  func consentAsked() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8192))
    let refused = try typed("allocate 1p\nno\nstatus json\nq\n", "a")
    #expect(refused.contains("a is open for reading only: y opens it for writing, else it stays so > "), "\(refused)")
    #expect(refused.contains(#""writable":false"#))
    #expect(refused.contains("a stays open for reading only; `allocate 1p` was not carried out"), "\(refused)")
    // The consent is to the command that asked for it.
    let allowed = try typed("allocate 1p\ny\nallocate 1p\nstatus json\nq\n", "a")
    #expect(allowed.contains(#""writable":true"#), "\(allowed)")
    #expect(allowed.contains("r1: 1 page at 0x0") && allowed.contains("r2: 1 page at 0x1000"), "\(allowed)")
    #expect(try folder.bytes("a") == [UInt8](repeating: 7, count: 8192))
  }

  @Test("Why the library and the kernel differ is said of a page, where they do")
  func why() throws {
    let lines = try plain("a", "--create", "64k", input: "allocate 1p\nwrite r1 zero\nflush r1\npage 0\nq\n").lines
    guard lines.contains(where: { $0.firstMatch(of: /^kernel: page 0: (dirty|clean|writeback)/) != nil }) else {
      try skip("the kernel does not say here what is dirty")
    }
    // Dirty, in writeback, or clean: none of it is durable.
    let why = lines.filter { $0.hasPrefix("why: ") }
    #expect(why.count <= 1 && why.allSatisfy { $0.count > 20 }, "\(lines)")
  }

  @Test("Input that is no text, or no line that a command could have, is refused and ends nothing")
  func oddInput() throws {
    let outcome = try run(
      "bash", ["-c", "printf '\\xff\\nstatus\\n' | \(mmapview) a --create 64k --plain"], in: folder.path.string)
    #expect(outcome.output.contains("error: this line is no text in UTF-8"))
    #expect(outcome.lines.last?.hasPrefix("a: 16 pages") == true)
    let long = try plain(input: String(repeating: "x", count: 3 << 20))
    #expect(long.lines.last?.hasPrefix("error: this line is longer than 1 MiB") == true)
    #expect(long.status == 0)
  }

  @Test("On a terminal a mark asks for the next line; output that no process reads is an error")
  func ends() throws {
    let typed = try run(
      "script", ["-qec", "\(mmapview) a --create 64k --plain", "/dev/null"], in: folder.path.string,
      input: "status\n\u{4}")
    #expect(typed.output.contains("> "), "\(typed.output)\(typed.errors)")
    let full = try run("bash", ["-c", "\(mmapview) a --plain < /dev/null > /dev/full"], in: folder.path.string)
    #expect(full.status == 1)
    #expect(full.errors.contains("standard output"))
    #expect(try plain("a", "--headless", input: "").status == 64)
    #expect(try plain("a", "--replay", "-", input: "").status == 64)
  }
}
