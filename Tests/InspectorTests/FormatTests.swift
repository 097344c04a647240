import RangedMmap
import Testing

@testable import Inspector

@Suite("The canonical form")
struct FormatTests {
  @Test(
    "A command is written in one way, whichever way it was said",
    arguments: [
      ("create  demo.bin 1024k force", "create demo.bin 1m force"),
      ("create \"a b\" 3P sparse", "create \"a b\" 12k sparse"), ("open \"x\"", "open x"),
      ("allocate 8192 x1", "allocate 2p"), ("allocate 1m x3", "allocate 1m x3"), ("allocate 5000", "allocate 5000"),
      ("write r1..r1 0X00", "write r1 zero"), ("write all \"text:a b\"", "write all \"text:a b\""),
      ("read r1 0", "read r1"), ("read r1 0 0x10", "read r1 0 16"), ("read r2 1p 1k", "read r2 0x1000 1k"),
      ("split r1 8k up", "split r1 2p"), ("split r1 5000 down", "split r1 5000 down"),
      ("workers start 2 size=4k flush=none", "workers start 2"),
      ("workers start 1 seed=07 mode=stepped", "workers start 1 mode=stepped seed=7"),
      ("workers start 1 \"pattern=text:a b\" delay=2000ms", "workers start 1 \"pattern=text:a b\" delay=2s"),
      ("workers step 1", "workers step 1"), ("zoom 08", "zoom 8"), ("select 7-7", "select 7"),
      ("find hex A5 00", "find hex a500"), ("byte 4096", "byte 0x1000"), ("say a   b", "say \"a b\""),
      ("say", "say \"\""),
      ("pause 1500ms", "pause 1500ms"), ("pause 36910073us", "pause 36910073us"),
      ("pause", "pause"), ("source \"a b\"", "source \"a b\""),
      ("set layer both", "layer both"), ("set speed 0.50", "set speed 0.5"), ("set ascii on", "set ascii on"),
      ("set pattern random", "set pattern random:1"), ("set zoom fit", "zoom fit"),
      ("expect page 3-3 free", "expect page 3 free"), ("expect bytes 16 A5 5a", "expect bytes 0x10 a55a"),
      ("expect kernel dirty 4+ within 0s", "expect kernel dirty 4+"),
      ("expect error no sync  r1", "expect error \"no\" sync r1"),
      ("expect error \"is no size\" allocate \"2 q\"", "expect error \"is no size\" allocate \"2 q\""),
      ("say \"\\x1b[31m\\t\\x22\"", "say \"\\x1b[31m\\t\\\"\""), ("say \u{301}x", "say \"\u{301}x\""),
    ])
  func forms(line: String, form: String) throws {
    let command = try #require(try Command(parsing: line))
    #expect(command.description == form)
    #expect(try Command(parsing: form) == command)
  }

  @Test("A script keeps its comments and blank lines, each command in its form")
  func script() throws {
    let text = "\n# One  \n  # two\r\n\n allocate   2p#x  # and #three \r\nsource  missing.mmv\n\nsay \"#\" # \n"
    #expect(throws: ScriptError.self) { try Script.format(text, name: "x") }
    let mended = text.replacing("2p#x", with: "2p")
    let form = try Script.format(mended, name: "x")
    #expect(
      form == "\n# One\n# two\n\nallocate 2p  # and #three\nsource missing.mmv\n\nsay \"#\"  #\n")
    #expect(try Script.format(form, name: "x") == form)
    #expect(try Script.format("", name: "x") == "")
    #expect(try Script.format("quit", name: "x") == "quit\n")
  }

  @Test("Ten thousand commands of any words: the form of each reads back as the same command, and is its own form")
  func roundTrips() throws {
    var random = Lines(seed: 20_260_102)
    var (accepted, verbs) = (0, Set<String>())
    for _ in 0..<10_000 {
      let line = random.line()
      guard let command = try? Command(parsing: line) else { continue }
      accepted += 1
      verbs.insert(try Word.split(line)[0].text)
      let form = command.description
      #expect(try Command(parsing: form) == command, "\(line) → \(form)")
      #expect(try Command(parsing: form)?.description == form, "\(line)")
      #expect(try Script.format(line, name: "x") == form + "\n", "\(line)")
    }
    #expect(accepted > 7000, "most of them must be commands, or nothing is tried: \(accepted)")
    #expect(verbs == Set(Verb.all.map(\.name)))
  }
}

/// Lines made from the table of verbs: words of each kind, now and then of another.
private struct Lines {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func line() -> String {
    let blanks = [" ", "  ", "\t", " \u{a0}"]
    var line = ""
    for word in command(depth: 0) { line += (line.isEmpty ? "" : pick(blanks)) + word }
    return line
  }

  private mutating func pick<T>(_ values: [T]) -> T { values[random.next(below: values.count)] }
  private mutating func chance(_ count: Int) -> Bool { random.next(below: count) == 0 }

  private mutating func command(depth: Int) -> [String] {
    let verb = pick(Verb.all)
    let form = pick(verb.forms)
    var words = [verb.name] + [form.keyword].compactMap { $0 }
    for argument in form.arguments {
      switch argument.presence {
      case .required: words += [word(argument.kind)]
      case .optional:
        if chance(3) { return words }
        words += [word(argument.kind)]
      case .flag: if chance(2) { words += [word(argument.kind)] }
      case .keyed(let key): if chance(2) { words += [key, word(argument.kind)] }
      case .verbatim: words += options(argument.kind)
      case .repeated:
        guard argument.kind.name == "COMMAND" else {
          for _ in 0...random.next(below: 3) { words += [word(argument.kind)] }
          continue
        }
        words += depth < 3 ? command(depth: depth + 1) : ["quit"]
      }
    }
    return words
  }

  private mutating func options(_ kind: ArgumentKind) -> [String] {
    if kind.name.hasPrefix("HEX") {
      return pick([["a5"], ["00FF", "a5"], ["a"], ["\"a5\""], [Word.inQuotes("any \"text\"\n")], ["\"\""]])
    }
    guard case .options(let options) = kind.source else { return [] }
    var words: [String] = []
    for option in options where chance(3) && !["seed", "delay"].contains(option.name) {
      words.append(Word.quote(option.name + "=" + plain(option.kind)))
    }
    return words
  }

  private mutating func word(_ kind: ArgumentKind) -> String {
    let text = chance(60) ? plain(.text) : plain(kind)
    return chance(5) ? Word.inQuotes(text) : Word.quote(text)
  }

  private mutating func number() -> String {
    pick(["0", "1", "2", "7", "16", "255", "4095", "4096", "99999", "9223372036854775807", "007"])
  }

  private mutating func size() -> String { pick(["1", "5000", "4096", "8k", "64K", "1m", "3g", "2T", "16p", "255P"]) }

  private mutating func plain(_ kind: ArgumentKind) -> String {
    switch kind.source {
    case .words(let words) where kind.name != "fit|N" || chance(2): return pick(words)
    case .verbs: return pick(Verb.all).name
    case .labels: return pick(["all", "selected", "r1", "r12", "r1..r4", "r9..r9223372036854775807"])
    case .patterns:
      return pick(["zero", "counter", "page", "0x00", "0Xa5", "random", "random:18446744073709551615", "file:/a b"])
        + (chance(9) ? "x" : "")
    default: break
    }
    switch kind.name {
    case "SIZE": return size()
    case "OFFSET", "LENGTH": return chance(2) ? size() : pick(["0", "0x0", "0x1F80", "0xffffffffffff"])
    case "xN": return "x" + pick(["1", "2", "9", "1000000"])
    case "PAGES": return chance(2) ? number() : pick(["selected", "0-0", "0-15", "7-9223372036854775807"])
    case "N[+]": return number() + (chance(2) ? "+" : "")
    case "TIME": return pick(["0s", "1us", "1500us", "20ms", "1000ms", "2s", "86400s", "90061001us"])
    case "SPEED": return pick(["1", "0.5", "0.50", "2.05", "100", "0.01", "007"])
    case "HEX": return pick(["a5", "00FF", "0123456789abcdef"])
    case "PATH", "\"TEXT\"": return text()
    default: return number()
    }
  }

  private mutating func text() -> String {
    let parts = [
      "a", "no size", " ", "\"", "\\", "#", "\n", "\t", "\r", "\u{1b}", "é", "e\u{301}", "\u{301}", "字", "\u{9b}",
      "\u{2028}", "👩‍👩‍👧", "x4", "=", "r1",
    ]
    var text = ""
    for _ in 0..<random.next(below: 5) { text += pick(parts) }
    return text
  }
}
