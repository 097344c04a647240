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
        "\(word) is no size: write bytes, or a number with k, m, g, t or p (pages), as in 64k", at: word.columns)
    }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !isTooLarge else { throw tooLarge(word, what) }
    return bytes
  }

  static func positiveSize(_ word: Word) throws(SyntaxError) -> Int {
    let size = try size(word, "the size")
    guard size > 0 else { throw SyntaxError("a size of 0 holds nothing: ask for at least 1 byte", at: word.columns) }
    return size
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

  static func page(_ word: Word, _ what: String) throws(SyntaxError) -> Int {
    if word.text.hasPrefix("0x"), (try? offset(word, what)) != nil {
      throw SyntaxError(
        "\(word) is an offset: `byte \(word.text)` goes there; a page has digits only", at: word.columns)
    }
    return try number(word, what)
  }

  static func number(_ word: Word, _ what: String) throws(SyntaxError) -> Int {
    guard isDecimal(word.text) else {
      throw SyntaxError("\(word) is no number: \(what) has digits only", at: word.columns)
    }
    guard let value = Int(word.text) else { throw tooLarge(word, what) }
    return value
  }

  static func count(_ word: Word, _ what: String) throws(SyntaxError) -> Int {
    let value = try number(word, what)
    guard value > 0 else { throw SyntaxError("\(what) must be at least 1", at: word.columns) }
    return value
  }

  /// `N`, `N-M`, both ends included, or `selected`.
  static func pages(_ word: Word) throws(SyntaxError) -> PageSelection {
    if word.text == "selected" { return .selected }
    guard let pages = range(word.text, separator: "-", decimal) else {
      throw SyntaxError("\(word) names no pages: write one as 7, several as 0-15, or selected", at: word.columns)
    }
    return .numbered(pages)
  }

  /// `rN`, `rN..rM`, `selected` or `all`.
  static func ranges(_ word: Word) throws(SyntaxError) -> RangeSelection {
    if word.text == "all" { return .all }
    if word.text == "selected" { return .selected }
    let labels = range(word.text, separator: "..") { $0.first == "r" ? decimal($0.dropFirst()) : nil }
    guard let labels, labels.lowerBound >= 1 else {
      throw SyntaxError(
        "\(word) names no range: write r1 for the first, r1..r4 for several, selected, or all", at: word.columns)
    }
    return .labels(labels)
  }

  // One number, or two in their order.
  private static func range(_ text: String, separator: String, _ read: (Substring) -> Int?) -> ClosedRange<Int>? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    let numbers = parts.compactMap(read)
    guard numbers.count == parts.count, (1...2).contains(numbers.count), numbers[0] <= numbers[numbers.count - 1]
    else { return nil }
    return numbers[0]...numbers[numbers.count - 1]
  }

  /// A day: longer times are slips of the finger.
  static let longestTime = Duration.seconds(86_400)

  /// `Nus`, `Nms` or `Ns`.
  static func time(_ word: Word, _ what: String) throws(SyntaxError) -> Duration {
    let units: [(String, (Int) -> Duration)] = [
      ("us", Duration.microseconds), ("ms", Duration.milliseconds), ("s", Duration.seconds),
    ]
    for (suffix, make) in units where word.text.hasSuffix(suffix) {
      // A day in microseconds: any unit of so many can be computed.
      guard let value = decimal(word.text.dropLast(suffix.count)), value <= 86_400_000_000 else { continue }
      if make(value) <= longestTime { return make(value) }
    }
    throw SyntaxError("\(word) is no time: write 20ms, 500us or 2s", at: word.columns)
  }

  /// A size in the largest unit that is exact.
  static func describe(size: Int) -> String {
    let units: [(String, Int)] = [("t", 1 << 40), ("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)]
    guard size > 0, let (name, unit) = units.first(where: { size % $0.1 == 0 }) else { return "\(size)" }
    return "\(size / unit)\(name)"
  }

  /// A size in pages where that is short and exact, else in the largest unit that is.
  static func describe(inPages size: Int) -> String {
    size % Alignment.page == 0 && size < 1 << 20 ? "\(size / Alignment.page)p" : describe(size: size)
  }

  static func describe(offset: Int) -> String { offset == 0 ? "0" : address(offset) }

  /// `N` or `N-M`.
  static func describe(pages: ClosedRange<Int>) -> String {
    pages.count == 1 ? "\(pages.lowerBound)" : "\(pages.lowerBound)-\(pages.upperBound)"
  }

  /// A time in the largest unit that is exact.
  static func describe(time: Duration) -> String {
    let microseconds = time.inNanoseconds / 1000
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
      throw SyntaxError("\(word) is no pattern: \(suggestion)one of \(forms)", at: word.columns)
    }
    return pattern
  }

  static func decimal(_ digits: Substring) -> Int? { isDecimal(digits) ? Int(digits) : nil }

  // Not `Character.isNumber` and its like, which take digits of any script.
  static func isDecimal(_ digits: some StringProtocol) -> Bool {
    !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func tooLarge(_ word: Word, _ what: String) -> SyntaxError {
    SyntaxError("\(word) is too large for \(what)", at: word.columns)
  }
}
