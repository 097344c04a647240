import RangedMmap

/// One argument of a command: how it is written, and how it is read.
struct Parameter<Value: Sendable>: Sendable {
  let argument: Argument
  let read: @Sendable (inout Arguments) throws(SyntaxError) -> Value

  init(
    _ kind: ArgumentKind, _ presence: Argument.Presence = .required,
    read: @escaping @Sendable (inout Arguments) throws(SyntaxError) -> Value
  ) {
    argument = Argument(kind: kind, presence: presence)
    self.read = read
  }

  /// An argument of one word that must be there.
  init(_ kind: ArgumentKind, word: @escaping @Sendable (Word, String) throws(SyntaxError) -> Value) {
    self.init(kind) { arguments throws(SyntaxError) in
      try word(try arguments.required(kind), "the \(kind.noun)")
    }
  }
}

/// What a usage says of one argument.
struct Argument: Sendable {
  enum Presence: Sendable {
    case required
    /// A word that may be left out, and with it all that follow.
    case optional
    /// A word of its own, there or not.
    case flag
    /// A value after a word of its own meaning, or neither.
    case keyed(String)
    /// One word or more, to the end.
    case repeated
    /// What its name says, brackets and all.
    case verbatim
  }

  let kind: ArgumentKind
  let presence: Presence

  /// The usage of some arguments in a row.
  static func usage(_ arguments: some Collection<Argument>) -> String {
    guard let first = arguments.first else { return "" }
    let rest = usage(arguments.dropFirst())
    let space = rest.isEmpty ? "" : " "
    let name = first.kind.name
    return switch first.presence {
    case .required, .verbatim: name + space + rest
    case .optional: "[\(name)\(space)\(rest)]"
    case .flag: "[\(name)]" + space + rest
    case .keyed(let word): "[\(word) \(name)]" + space + rest
    case .repeated: "\(name)…" + space + rest
    }
  }
}

extension Parameter {
  static func optional<Wrapped>(_ parameter: Parameter<Wrapped>) -> Self where Value == Wrapped? {
    let kind = parameter.argument.kind
    return Parameter(kind, .optional) { arguments throws(SyntaxError) in
      arguments.hasMoreOrEnds(kind) ? try parameter.read(&arguments) : nil
    }
  }

  /// An argument after a word of its own meaning; both may be left out.
  static func keyed<Wrapped>(_ word: String, _ parameter: Parameter<Wrapped>) -> Self where Value == Wrapped? {
    Parameter(parameter.argument.kind, .keyed(word)) { arguments throws(SyntaxError) in
      arguments.flag(word) ? try parameter.read(&arguments) : nil
    }
  }

  static func choice(_ noun: String, _ values: [Value], name: String? = nil) -> Self {
    let kind = ArgumentKind(oneOf: values.map { "\($0)" }, noun, name: name)
    return Parameter(kind) { word, _ throws(SyntaxError) in
      guard let value = values.first(where: { "\($0)" == word.text }) else { throw kind.refusal(of: word) }
      return value
    }
  }
}

extension Parameter where Value == Bool {
  static func flag(_ name: String) -> Self { Parameter(.keyword(name), .flag) { $0.flag(name) } }
}

extension Parameter where Value == String {
  static var path: Self { Parameter(.path) { word, _ in word.text } }
  static var text: Self { Parameter(.text) { word, _ in word.text } }
  static var verb: Self { Parameter(.verb) { word, _ in word.text } }
  /// All words to the end as one text.
  static var texts: Self { Parameter(.text) { $0.rest(.text).map(\.text).joined(separator: " ") } }
}

extension Parameter where Value == Int {
  /// A size, which may be 0.
  static var anySize: Self { Parameter(.size, word: Literal.size) }
  static var size: Self { Parameter(.size) { word, _ throws(SyntaxError) in try Literal.positiveSize(word) } }
  static var offset: Self { Parameter(.offset, word: Literal.offset) }
  static var length: Self { Parameter(.length, word: Literal.offset) }
  static var page: Self { Parameter(.page, word: Literal.page) }
  static var number: Self { Parameter(.number, word: Literal.number) }
  static var times: Self {
    Parameter(.times) { word, what throws(SyntaxError) in
      guard word.text.first == "x" else {
        throw SyntaxError("\(word) is no number of times: write x4", at: word.columns)
      }
      return try Literal.count(Word(text: String(word.text.dropFirst()), columns: word.columns), what)
    }
  }
}

extension Parameter where Value == PageSelection {
  static var pages: Self { Parameter(.pages) { word, _ throws(SyntaxError) in try Literal.pages(word) } }
}

extension Parameter where Value == PageSelection? {
  /// Pages that may be left out, where other words may come in their place.
  static var somePages: Self {
    Parameter(.pages, .flag) { arguments throws(SyntaxError) in
      arguments.hasPages ? try Parameter<PageSelection>.pages.read(&arguments) : nil
    }
  }
}

extension Parameter where Value == RangeSelection {
  static var range: Self { Parameter(.range) { word, _ throws(SyntaxError) in try Literal.ranges(word) } }
}

extension Parameter where Value == Pattern {
  static var pattern: Self { Parameter(.pattern) { word, _ throws(SyntaxError) in try Literal.pattern(word) } }
}

extension Parameter where Value == PageState {
  static var state: Self {
    Parameter(.state) { word, _ throws(SyntaxError) in
      guard let state = PageState(word: word.text) else { throw ArgumentKind.state.refusal(of: word) }
      return state
    }
  }
}

extension Parameter where Value == Duration { static var time: Self { Parameter(.time, word: Literal.time) } }

extension Parameter where Value == Attempt {
  static var attempt: Self {
    Parameter(.command, .repeated) { arguments throws(SyntaxError) in try arguments.attempt() }
  }
}

extension Parameter where Value == [UInt8] {
  static var bytes: Self {
    Parameter(.bytes, .repeated) { arguments throws(SyntaxError) in
      let words = [try arguments.required(.bytes)] + arguments.rest(.bytes)
      return try words.map { word throws(SyntaxError) in
        if let bytes = hexBytes(word.text) { return bytes }
        throw SyntaxError(
          "\(word) is no row of bytes: write pairs of hex digits, with no 0x, as in a5a5 or 01", at: word.columns)
      }.flatMap { $0 }
    }
  }
}
