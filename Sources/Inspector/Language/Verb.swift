import RangedMmap

/// One row of the table from which the parser, the help and the manual are made.
public struct Verb: Sendable {
  /// The first word of the command.
  public let name: String
  /// The form of the whole command.
  public let usage: String
  /// What it does, in a line.
  public let help: String
  /// A command that works.
  public let example: String
  let parse: @Sendable (inout Arguments) throws(SyntaxError) -> Command

  /// The verb of this name.
  public static func named(_ name: String) -> Verb? { all.first { $0.name == name } }
}

extension Command {
  /// Reads one line; `nil` if it is blank or a comment.
  ///
  /// - Parameter line: The line, without its newline.
  /// - Throws: What is wrong, where, and what was expected.
  public init?(parsing line: String) throws(SyntaxError) {
    let words = try Word.split(line)
    guard !words.isEmpty else { return nil }
    self = try Command(words)
  }

  /// Reads a size of at least one byte as commands write it: `64k`, `3p`.
  ///
  /// - Parameter text: The size.
  /// - Returns: Bytes.
  /// - Throws: What is wrong with it.
  public static func size(_ text: String) throws(SyntaxError) -> Int {
    let word = Word(text: text, columns: 0..<text.count)
    let size = try Literal.size(word, "the size")
    guard size > 0 else { throw SyntaxError("a size of 0 holds nothing: ask for at least 1 byte", at: word.columns) }
    return size
  }

  init(_ words: [Word]) throws(SyntaxError) {
    guard let first = words.first else { throw SyntaxError("a command is missing", at: 0..<1) }
    guard let verb = Verb.named(first.text) else {
      let names = Verb.all.map(\.name).joined(separator: ", ")
      throw SyntaxError("unknown command \"\(first.text)\": one of \(names)", at: first.columns)
    }
    var arguments = Arguments(words, of: verb)
    self = try verb.parse(&arguments)
    try arguments.end()
  }
}

extension Verb {
  /// The table.
  public static let all: [Verb] = files + ranges + threads + screen + scripts

  private static let files = [
    Verb(
      name: "create", usage: "create PATH SIZE [sparse] [force]",
      help: "make a file and open it for writing; force replaces one that exists", example: "create demo.bin 1m"
    ) { arguments throws(SyntaxError) in
      let path = try arguments.word("the path").text
      let size = try Literal.count(of: &arguments)
      let isSparse = arguments.flag("sparse")
      return .create(path: path, size: size, isSparse: isSparse, isForced: arguments.flag("force"))
    },
    Verb(
      name: "open", usage: "open PATH [write]", help: "open a file to look at it, or to write it too",
      example: "open demo.bin write"
    ) { arguments throws(SyntaxError) in
      .open(path: try arguments.word("the path").text, forWriting: arguments.flag("write"))
    },
  ]

  private static let ranges = [
    Verb(
      name: "allocate", usage: "allocate SIZE [xN]",
      help: "take the next pages of the file, N times, as r1, r2, …", example: "allocate 2p x4"
    ) { arguments throws(SyntaxError) in
      let size = try Literal.count(of: &arguments)
      let times = try arguments.optional("the number of times") { word, what throws(SyntaxError) in
        guard word.text.first == "x" else {
          throw SyntaxError("\"\(word.text)\" is no number of times: write x4", at: word.columns)
        }
        return try Literal.count(Word(text: String(word.text.dropFirst()), columns: word.columns), what)
      }
      return .allocate(byteCount: size, times: times ?? 1)
    },
    Verb(
      name: "write", usage: "write RANGE PATTERN", help: "fill a range: \(Pattern.forms.joined(separator: ", "))",
      example: "write r1 0xa5"
    ) { arguments throws(SyntaxError) in .write(try arguments.ranges(), try arguments.pattern()) },
    Verb(
      name: "read", usage: "read RANGE [OFFSET [LENGTH]]", help: "show bytes of a range as xxd does",
      example: "read r1 0 64"
    ) { arguments throws(SyntaxError) in
      let selection = try arguments.ranges()
      let offset = try arguments.optional("the offset", Literal.offset) ?? 0
      return .read(selection, offset: offset, length: try arguments.optional("the length", Literal.offset))
    },
    simple("verify", "compare a range with the pattern last written to it") { .verify($0) },
    simple("flush", "start the writeback of a range, and don't wait") { .flush($0) },
    simple("sync", "wait until a range is durable") { .sync($0) },
    simple("reuse", "make a written range writable again") { .reuse($0) },
  ]

  private static let threads = [
    Verb(
      name: "workers",
      usage: "workers start N [size=SIZE] [pattern=P] [flush=none|async|sync] [delay=TIME] "
        + "[ops=N] [mode=free|stepped] [seed=N] · workers pause|resume|stop|wait · workers step [N]",
      help: "threads that allocate, write and flush until the file is full; mode=stepped takes turns by a seed, "
        + "a phase (allocate, write, flush or sync) a step",
      example: "workers start 4 size=64k pattern=random:7 flush=sync"
    ) { arguments throws(SyntaxError) in
      let actions: [String: WorkersCommand?] = [
        "start": WorkersCommand?.none, "pause": .pause, "resume": .resume, "stop": .stop, "wait": .wait,
        "step": .step(1),
      ]
      if let command = try arguments.choice("action for workers", actions) {
        guard case .step = command else { return .workers(command) }
        return .workers(.step(try arguments.optional("the number of steps", Literal.count) ?? 1))
      }
      let word = try arguments.word("the number of workers")
      let count = try Literal.count(word, "the number of workers")
      guard count <= 256 else { throw SyntaxError("256 workers at most", at: word.columns) }
      return .workers(.start(count: count, try WorkOrder(arguments.rest())))
    }
  ]

  private static let screen = [
    Verb(name: "goto", usage: "goto PAGE", help: "move the cursor to a page", example: "goto 17") {
      arguments throws(SyntaxError) in .goto(page: try arguments.number("the page"))
    },
    Verb(
      name: "zoom", usage: "zoom in|out|fit|N", help: "how many pages a cell stands for; fit shows the whole file",
      example: "zoom fit"
    ) { arguments throws(SyntaxError) in
      guard arguments.isNumberNext else {
        return .zoom(try arguments.choice("zoom", ["in": .closer, "out": .farther, "fit": .to(.fit)]))
      }
      let word = try arguments.word("the number of pages")
      let count = try Literal.count(word, "the number of pages")
      guard count <= Zoom.most else {
        throw SyntaxError("a cell stands for \(Zoom.most) pages at most", at: word.columns)
      }
      return .zoom(.to(.pages(count)))
    },
    Verb(
      name: "select", usage: "select PAGES|none", help: "select pages; `write selected zero` acts on their ranges",
      example: "select 0-15"
    ) { arguments throws(SyntaxError) in
      arguments.flag("none") ? .select(nil) : .select(try arguments.pages())
    },
    Verb(
      name: "find", usage: "find hex HEX… · find text TEXT · find state STATE · find next|previous",
      help: "look for bytes or a state from the cursor on", example: "find text \"SQLite\""
    ) { arguments throws(SyntaxError) in
      switch try arguments.choice("target", ["hex": 0, "text": 1, "state": 2, "next": 3, "previous": 4]) {
      case 0: return .find(.bytes(try arguments.bytes()))
      case 1:
        let word = try arguments.word("the text")
        guard !word.text.isEmpty else { throw SyntaxError("an empty text is everywhere", at: word.columns) }
        return .find(.text(word.text))
      case 2: return .find(.state(try arguments.state()))
      case 3: return .findAgain(isBackward: false)
      default: return .findAgain(isBackward: true)
      }
    },
    Verb(
      name: "byte", usage: "byte OFFSET", help: "move the cursor to a byte, by its offset in the file",
      example: "byte 0x1f80"
    ) { arguments throws(SyntaxError) in .byte(offset: try arguments.offset("the offset")) },
    Verb(
      name: "layer", usage: "layer library|kernel|both", help: "whose view of the pages the screen shows",
      example: "layer both"
    ) { arguments throws(SyntaxError) in
      .layer(try arguments.choice("layer", Dictionary(uniqueKeysWithValues: Layer.allCases.map { ($0.rawValue, $0) })))
    },
    Verb(
      name: "theme", usage: "theme dark|light|contrast", help: "the screen's colours, for a ground of this kind",
      example: "theme light"
    ) { arguments throws(SyntaxError) in
      .theme(try arguments.choice("theme", Dictionary(uniqueKeysWithValues: Theme.allCases.map { ($0.rawValue, $0) })))
    },
    Verb(
      name: "status", usage: "status [json]", help: "how many pages are in each state", example: "status json"
    ) { arguments throws(SyntaxError) in .status(asJSON: arguments.flag("json")) },
    Verb(
      name: "kernel", usage: "kernel PAGES", help: "what the kernel knows of pages: cached, dirty, writeback",
      example: "kernel 0-15"
    ) { arguments throws(SyntaxError) in .kernel(try arguments.pages()) },
    Verb(name: "extents", usage: "extents", help: "where the file's bytes are on the disk", example: "extents") {
      _ throws(SyntaxError) in .extents
    },
    Verb(name: "users", usage: "users", help: "which other programs have the file open or mapped", example: "users") {
      _ throws(SyntaxError) in .users
    },
    Verb(
      name: "screen", usage: "screen [PATH [force]]",
      help: "print the frame as text, or save it as .txt, .ansi or .svg", example: "screen frame.svg"
    ) { arguments throws(SyntaxError) in
      let path = arguments.word()?.text
      return .screen(path: path, isForced: path != nil && arguments.flag("force"))
    },
  ]

  private static let scripts = [
    Verb(
      name: "say", usage: "say \"TEXT\"", help: "show a caption", example: "say \"Nothing is durable yet.\""
    ) { arguments throws(SyntaxError) in
      .say(arguments.rest().map(\.text).joined(separator: " "))
    },
    Verb(
      name: "expect",
      usage: "expect page PAGES STATE · expect count STATE N · expect bytes OFFSET HEX… · "
        + "expect kernel cached|dirty|writeback N[+] [within TIME] · expect error \"TEXT\" COMMAND…",
      help: "fail unless it is so", example: "expect page 0-1 flushed"
    ) { arguments throws(SyntaxError) in .expect(try Expectation(&arguments)) },
    Verb(name: "help", usage: "help [VERB]", help: "the commands, or one of them", example: "help write") {
      arguments throws(SyntaxError) in .help(verb: arguments.word()?.text)
    },
    Verb(name: "quit", usage: "quit", help: "end the program", example: "quit") { _ throws(SyntaxError) in .quit },
  ]

  private static func simple(
    _ name: String, _ help: String, _ command: @escaping @Sendable (RangeSelection) -> Command
  ) -> Verb {
    Verb(name: name, usage: "\(name) RANGE", help: help, example: "\(name) r1") {
      arguments throws(SyntaxError) in command(try arguments.ranges())
    }
  }
}

extension Literal {
  /// A size of at least 1 byte.
  fileprivate static func count(of arguments: inout Arguments) throws(SyntaxError) -> Int {
    let word = try arguments.word("the size")
    do throws(SyntaxError) { return try Command.size(word.text) } catch {
      throw SyntaxError(error.description, at: word.columns)
    }
  }
}

extension WorkOrder {
  fileprivate init(_ options: [Word]) throws(SyntaxError) {
    self.init()
    var timed: [String: Word] = [:]
    for option in options {
      guard let equals = option.text.firstIndex(of: "=") else { throw Self.unknown(option) }
      let value = Word(text: String(option.text[option.text.index(after: equals)...]), columns: option.columns)
      switch option.text[..<equals] {
      case "size":
        byteCount = try Literal.size(value, "size")
        guard byteCount > 0 else { throw SyntaxError("size must be at least 1 byte", at: option.columns) }
      case "pattern": pattern = try Literal.pattern(value)
      case "delay":
        delay = try Literal.time(value, "delay")
        timed["delay"] = option
      case "ops": operations = try Literal.count(value, "ops")
      case "flush":
        guard let flush = Flush(rawValue: value.text) else {
          throw SyntaxError("flush is none, async or sync, not \"\(value.text)\"", at: option.columns)
        }
        self.flush = flush
      case "mode":
        guard let mode = Mode(rawValue: value.text) else {
          throw SyntaxError("mode is free or stepped, not \"\(value.text)\"", at: option.columns)
        }
        self.mode = mode
      case "seed":
        seed = UInt64(try Literal.number(value, "seed"))
        timed["seed"] = option
      default: throw Self.unknown(option)
      }
    }
    if mode == .free, let option = timed["seed"] {
      throw SyntaxError("seed goes with mode=stepped: whose turn it is of threads, no seed decides", at: option.columns)
    }
    if mode == .stepped, let option = timed["delay"] {
      throw SyntaxError("delay goes with mode=free: stepped workers rest until `workers step`", at: option.columns)
    }
  }

  private static func unknown(_ option: Word) -> SyntaxError {
    SyntaxError(
      "\"\(option.text)\" is no option for workers: size=SIZE, pattern=P, flush=none|async|sync, delay=TIME, ops=N, "
        + "mode=free|stepped, seed=N", at: option.columns)
  }
}

extension KernelNumber {
  fileprivate init(_ word: Word) throws(SyntaxError) {
    isLeast = word.text.last == "+"
    let digits = Word(text: String(isLeast ? word.text.dropLast() : word.text[...]), columns: word.columns)
    pages = try Literal.number(digits, "the number of pages")
  }
}

extension Expectation {
  fileprivate init(_ arguments: inout Arguments) throws(SyntaxError) {
    switch try arguments.choice("expectation", ["page": 0, "count": 1, "bytes": 2, "error": 3, "kernel": 4]) {
    case 0: self = .pages(try arguments.pages(), try arguments.state())
    case 1: self = .count(try arguments.state(), try arguments.number("the number of pages"))
    case 2:
      let offset = try arguments.offset("the offset")
      self = .bytes(offset: offset, try arguments.bytes())
    case 4:
      let counts = Dictionary(uniqueKeysWithValues: KernelCount.allCases.map { ($0.rawValue, $0) })
      let name = try arguments.choice("count of the kernel", counts)
      let number = try KernelNumber(arguments.word("the number of pages"))
      let time = arguments.flag("within") ? try Literal.time(arguments.word("the time"), "the time") : .zero
      self = .kernel(name, number, within: time)
    default:
      let text = try arguments.word("the text").text
      let first = try arguments.word("the command")
      self = .error(text: text, try Command([first] + arguments.rest()))
    }
  }
}
