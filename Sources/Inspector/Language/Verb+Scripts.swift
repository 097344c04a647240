// The verbs that scripts are made of, and those about the program itself.

extension Verb {
  static let scripts = [
    Verb("say", .texts, help: "show a caption", example: "say \"Nothing is durable yet.\"") { .say($0) },
    Verb(
      "expect", help: "fail unless it is so", example: "expect page 0-1 flushed",
      forms: [
        Form("page", .pages, .state) { .expect(.pages($0, $1)) },
        Form("size", .size) { .expect(.size($0)) },
        Form("count", .state, .number) { .expect(.count($0, $1)) },
        Form("bytes", .offset, .bytes) { .expect(.bytes(offset: $0, $1)) },
        Form("kernel", .choice("count of the kernel", KernelCount.allCases), .leastNumber, .keyed("within", .time)) {
          .expect(.kernel($0, $1, within: $2 ?? .zero))
        },
        Form("error", .text, .command) { .expect(.error(text: $0, $1)) },
      ]),
    Verb(
      "record", help: "write all that is done, from the opening of the file on, as a script that replays it",
      example: "record demo.mmv",
      forms: [
        Form(keyword: nil, .path, .flag("force")) { .record(path: $0, isForced: $1) },
        Form("off") { .record(path: nil, isForced: false) },
      ]),
    Verb("help", .optional(.verb), help: "the commands, or one of them", example: "help write") { .help(verb: $0) },
    Verb("quit", help: "end the program", example: "quit") { .quit },
  ]
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
