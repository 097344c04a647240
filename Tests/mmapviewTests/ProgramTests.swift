import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The program without a screen")
final class ProgramTests: FolderSuite {
  func mmapviewHere(_ arguments: String..., input: String = "") throws -> Outcome {
    try run(mmapview, arguments, in: folder.path.string, input: input)
  }

  @Test("A file is made, written, synced and described, as the README says")
  func firstExample() throws {
    let outcome = try mmapviewHere(
      "demo.bin", "--create", "1m", "-c", "allocate 2p", "-c", "write r1 0xa5", "-c", "expect page 0-1 written", "-c",
      "sync r1", "-c", "expect page 0-1 durable", "-c", "status json", "--headless")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let last = try #require(outcome.lines.last)
    let status = try #require(try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
    let states = try #require(status["states"] as? [String: Int])
    #expect(states == ["free": 254, "allocated": 0, "written": 0, "flushing": 0, "durable": 2, "lost": 0])
    #expect(status["file"] as? String == "demo.bin")
    #expect(status["size"] as? Int == 1 << 20)
    #expect(status["writable"] as? Bool == true)
    #expect(status["kernel"] != nil && status["workers"] != nil)
    let bytes = try folder.bytes("demo.bin")
    #expect(bytes == [UInt8](repeating: 0xa5, count: 8192) + [UInt8](repeating: 0, count: (1 << 20) - 8192))
  }

  @Test("A file that is only looked at keeps its bytes and its time of modification")
  func lookingChangesNothing() throws {
    try folder.put("a", (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let before = (try folder.bytes("a"), try Stat(folder.file("a")))
    let outcome = try mmapviewHere("a", "-c", "expect bytes 0 001f3e", "-c", "screen", "-c", "goto 2", "--headless")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("read only"))
    #expect(outcome.output.contains("00000000: 001f 3e5d"))
    let after = try Stat(folder.file("a"))
    #expect(try folder.bytes("a") == before.0)
    #expect(after.st_mtim.tv_sec == before.1.st_mtim.tv_sec && after.st_mtim.tv_nsec == before.1.st_mtim.tv_nsec)
    let refused = try mmapviewHere("a", "-c", "allocate 1p", "--headless")
    #expect(refused.status == 1)
    #expect(
      refused.errors.contains(
        "-c:1: a: is open for reading only; this program's rule: a file that exists is changed only with consent; allow writing with --write"
      ))
    #expect(try folder.bytes("a") == before.0)
  }

  @Test("A slash at the end of a file's name is refused as the system refuses it, wherever a file is named")
  func slashes() throws {
    try folder.put("one", [UInt8](repeating: 7, count: 4096))
    try folder.put("s.mmv", Array("source one/\n".utf8))
    for (place, arguments) in [
      ("one/", ["one/", "--headless"]), ("one/", ["one/", "--write", "--headless"]),
      ("one/", ["one/", "--create", "4k", "--force", "--headless"]),
      ("new/", ["new/", "--create", "4k", "--headless"]),
      ("one/", ["--replay", "one/", "--headless"]), ("one/", ["--format", "one/"]),
      ("one/", ["--replay", "s.mmv", "--headless"]), ("new/", ["one", "--record", "new/", "--headless"]),
      ("one/", ["one", "--headless", "-c", "record one/ force"]),
      ("new.txt/", ["one", "--headless", "-c", "screen new.txt/"]), ("new/", ["one", "--headless", "--cast", "new/"]),
      ("one/", ["--headless", "-c", "create b 1p", "-c", "allocate 1p", "-c", "write r1 file:one/"]),
    ] {
      let outcome = try run(mmapview, arguments, in: folder.path.string)
      #expect(outcome.status == 1, "\(arguments)")
      let reasons = ["Not a directory", "No such file or directory", "Is a directory"]
      #expect(
        outcome.errors.contains("\(place): ") && reasons.contains { outcome.errors.contains($0) }, "\(outcome.errors)")
    }
    #expect(folder.names == ["b", "one", "s.mmv"])
    #expect(try folder.bytes("one") == [UInt8](repeating: 7, count: 4096))
    #expect(try mmapviewHere("./", "--headless").errors.contains("is a directory"))
  }

  @Test("Bytes that are gone end a script with status 1, after those that are left")
  func goneBytes() throws {
    let script = """
      coproc P { \(mmapview) t --create 64k --replay - --headless; }; pid=$P_PID
      for line in 'allocate 8p' 'write r1 0x11'; do echo "$line" >&${P[1]}; read -t 60 -u ${P[0]} answer; done
      truncate -s 4096 t
      echo 'read r1 4080 32' >&${P[1]}; while read -t 60 -u ${P[0]} answer; do echo "$answer"; done
      wait $pid; echo "status $?"
      """
    let outcome = try run("bash", ["-c", script], in: folder.path.string)
    // The cut may have been reported before the command came.
    let lines = outcome.lines.filter { !$0.hasPrefix("t: a program cut the file short") }
    #expect(lines.first?.hasPrefix("00000ff0: 1111 1111") == true, "\(outcome.output)")
    #expect(lines.last == "status 1" && lines.count == 2, "\(outcome.output)")
    #expect(
      outcome.errors.contains("standard input:3: read r1: t: a program cut the file short"), "\(outcome.errors)")
  }

  typealias Refusal = (arguments: [String], status: Int32, names: String, remedy: String)

  static let refusals: [Refusal] = [
    (["missing"], 1, "missing", "--create"),
    (["."], 1, "a directory", "regular file"),
    (["/dev/null"], 1, "/dev/null", "regular file"),
    (["empty"], 1, "empty", "--create SIZE --force"),
    (["new", "--create", "0"], 64, "size of 0", "at least 1"),
    (["new", "--create", "12q"], 64, "12q", "as in 64k"),
    (["new", "--create", "4000t"], 1, "new", "smaller"),
    (["there", "--create", "1m"], 1, "there", "--force"),
    (["new", "--create", "1m", "--replay", "bad-verb.mmv"], 1, "bad-verb.mmv:2: unknown command \"bogus\"", "one of"),
    (["new", "--create", "1m", "--replay", "bad-number.mmv"], 1, "bad-number.mmv:1: \"1x\"", "as in 64k"),
    (["new", "--create", "1m", "-c", "write q1 zero"], 1, "-c:1: \"q1\"", "write r1"),
    (["new", "--create", "1m", "-c", "allocate 1p", "-c", "write r2 zero"], 1, "-c:2: r2", "r1"),
    (["new", "--create", "1m", "--replay", "missing.mmv"], 1, "missing.mmv", "one command a line"),
    (["new", "--create", "1m", "--replay", "binary.mmv"], 1, "binary.mmv", "UTF-8"),
    (["--create", "1m"], 64, "--create", "`mmapview demo.bin --create 1m`"),
    (["-c", "create new 1m", "--force"], 64, "--force", "--create SIZE"),
    (["-c", "create new 1m", "--sparse"], 64, "--sparse", "--create SIZE"),
    (["there", "--force"], 64, "--force", "--create"),
    (["there", "--size", "80"], 64, "80", "120x40"),
    ([], 64, "--headless", "-c"),
  ]

  @Test("Bad input is refused in one line that names it and the remedy, and nothing is made", arguments: refusals)
  func refuses(_ refusal: Refusal) throws {
    try folder.put("there", [1, 2, 3])
    try folder.put("empty", [])
    try folder.put("bad-verb.mmv", Array("allocate 1p\nbogus\n".utf8))
    try folder.put("bad-number.mmv", Array("allocate 1x\n".utf8))
    try folder.put("binary.mmv", [0, 255, 1])
    let names = folder.names
    let outcome = try run(mmapview, refusal.arguments + ["--headless"], in: folder.path.string)
    #expect(outcome.status == refusal.status)
    #expect(outcome.errors.contains(refusal.names), "\(outcome.errors)")
    #expect(outcome.errors.contains(refusal.remedy), "\(outcome.errors)")
    // Where a word is to blame, its line follows, and a mark.
    #expect([1, 3].contains(outcome.errors.split(separator: "\n").count))
    #expect(folder.names == names)
    #expect(try folder.bytes("there") == [1, 2, 3])
  }

  @Test("A file that another program has open for writing can be looked at and not written")
  func isLocked() throws {
    _ = try mmapviewHere("a", "--create", "1m", "--headless")
    let holder = try Running(
      mmapview, [folder.file("a").string, "--write", "--headless", "-c", "say held", "-c", "pause 1000s"])
    defer { holder.end() }
    let script = "\(mmapview) a --write -c 'allocate 1p' --headless; echo status $?; \(mmapview) a -c status --headless"
    let outcome = try run("bash", ["-c", script], in: folder.path.string)
    #expect(outcome.output.contains("status 1"), "\(outcome.output)")
    #expect(outcome.errors.contains("a: another mapping"), "\(outcome.errors)")
    #expect(outcome.errors.contains("without --write"))
    #expect(outcome.output.contains("a: 256 pages"))
  }

  @Test("In memory nothing is dirty, and both the page and the legend say why")
  func inMemory() throws {
    let memory = try TemporaryFolder(in: "/dev/shm")
    let outcome = try run(
      mmapview,
      [
        "a", "--create", "64k", "--layer", "both", "-c", "allocate 1p", "-c", "write r1 zero", "-c", "screen",
        "--headless",
      ],
      in: memory.path.string)
    #expect(outcome.output.contains("tmpfs: nothing to flush to"), "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("● 0 dirty  ◐ 0 writeback  16 cached"))
    #expect(outcome.output.contains("in memory"))
  }

  @Test("What the log says again and again it shows once, and again after something else")
  func repeats() throws {
    let outcome = try run(
      mmapview,
      ["a", "--create", "1m", "--headless", "--size", "120x60"]
        + ["zoom in", "zoom in", "zoom in", "goto 3", "zoom in", "zoom in", "allocate 1p", "zoom in", "screen"]
        .flatMap { ["-c", $0] },
      in: folder.path.string)
    let log = outcome.lines.drop { !$0.contains("── log ") }
    #expect(log.count { $0.contains("zoom: a cell is one page already") } == 2, "\(outcome.output)")
  }

  @Test("A narrow title says how many pages a cell stands for before it says how many there are")
  func pagesACell() throws {
    let outcome = try run(
      mmapview, ["a", "--create", "1m", "--headless", "--size", "50x24", "-c", "zoom 4", "-c", "screen"],
      in: folder.path.string)
    #expect(outcome.output.contains(" a · 1 MiB · 4 pages a cell · library · writable"), "\(outcome.output)")
  }

  @Test("All is unknown of another user's file, with the reason, on the screen too", .enabled(if: getuid() == 0))
  func somebodyElses() throws {
    try folder.put("a", [UInt8](repeating: 1, count: 8192))
    try run("cp", [mmapview, folder.file("program").string])
    try run("chmod", ["755", folder.path.string, folder.file("program").string])
    let outcome = try run(
      "setpriv",
      [
        "--reuid=65534", "--clear-groups", folder.file("program").string, folder.file("a").string, "-c", "status json",
        "-c", "screen", "--headless",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains(
        "\"kernel\":{\"cached\":null,\"dirty\":null,\"writeback\":null,\"evicted\":null,\"recentlyEvicted\":null,\"reason\":\""
      ))
    #expect(outcome.output.contains(" 00000000 ?"), "\(outcome.output)")
    // A stacked file system has a reason of its own.
    #expect(outcome.output.contains("the kernel's view is unknown"))
    // The reason stands whole with the page, in as many rows as it takes.
    #expect(outcome.output.contains(#/\n (not permitted: the kernel answers owners|a stacked)/#))
    #expect(outcome.lines.dropFirst().prefix { !$0.contains(" log ") }.allSatisfy { !$0.contains("cached") })
  }

  @Test("A screen is saved beside what exists, and replaces it only by force")
  func screensReplaceNothing() throws {
    try folder.put("notes.txt", [1, 2, 3])
    try folder.put("looked", [0])
    let refused = try mmapviewHere("looked", "-c", "screen notes.txt", "--headless")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("notes.txt: exists already"), "\(refused.errors)")
    #expect(try folder.bytes("notes.txt") == [1, 2, 3])
    #expect(try mmapviewHere("looked", "-c", "screen a.txt", "-c", "screen a.txt force", "--headless").status == 0)
    #expect(folder.names == ["a.txt", "looked", "notes.txt"])
  }

  @Test("Output that no process reads is an error, not a success")
  func fullOutput() throws {
    let outcome = try run(
      "bash", ["-c", "\(mmapview) a --create 1m -c status --headless > /dev/full"], in: folder.path.string)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("standard output"))
  }

  @Test("A name that is no text is refused, and leads to no other file")
  func oddNames() throws {
    let outcome = try run(
      "bash", ["-c", "\(mmapview) $'odd\\xff.bin' --create 8k --headless"], in: folder.path.string)
    #expect(outcome.status == 64)
    #expect(folder.names.isEmpty)
  }

  @Test("What could steer a terminal is made visible in what is printed")
  func escapes() throws {
    let outcome = try mmapviewHere(
      "a", "--create", "1m", "-c", "allocate 1", "-c", "write r1 \"text:x\\x1b[31m\"", "--headless")
    #expect(outcome.output.contains("text:x\\x1b[31m"))
  }

  @Test("Commands come from standard input, too")
  func standardInput() throws {
    let outcome = try mmapviewHere(
      "a", "--create", "1m", "--replay", "-", "--headless", input: "allocate 1p\nwrite r1 zero\nexpect page 0 durable\n"
    )
    #expect(outcome.status == 1)
    #expect(outcome.errors == "standard input:3: expect page 0 durable: expected page 0 to be durable, found written\n")
  }

  @Test("Without a terminal the screen says so and how to do without")
  func needsTerminal() throws {
    let outcome = try mmapviewHere("a", "--create", "1m")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("--headless"))
  }

  @Test(
    "Screens are drawn at every size, with glyphs of ASCII where that is asked for",
    arguments: [
      "1x1", "39x12", "40x12", "59x13", "60x16", "80x24", "120x40", "200x60", "400x100",
    ])
  func sizes(size: String) throws {
    let outcome = try mmapviewHere(
      "a", "--create", "3m", "--force", "-c", "allocate 2p", "-c", "write r1 counter", "-c", "screen", "--headless",
      "--ascii", "--size", size)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let numbers = size.split(separator: "x").compactMap { Int($0) }
    let frame = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).dropLast()
    #expect(frame.count == numbers[1])
    #expect(frame.allSatisfy { $0.count <= numbers[0] && $0.utf8.allSatisfy { $0 < 128 } })
  }

  @Test("With --ascii names, captions, notes and patterns have question marks, and the program's own words none")
  func outsideASCII() throws {
    for size in ["40x12", "80x24", "120x40"] {
      let commands = [
        "allocate 1p", "write r1 text:ñ", "say \"café → ok…\"", "note \"naïve\"", "screen f.txt force",
      ]
      let outcome = try run(
        mmapview,
        ["Ü–日.bin", "--create", "64k", "--force", "--notes", "--headless", "--ascii", "--size", size]
          + commands.flatMap { ["-c", $0] }, in: folder.path.string)
      #expect(outcome.status == 0, "\(outcome)")
      let frame = String(decoding: try folder.bytes("f.txt"), as: UTF8.self)
      #expect(frame.utf8.allSatisfy { $0 < 128 }, "\(frame)")
      for text in ["????.bin", "caf? ? ok?", "note: na?ve"] { #expect(frame.contains(text), "\(frame)") }
    }
    // The program's own symbols are spelled out.
    let own = try run(
      mmapview,
      [
        "x", "--create", "1m", "--headless", "--ascii", "--size", "100x30", "-c", "help", "-c", "status", "-c",
        "screen",
      ],
      in: folder.path.string)
    let questions = own.lines.suffix(30).joined().replacing("? help", with: "").count { $0 == "?" }
    #expect(questions == 0, "\(own.output)")
  }

  @Test("In a narrow window the legend leaves out whole entries, those that there are none of first")
  func narrowLegend() throws {
    try folder.put("a", [UInt8](repeating: 1, count: 400_000))
    for width in 40...60 {
      let outcome = try mmapviewHere("a", "--layer", "kernel", "--size", "\(width)x12", "-c", "screen", "--headless")
      let legend = try #require(outcome.lines.last { $0.contains("□ ") }, "\(outcome)")
      let words = legend.split(separator: " ").map(String.init)
      #expect(!words.contains { "changed".hasPrefix($0) && $0 != "changed" }, "\(width): \(legend)")
      // No glyph parts these from what is before them.
      for word in [#/\d+ cached/#, #/changed/#] {
        let before = legend.firstRange(of: word).map { legend[..<$0.lowerBound] } ?? ""
        #expect(before.count <= 1 || before.hasSuffix("  "), "\(width): \(legend)")
      }
    }
  }

  @Test("Where the log has one row, it is the beginning of what was reported last, with a mark that there is more")
  func narrowLog() throws {
    let long = "expect error \"no such range\" verify r77"
    let outcome = try mmapviewHere(
      "a", "--create", "1m", "--size", "40x12", "-c", long, "-c", "screen", "--headless")
    let log = try #require(outcome.lines.firstIndex { $0.hasPrefix("── log · e shows all ───") }, "\(outcome)")
    #expect(outcome.lines[log + 1].contains(/as expected: r77: .*…$/), "\(outcome.output)")
  }
}
