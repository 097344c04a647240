import RangedMmap

/// The words after a verb, taken one by one, each as what it must be.
struct Arguments {
  private let words: [Word]
  private var next = 1
  private let verb: Verb
  private let lineEnd: Int

  init(_ words: [Word], of verb: Verb) {
    self.words = words
    self.verb = verb
    lineEnd = words.last?.columns.upperBound ?? 0
  }

  private var usage: String { "write `\(verb.usage)`" }

  /// Fails if words are left over.
  func end() throws(SyntaxError) {
    guard next < words.count else { return }
    throw SyntaxError("unexpected \"\(words[next].text)\": \(usage)", at: words[next].columns)
  }

  mutating func word() -> Word? {
    guard next < words.count else { return nil }
    defer { next += 1 }
    return words[next]
  }

  mutating func word(_ what: String) throws(SyntaxError) -> Word {
    guard let word = word() else { throw SyntaxError("\(what) missing: \(usage)", at: lineEnd..<lineEnd + 1) }
    return word
  }

  /// Whether the next word begins with a digit.
  var isNumberNext: Bool { next < words.count && words[next].text.first?.isNumber == true }

  /// Takes the next word if it is this one.
  mutating func flag(_ name: String) -> Bool {
    guard next < words.count, words[next].text == name else { return false }
    next += 1
    return true
  }

  /// Takes the next word if there is one, as what `read` makes of it.
  mutating func optional<Value>(
    _ what: String, _ read: (Word, String) throws(SyntaxError) -> Value
  ) throws(SyntaxError) -> Value? {
    guard let word = word() else { return nil }
    return try read(word, what)
  }

  /// All words that are left.
  mutating func rest() -> [Word] {
    defer { next = words.count }
    return Array(words[next...])
  }

  mutating func choice<Value>(_ what: String, _ values: [String: Value]) throws(SyntaxError) -> Value {
    let word = try word(what)
    guard let value = values[word.text] else {
      let known = values.keys.sorted().joined(separator: ", ")
      throw SyntaxError("\"\(word.text)\" is no \(what): one of \(known)", at: word.columns)
    }
    return value
  }

  mutating func size(_ what: String) throws(SyntaxError) -> Int { try Literal.size(word(what), what) }
  mutating func offset(_ what: String) throws(SyntaxError) -> Int { try Literal.offset(word(what), what) }
  mutating func number(_ what: String) throws(SyntaxError) -> Int { try Literal.number(word(what), what) }
  mutating func pages() throws(SyntaxError) -> ClosedRange<Int> { try Literal.pages(word("the page")) }
  mutating func ranges() throws(SyntaxError) -> RangeSelection { try Literal.ranges(word("the range")) }
  mutating func pattern() throws(SyntaxError) -> Pattern { try Literal.pattern(word("the pattern")) }

  /// All words that are left, as pairs of hexadecimal digits.
  mutating func bytes() throws(SyntaxError) -> [UInt8] {
    var bytes: [UInt8] = []
    for word in [try word("the bytes")] + rest() {
      let digits = Array(word.text)
      for pair in stride(from: 0, to: digits.count, by: 2) {
        guard pair + 1 < digits.count, let byte = UInt8(String(digits[pair...pair + 1]), radix: 16) else {
          throw SyntaxError(
            "\"\(word.text)\" is no row of bytes: write pairs of hex digits, as in a5a5", at: word.columns)
        }
        bytes.append(byte)
      }
    }
    return bytes
  }

  mutating func state() throws(SyntaxError) -> PageState {
    try choice("state", Dictionary(uniqueKeysWithValues: PageState.allCases.map { ("\($0)", $0) }))
  }
}
