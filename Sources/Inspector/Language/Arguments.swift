/// The words of a command, taken one by one.
///
/// When they run out it notes what could have come next, which completion offers.
struct Arguments {
  private let words: [Word]
  private var next = 0
  private let lineEnd: Int
  private(set) var verb: Verb?
  // Which form of it, as soon as that is known.
  private var form: Form?
  /// The usage of the command that is being read, as far as that is known; made only for errors and completion.
  var usage: String? {
    guard let verb, let form else { return verb?.usage }
    return form.usage.isEmpty ? verb.name : "\(verb.name) \(form.usage)"
  }
  /// What could have come where the words ran out.
  private(set) var expected: [ArgumentKind] = []
  // Whether an argument was left out without which those after it can't be.
  private var isCutShort = false

  init(_ words: [Word]) {
    self.words = words
    lineEnd = words.last?.columns.upperBound ?? 0
  }

  private var remedy: String { usage.map { ": write `\($0)`" } ?? "" }

  /// Fails if words are left over.
  func end() throws(SyntaxError) {
    guard next < words.count else { return }
    throw SyntaxError("unexpected \(words[next])\(remedy)", at: words[next].columns)
  }

  /// The next word, which must be there.
  mutating func required(_ kind: ArgumentKind) throws(SyntaxError) -> Word {
    guard hasMore(kind) else {
      throw SyntaxError("the \(kind.noun) is missing\(remedy)", at: lineEnd..<lineEnd + 1)
    }
    defer { next += 1 }
    return words[next]
  }

  /// Whether there is a next word; if not, it could have been one of this kind.
  mutating func hasMore(_ kind: ArgumentKind) -> Bool {
    if next == words.count, !isCutShort { expected.append(kind) }
    return next < words.count
  }

  /// Whether there is a next word that is to name pages.
  var hasPages: Bool {
    mutating get {
      guard hasMore(.pages) else { return false }
      return words[next].text == "selected" || Literal.isDecimal(words[next].text.prefix(1))
    }
  }

  /// Whether the next word is a text in quotes.
  var hasText: Bool { next < words.count && words[next].isQuoted }

  /// Whether there is a next word; if not, no argument after this one can be there either.
  mutating func hasMoreOrEnds(_ kind: ArgumentKind) -> Bool {
    defer { isCutShort = isCutShort || next == words.count }
    return hasMore(kind)
  }

  /// Takes the next word if it is this one.
  mutating func flag(_ name: String) -> Bool {
    guard hasMore(.keyword(name)), words[next].text == name else { return false }
    next += 1
    return true
  }

  /// The next word, if it is the last.
  var only: Word? { next + 1 == words.count ? words[next] : nil }

  mutating func rest(_ kind: ArgumentKind) -> [Word] { rest { _ in kind } }

  /// All words that are left; their kind may depend on them.
  mutating func rest(_ kind: ([Word]) -> ArgumentKind) -> [Word] {
    defer { next = words.count }
    let rest = Array(words[next...])
    expected.append(kind(rest))
    return rest
  }

  // MARK: Commands

  /// A verb and what belongs to it.
  mutating func command() throws(SyntaxError) -> Command {
    let first = try required(.command)
    guard let verb = Verb.named(first.text) else { throw Verb.unknown(first) }
    (self.verb, form) = (verb, nil)
    let form = try form(of: verb)
    self.form = form
    return try form.parse(&self)
  }

  /// A command that is expected to fail, to the end of the line.
  ///
  /// It may fail to parse, if the error contains the expected text, which is the word before it. Any other error of
  /// parsing is a slip, and reported before anything is done.
  mutating func attempt() throws(SyntaxError) -> Attempt {
    let start = next
    do throws(SyntaxError) {
      let command = try command()
      try end()
      return .command(command)
    } catch {
      guard start > 0, start < words.count, error.description.contains(words[start - 1].text) else { throw error }
      next = words.count
      return .refused(words: words[start...].map(\.text), reason: error.description)
    }
  }

  // The form that the next word selects, or the one that needs none.
  private mutating func form(of verb: Verb) throws(SyntaxError) -> Form {
    let plain = verb.forms.first { $0.keyword == nil }
    if verb.forms.count == 1, let plain { return plain }
    if next < words.count, let form = verb.forms.first(where: { $0.keyword == words[next].text }) {
      next += 1
      return form
    }
    let kind = ArgumentKind(oneOf: verb.forms.compactMap(\.keyword), "word after \(verb.name)")
    if let plain {
      _ = hasMore(kind)
      return plain
    }
    throw kind.refusal(of: try required(kind))
  }
}

extension ArgumentKind {
  /// Why a word is none of the words that could stand there.
  func refusal(of word: Word) -> SyntaxError {
    guard case .words(let words) = source else { return SyntaxError("\(word) is no \(noun)", at: word.columns) }
    let suggestion = Spelling.suggestion(for: word.text, among: words)
    return SyntaxError("\(word) is no \(noun): \(suggestion)one of \(words.joined(separator: ", "))", at: word.columns)
  }
}
