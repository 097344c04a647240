import PageCache

// The verbs that scripts are made of, and those about the program itself.

extension Verb {
  static let scripts = [
    Verb("say", .texts, help: "show a caption", example: "say \"Nothing is durable yet.\"") { .say($0) },
    Verb(
      "pause", .optional(.time), help: "hold a script back for a time, or until Space is pressed (with --plain: Enter)",
      example: "pause 2s"
    ) { .pause($0) },
    Verb(
      "expect", help: "fail unless it is so", example: "expect page 0-1 flushed",
      forms: [
        Form("page", .pages, .state) { .expect(.pages($0, $1)) },
        Form("size", .presentSize) { .expect(.size($0)) },
        Form("count", .state, .number) { .expect(.count($0, $1)) },
        Form("bytes", .offset, .bytes) { .expect(.bytes(offset: $0, $1)) },
        Form(
          "kernel", .number(.pages), .choice("count of the kernel", KernelCount.allCases), .leastNumber,
          .keyed("within", .time)
        ) { .expect(.kernel($1, $2, of: $0, within: $3 ?? .zero)) },
        Form("extent", .pages, .choice("kind of extent", Extent.Kind.told)) { .expect(.extents($0, $1)) },
        Form("error", .text, .attempt) { .expect(.error(text: $0, $1)) },
      ]),
    Verb(
      "source", .path, help: "play another script; in a script, from the folder that it is in",
      example: "source more.mmv"
    ) { .source(path: $0) },
    Verb(
      "set", help: "how things are done from now on", example: "set pattern random:7",
      forms: [
        Form("pattern", .pattern) { .set(.pattern($0)) },
        Form("speed", .speed) { .set(.speed($0)) },
        Form("ascii", .choice("answer", Setting.Switch.allCases)) { .set(.ascii($0 == Setting.Switch.on)) },
        Form("follow", .choice("answer", Setting.Switch.allCases)) { .set(.follow($0 == Setting.Switch.on)) },
        Form("layer", .choice("layer", Layer.allCases)) { .layer($0) },
        Form("theme", .choice("theme", Theme.allCases)) { .theme($0) },
        Form("zoom", .zoom) { .zoom(.to($0)) },
      ]),
    Verb(
      "record", help: "write all that is done, from the opening of the file on, as a script that replays it",
      example: "record demo.mmv",
      forms: [
        Form(keyword: nil, .path, .flag("force")) { .record(path: $0, isForced: $1) },
        Form("off") { .record(path: nil, isForced: false) },
      ]),
    Verb("help", .optional(.verb), help: "the commands, or one of them", example: "help write") { .help(verb: $0) },
    Verb("quit", help: "end the program; q for short", example: "quit") { .quit },
  ]
}

extension Verb {
  /// Verbs that only lessons have; nobody is offered them.
  static let lessons = [
    Verb(
      "outside", .words, help: "in a lesson: what another program does, or the machine",
      example: "outside truncate a.bin 8k"
    ) { .outside($0) }
  ]
}

extension Extent.Kind {
  /// Those that a script may count on where it knows the file system.
  fileprivate static let told: [Self] = [.hole, .delayed, .unwritten, .written]
}

extension Parameter where Value == [String] {
  /// All words to the end.
  fileprivate static var words: Self {
    let kind = ArgumentKind("WORD", "word", "whatever the lesson knows")
    return Parameter(kind, .repeated) { arguments throws(SyntaxError) in
      [try arguments.required(kind).text] + arguments.rest { _ in kind }.map(\.text)
    }
  }
}

extension Parameter where Value == Int {
  /// A size that a file can have, which may be nothing.
  fileprivate static var presentSize: Self { Parameter(.size, word: Literal.size) }
}

extension Parameter where Value == KernelNumber {
  fileprivate static var leastNumber: Self {
    Parameter(.leastNumber) { word, what throws(SyntaxError) in
      let isLeast = word.text.last == "+"
      let digits = Word(text: String(isLeast ? word.text.dropLast() : word.text[...]), columns: word.columns)
      return KernelNumber(pages: try Literal.number(digits, what), isLeast: isLeast)
    }
  }
}
