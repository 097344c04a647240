import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Completion")
struct CompletionTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["alpha.bin", "alphabet.mmv", "odd name", "quote\"d", ".hidden"] { try folder.put(name, [1]) }
    try run("mkdir", [folder.file("sub").string, folder.file("my folder").string])
    try folder.put("sub/inner.bin", [1])
    try folder.put("my folder/x", [1])
  }

  func complete(_ line: String, labels: Int = 0, cursor: Int? = nil) -> Completion {
    Completion(
      line, cursor: cursor ?? line.count, in: Completion.Context(rangeCount: labels, folder: folder.path.string))
  }

  @Test(
    "At the end of a line stands what the parser would take there",
    arguments: [
      ("al", ["allocate"]), ("s", ["sync", "split", "select", "status", "screen", "say", "source", "set", "stop"]),
      ("xyz", []),
      ("allocate ", []),
      ("workers ", ["start", "pause", "resume", "stop", "wait", "step", "turn"]),
      ("workers st", ["start", "stop", "step"]),
      ("workers dance ", []), ("workers start 4 fl", ["flush="]),
      ("split r1 2p ", ["up", "down"]),
      (
        "set ",
        [
          "pattern", "speed", "ascii", "follow", "bytes", "log", "page", "big", "notes", "cost", "exact", "layer",
          "theme", "zoom",
        ]
      ),
      ("set ascii ", ["on", "off"]), ("set zoom ", ["fit"]), ("set pattern te", ["text:"]),
      ("source al", ["alpha.bin", "alphabet.mmv"]),
      ("workers start 4 ", ["size=", "pattern=", "flush=", "delay=", "ops=", "mode=", "seed="]),
      ("workers start 4 size=4k ops=1 ", ["pattern=", "flush=", "delay=", "mode=", "seed="]),
      ("workers start 4 flush=", ["flush=none", "flush=async", "flush=sync"]),
      ("workers start 4 flush=a", ["flush=async"]), ("workers start 4 colour=", []),
      ("workers start 4 pattern=c", ["pattern=counter"]),
      ("workers start 4 pattern=file:al", ["pattern=file:alpha.bin", "pattern=file:alphabet.mmv"]),
      (
        "expect ",
        ["page", "size", "count", "bytes", "kernel", "extent", "faulted", "stored", "storedPages", "cost", "error"]
      ),
      ("expect k", ["kernel"]),
      ("expect kernel ", ["selected", "cached", "dirty", "writeback", "evicted", "recentlyEvicted"]),
      ("expect kernel d", ["dirty"]),
      ("expect kernel dirty 4 ", ["within"]),
      ("expect kernel 0-3 ", ["cached", "dirty", "writeback", "evicted", "recentlyEvicted"]),
      ("kernel ", ["all", "selected"]), ("kernel all ", ["json"]), ("kernel 0-3 ", ["json"]), ("users ", ["json"]),
      ("watch ", ["selected", "json", "for"]), ("watch selected ", ["json", "for"]), ("expect page ", ["selected"]),
      ("watch 0-3 ", ["json", "for"]), ("watch json ", ["for"]),
      ("find kernel ", ["cached", "clean", "dirty", "writeback", "changed"]),
      ("expect page 0-3 f", ["free", "flushing"]),
      ("expect count wr", ["written"]), ("expect error \"a b\" sy", ["sync"]),
      ("expect error no workers p", ["pause"]), ("layer ", ["library", "kernel", "both"]), ("layer k", ["kernel"]),
      ("status ", ["json"]), ("status json ", []), ("help ve", ["verify"]), ("help write ", []),
      ("write r1 ", ["zero", "counter", "page", "text:", "random", "file:"]), ("write r1 te", ["text:"]),
      ("write r1 file:sub/", ["file:sub/inner.bin"]), ("open al", ["alpha.bin", "alphabet.mmv"]),
      ("open alpha.bin ", ["write", "wait"]), ("open sub", ["sub/"]), ("open sub/", ["sub/inner.bin"]),
      ("open .h", [".hidden"]), ("open missing/", []), ("create x 1m ", ["sparse", "force"]),
      ("create x 1m sparse ", ["force"]),
      ("screen ", ["alpha.bin", "alphabet.mmv", "my folder/", "odd name", "quote\"d", "sub/"]),
      ("# al", []), ("open x # ", []), ("open \"od", ["odd name"]), ("open \"my folder/", ["my folder/x"]),
      ("say \"", []), ("goto ", []),
    ])
  func candidates(line: String, expected: [String]) {
    #expect(complete(line).candidates.map(\.word) == expected)
  }

  @Test("Labels are those that there are")
  func labels() {
    #expect(complete("sync ", labels: 3).candidates.map(\.word) == ["all", "selected", "r1", "r2", "r3"])
    #expect(complete("sync ", labels: 0).candidates.map(\.word) == ["all", "selected"])
    #expect(complete("sync r1", labels: 12).candidates.map(\.word) == ["r1", "r10", "r11", "r12"])
    #expect(complete("write r2..", labels: 4).candidates.map(\.word) == ["r2..r2", "r2..r3", "r2..r4"])
    #expect(complete("read a", labels: 4).candidates.map(\.word) == ["all"])
    #expect(complete("sync r9..r", labels: 4).candidates.isEmpty)
    #expect(complete("sync ", labels: 1 << 40).candidates.count == 202)
  }

  @Test("Processes are those that have the file mapped, with their names in the list alone")
  func processes() {
    func complete(_ line: String) -> [Completion.Candidate] {
      let context = Completion.Context(rangeCount: 0) { [(471, "reader"), (52, "\u{1b}x")] }
      return Completion(line, cursor: line.count, in: context).candidates
    }
    #expect(complete("faults ").map(\.word) == ["json", "off", "471", "52"])
    #expect(complete("faults 4").map(\.label) == ["471 reader"] && complete("faults 4").map(\.text) == ["471"])
  }

  @Test("What candidates have in common is found, and quoted where it must be")
  func insertion() throws {
    let alpha = complete("open al")
    #expect(alpha.columns == 5..<7)
    #expect(alpha.commonPrefix?.text == "alpha")
    #expect(alpha.candidates.map(\.text) == ["alpha.bin", "alphabet.mmv"])
    #expect(complete("open o").candidates.map(\.text) == ["\"odd name\""])
    #expect(complete("open \"od").columns == 5..<8)
    #expect(complete("open my").candidates.map(\.text) == ["\"my folder/"])
    #expect(complete("open q").candidates.map(\.text) == [#""quote\"d""#])
    #expect(complete("workers start 1 pattern=file:o").candidates.map(\.text) == ["\"pattern=file:odd name\""])
    #expect(complete("open sub/").candidates.map(\.label) == ["inner.bin"])
  }

  @Test("What stands behind the cursor does not matter, and stays")
  func inTheMiddle() {
    let completion = complete("al 2p x4", cursor: 2)
    #expect(completion.columns == 0..<2)
    #expect(completion.candidates.map(\.word) == ["allocate"])
    #expect(complete("sync r1", labels: 1, cursor: 5).candidates.map(\.word) == ["all", "selected", "r1"])
  }

  @Test("Whatever word completion offers, the parser takes it there")
  func candidatesParse() throws {
    // Lines that are whole but for their last word.
    for line in ["layer ", "status ", "workers ", "expect count free 1 ", "sync ", "help ", "write r1 ", "open ", ""] {
      for candidate in complete(line, labels: 2).candidates where candidate.isWhole {
        do throws(SyntaxError) { _ = try Command(parsing: line + candidate.text) } catch {
          // More words may be missing; that one must be right.
          #expect(error.columns.lowerBound >= (line + candidate.text).count, "\(line)\(candidate.text): \(error)")
        }
      }
    }
  }

  @Test(
    "The usage is that of the command that is being typed, by the form where one is chosen",
    arguments: [
      ("al", "allocate SIZE [xN]"), ("allocate 2p", "allocate SIZE [xN]"),
      ("read ", "read PAGES|RANGE|all [OFFSET [LENGTH]]"),
      ("workers pause", "workers pause"),
      ("expect kernel ", "expect kernel [PAGES] cached|dirty|writeback|evicted|recentlyEvicted N[+] [within TIME]"),
      ("expect error \"x\" sync ", "sync RANGE"), ("create x 1m", "create PATH SIZE [sparse] [force]"),
      ("screen", "screen [PATH [force]]"), ("status", "status [json]"),
    ])
  func usage(line: String, usage: String) { #expect(Completion.usage(of: line)?.usage == usage) }

  @Test(
    "Help shows a verb's forms, what it does, its arguments and an example that works", arguments: Verb.all.map(\.name))
  func help(name: String) throws {
    let verb = try #require(Verb.named(name))
    let command = try #require(try Command(parsing: "help \(name)"))
    let lines = try Session().perform(command).lines
    #expect(lines.starts(with: verb.usages + ["  " + verb.help]))
    #expect(lines.last == "  for example: " + verb.example)
    for kind in verb.kinds { #expect(lines.contains { $0.hasPrefix("  \(kind.name) ") }) }
    for word in verb.usage.matches(of: #/\b[A-Z]{3,}\b/#) {
      #expect(verb.kinds.contains { $0.name.contains(word.output) }, "\(word.output) is not explained")
    }
  }

  @Test("No usage is shown where several commands begin so, or none", arguments: ["", "s", "xyz ", "# al"])
  func noUsage(line: String) { #expect(Completion.usage(of: line) == nil) }

  @Test("Two hundred lines of any words, at any cursor, are completed without harm")
  func anyLine() throws {
    var random = Seeded(20_260_101)
    let words =
      Verb.all.map(\.name) + [
        "start", "r1", "r1..", "r..", "r0..r9", "=", "flush=", "pattern=file:", "\"", "\"\\x", "\\", "#", "0x", "-",
        "file:/", "/", "..", "字", "e\u{301}", "👩‍👩‍👧", "\t", "x4", "4k", "all", "error", "within", "99999999999999999999",
      ]
    for _ in 0..<200 {
      let line = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        (words.randomElement(using: &random) ?? "") + (Bool.random(using: &random) ? " " : "")
      }.joined()
      let cursor = Int.random(in: 0...line.count, using: &random)
      let completion = complete(line, labels: 3, cursor: cursor)
      #expect(completion.columns.upperBound == cursor)
      _ = (completion.commonPrefix?.text, completion.candidates.map(\.label), Completion.usage(of: line))
      _ = try? Command(parsing: line)
    }
  }
}

@Suite("Suggestions")
struct SpellingTests {
  @Test(
    "Slips are counted as Damerau and Levenshtein do",
    arguments: [
      ("", "", 0), ("a", "", 1), ("sync", "snyc", 1), ("write", "wirte", 1), ("flush", "flsuh", 1),
      ("kitten", "sitting", 3), ("ca", "abc", 3),
    ])
  func distances(from: String, to: String, distance: Int) {
    #expect(Spelling.distance(Array(from), Array(to)) == distance)
    #expect(Spelling.distance(Array(to), Array(from)) == distance)
  }

  @Test(
    "An unknown word is reported with the one that may be meant",
    arguments: [
      ("alocate 1p", "did you mean allocate?"), ("wirte r1 zero", "did you mean write?"),
      ("Sync r1", "did you mean sync?"), ("stat", "did you mean status?"), ("workers puase", "did you mean pause?"),
      ("expect page 0 writen", "did you mean written?"), ("layer kernal", "did you mean kernel?"),
      ("write r1 conter", "did you mean counter?"), ("workers start 1 flsh=sync", "did you mean flush?"),
      ("workers start 1 flush=asnyc", "did you mean async?"), ("expect eror x sync r1", "did you mean error?"),
    ])
  func suggests(line: String, suggestion: String) {
    let error = #expect(throws: SyntaxError.self) { try Command(parsing: line) }
    #expect(error?.description.contains(suggestion) == true)
  }

  @Test("A label with a digit too many or two exchanged is reported with the nearest, another is not guessed")
  func labels() throws {
    let folder = try TemporaryFolder()
    let session = try Session()
    try session.perform("create \(Word.quote(folder.file("a").string)) 1m", "allocate 1p x12")
    for (line, tail) in [
      ("sync r21", "; did you mean r12?"), ("sync r112", "; did you mean r11?"),
      ("sync r5678", "the last range is r12"),
    ] {
      let command = try #require(try Command(parsing: line))
      let error = #expect(throws: CommandError.self) { try session.perform(command) }
      #expect(error?.description.hasSuffix(tail) == true)
    }
  }
}
