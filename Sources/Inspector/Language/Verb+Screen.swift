// The verbs for what is shown, and for what is known of the file.

extension Verb {
  static let screen = [
    Verb("goto", .page, help: "move the cursor to a page", example: "goto 17") { .goto(page: $0) },
    Verb(
      "byte", .offset, help: "move the cursor to a byte, by its offset in the file", example: "byte 0x1f80"
    ) { .byte(offset: $0) },
    Verb(
      "zoom", help: "how many pages a cell stands for; fit shows the whole file", example: "zoom fit",
      forms: [
        Form(keyword: nil, .cellPages) { .zoom(.to(.pages($0))) },
        Form("in") { .zoom(.closer) },
        Form("out") { .zoom(.farther) },
        Form("fit") { .zoom(.to(.fit)) },
      ]),
    Verb(
      "select", help: "select pages; `write selected zero` acts on their ranges", example: "select 0-15",
      forms: [Form(keyword: nil, .pages) { .select($0) }, Form("none") { .select(nil) }]),
    Verb(
      "find", help: "look for bytes or for pages in a state after the cursor, around the end",
      example: "find text \"SQLite\"",
      forms: [
        Form("hex", .bytes) { .find(.bytes($0)) },
        Form("text", .someText) { .find(.text($0)) },
        Form("state", .state) { .find(.state($0)) },
        Form("kernel", .choice("state of the kernel", KernelTarget.allCases)) { .find(.kernel($0)) },
        Form("next") { .findAgain(isBackward: false) },
        Form("previous") { .findAgain(isBackward: true) },
      ]),
    Verb(
      "theme", .choice("theme", Theme.allCases), help: "the screen's colours, for a ground of this kind",
      example: "theme light"
    ) { .theme($0) },
    Verb(
      "layer", .choice("layer", Layer.allCases), help: "whose view of the pages the screen shows",
      example: "layer both"
    ) { .layer($0) },
    Verb(
      "status", .flag("json"), help: "how many pages are in each state", example: "status json"
    ) { .status(asJSON: $0) },
    Verb(
      "page", .optional(.page), help: "all that is known of a page, or of the one under the cursor",
      example: "page 17"
    ) { .page($0) },
    Verb(
      "kernel", help: "what the kernel knows of pages: cached, dirty, writeback", example: "kernel 0-15",
      forms: [
        Form(keyword: nil, .pages, .flag("json")) { .kernel($0, asJSON: $1) },
        Form("all", .flag("json")) { .kernel(nil, asJSON: $0) },
      ]),
    Verb("extents", .flag("json"), help: "where the file's bytes are on the disk", example: "extents") {
      .extents(asJSON: $0)
    },
    Verb(
      "users", .flag("json"), help: "which other programs have the file open or mapped, and how", example: "users"
    ) { .users(asJSON: $0) },
    Verb(
      "watch", .number(.pages), .flag("json"), .keyed("for", .time),
      help:
        "tell each change of pages, size and name as it comes, until Esc (with --plain: Enter), Ctrl-C or the end of "
        + "TIME",
      example: "watch 0-15 json for 10s"
    ) { .watch($0, asJSON: $1, time: $2) },
    Verb(
      "screen", .optional(.path), .flag("force"),
      help: "print the frame as text, or save it as .txt, .ansi or .svg", example: "screen frame.svg"
    ) { .screen(path: $0, isForced: $1) },
  ]
}

extension Parameter where Value == Int {
  fileprivate static var cellPages: Self {
    Parameter(.number) { word, _ throws(SyntaxError) in try Literal.cellPages(word) }
  }
}

extension Parameter where Value == Zoom {
  /// How many pages a cell stands for, or `fit`.
  static var zoom: Self {
    Parameter(ArgumentKind("fit|N", "zoom", from: .words(["fit"]))) { word, _ throws(SyntaxError) in
      word.text == "fit" ? .fit : .pages(try Literal.cellPages(word))
    }
  }
}

extension Literal {
  fileprivate static func cellPages(_ word: Word) throws(SyntaxError) -> Int {
    let count = try count(word, "the number of pages")
    guard count <= Zoom.most else {
      throw SyntaxError("a cell stands for \(Zoom.most) pages at most", at: word.columns)
    }
    return count
  }
}

extension Parameter where Value == String {
  fileprivate static var someText: Self {
    Parameter(.text) { word, _ throws(SyntaxError) in
      guard !word.text.isEmpty else { throw SyntaxError("an empty text is everywhere", at: word.columns) }
      return word.text
    }
  }
}
