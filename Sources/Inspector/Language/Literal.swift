import RangedMmap

/// The words that stand for values: sizes, offsets, labels, pages, times.
enum Literal {
  /// `N`, `Nk`, `Nm`, `Ng`, `Nt` (binary, either case) or `Np` (pages), in bytes.
  static func size(_ word: Word, _ what: String) throws(SyntaxError) -> Int {
    let units: [Character: Int] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": Alignment.page]
    let unit = word.text.last.flatMap { units[Character($0.lowercased())] }
    let digits = unit == nil ? word.text[...] : word.text.dropLast()
    guard let number = decimal(digits) else {
      if isDecimal(digits) { throw tooLarge(word, what) }
      throw SyntaxError(
        "\(word) is no size: write bytes, or a number with k, m, g, t or p (pages), as in 64k",
        at: word.columns)
    }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !isTooLarge else { throw tooLarge(word, what) }
    return bytes
  }

  /// A size, or `0xHEX`.
  static func offset(_ word: Word, _ what: String) throws(SyntaxError) -> Int {
    guard word.text.hasPrefix("0x") || word.text.hasPrefix("0X") else { return try size(word, what) }
    let digits = word.text.dropFirst(2)
    guard isHexadecimal(digits) else {
      throw SyntaxError("\(word) is no hexadecimal number, as in 0x1000", at: word.columns)
    }
    guard let value = hexNumber(digits, as: Int.self) else { throw tooLarge(word, what) }
    return value
  }

  static func number(_ word: Word, _ what: String) throws(SyntaxError) -> Int {
    guard isDecimal(word.text[...]) else {
      throw SyntaxError("\(word) is no number: \(what) has digits only", at: word.columns)
    }
    guard let value = Int(word.text) else { throw tooLarge(word, what) }
    return value
  }

  /// A number of at least 1.
  static func count(_ word: Word, _ what: String) throws(SyntaxError) -> Int {
    let value = try number(word, what)
    guard value > 0 else { throw SyntaxError("\(what) must be at least 1", at: word.columns) }
    return value
  }

  /// `N` or `N-M`, both ends included.
  static func pages(_ word: Word) throws(SyntaxError) -> ClosedRange<Int> {
    let parts = word.text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { decimal($0) }
    guard numbers.count == parts.count, (1...2).contains(numbers.count), let first = numbers.first,
      let last = numbers.last, first <= last
    else {
      throw SyntaxError("\(word) names no pages: write one as 7, or several as 0-15", at: word.columns)
    }
    return first...last
  }

  /// `rN`, `rN..rM`, `selected` or `all`.
  static func ranges(_ word: Word) throws(SyntaxError) -> RangeSelection {
    if word.text == "all" { return .all }
    if word.text == "selected" { return .selected }
    let parts = word.text.split(separator: "..", omittingEmptySubsequences: false)
    let labels = parts.compactMap { $0.first == "r" ? decimal($0.dropFirst()) : nil }
    guard labels.count == parts.count, (1...2).contains(labels.count), let first = labels.first,
      let last = labels.last, first >= 1, first <= last
    else {
      throw SyntaxError(
        "\(word) names no range: write r1 for the first, r1..r4 for several, selected, or all",
        at: word.columns)
    }
    return .labels(first...last)
  }

  /// A day: longer times are slips of the finger.
  static let longestTime = Duration.seconds(86_400)

  /// `Nus`, `Nms` or `Ns`.
  static func time(_ word: Word, _ what: String) throws(SyntaxError) -> Duration {
    let units: [(String, (Int) -> Duration)] = [
      ("us", Duration.microseconds), ("ms", Duration.milliseconds), ("s", Duration.seconds),
    ]
    for (suffix, make) in units where word.text.hasSuffix(suffix) {
      if let value = decimal(word.text.dropLast(suffix.count)), value <= 86_400_000_000,
        make(value) <= longestTime
      {
        return make(value)
      }
    }
    throw SyntaxError("\(word) is no time: write 20ms, 500us or 2s", at: word.columns)
  }

  /// A size in the largest unit that is exact.
  static func describe(size: Int) -> String {
    let units: [(String, Int)] = [("t", 1 << 40), ("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)]
    guard size > 0, let (name, unit) = units.first(where: { size % $0.1 == 0 }) else { return "\(size)" }
    return "\(size / unit)\(name)"
  }

  /// A time in the largest unit that is exact.
  static func describe(time: Duration) -> String {
    // By whole numbers: a quotient of two durations is a `Double`, and may come out just below.
    let (seconds, attoseconds) = time.components
    let microseconds = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    if microseconds % 1_000_000 == 0 { return "\(microseconds / 1_000_000)s" }
    return microseconds % 1000 == 0 ? "\(microseconds / 1000)ms" : "\(microseconds)us"
  }

  static func pattern(_ word: Word) throws(SyntaxError) -> Pattern {
    guard let pattern = Pattern(word.text) else {
      if word.text.lowercased().hasPrefix("0x"), isHexadecimal(word.text.dropFirst(2)) {
        throw SyntaxError("\(word) is too large for a pattern: a byte is at most 0xff", at: word.columns)
      }
      let suggestion = Spelling.suggestion(for: word.text, among: Pattern.forms.compactMap(\.word))
      let forms = Pattern.forms.map(\.usage).joined(separator: ", ")
      throw SyntaxError(
        "\(word) is no pattern: \(suggestion)one of \(forms)", at: word.columns)
    }
    return pattern
  }

  private static func decimal(_ digits: Substring) -> Int? {
    isDecimal(digits) ? Int(digits) : nil
  }

  // Not `Character.isNumber` and its like, which take digits of any script.
  private static func isDecimal(_ digits: Substring) -> Bool {
    !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func tooLarge(_ word: Word, _ what: String) -> SyntaxError {
    SyntaxError("\(word) is too large for \(what)", at: word.columns)
  }
}
