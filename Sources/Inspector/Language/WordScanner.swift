/// Walks through a line and finds its words.
///
/// It goes by Unicode scalars: a quote is a quote, even with a combining accent behind it.
struct WordScanner {
  private let scalars: [Unicode.Scalar]
  private let columns: ColumnMap
  private let mayEndInQuote: Bool
  private var position = 0

  init(_ line: String, mayEndInQuote: Bool = false) {
    scalars = Array(line.unicodeScalars)
    columns = ColumnMap(line)
    self.mayEndInQuote = mayEndInQuote
  }

  /// Whether nothing is left, not even a comment.
  var isAtEnd: Bool { position == scalars.count }

  var unread: String { String(String.UnicodeScalarView(scalars[position...])) }

  /// The words that are left, up to a comment.
  mutating func rest() throws(SyntaxError) -> [Word] {
    var words: [Word] = []
    while let word = try next() { words.append(word) }
    return words
  }

  private mutating func next() throws(SyntaxError) -> Word? {
    while let scalar = peek, scalar.isBlank { position += 1 }
    guard let first = peek, first != "#" else { return nil }
    let start = position
    var bytes: [UInt8] = []
    var (isQuoted, isEscaped) = (false, false)
    let isText = first == "\""
    while let scalar = peek, isQuoted || !scalar.isBlank {
      position += 1
      switch scalar {
      case "\"": isQuoted.toggle()
      case "\\" where isQuoted:
        bytes.append(try escape())
        isEscaped = true
      case _ where scalar.isASCII: bytes.append(UInt8(scalar.value))
      default: bytes.append(contentsOf: String(scalar).utf8)
      }
    }
    let place = columns[start..<position]
    guard !isQuoted || mayEndInQuote else {
      throw SyntaxError("the quote that opens here is never closed: end it with \"", at: place)
    }
    guard isEscaped else { return Word(text: String(decoding: bytes, as: UTF8.self), columns: place, isQuoted: isText) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SyntaxError(
        "the bytes of these \\xNN are no text in UTF-8; patterns of any bytes are 0xNN and file:PATH", at: place)
    }
    return Word(text: text, columns: place, isQuoted: isText)
  }

  private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func escape() throws(SyntaxError) -> UInt8 {
    let start = position - 1
    let scalar = peek
    if scalar != nil { position += 1 }
    switch scalar {
    case "\"": return UInt8(ascii: "\"")
    case "\\": return UInt8(ascii: "\\")
    case "n": return UInt8(ascii: "\n")
    case "t": return UInt8(ascii: "\t")
    case "x":
      if position + 2 <= scalars.count, let byte = hexByte(scalars[position], scalars[position + 1]) {
        position += 2
        return byte
      }
    default: break
    }
    throw SyntaxError(#"unknown escape in quotes: use \" \\ \n \t or \xNN"#, at: columns[start..<position])
  }
}

/// The column of each scalar of a line, counted in characters.
private struct ColumnMap {
  // `nil` where each scalar is a character.
  private let columns: [Int]?

  init(_ line: String) {
    let isPlain = line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 0x09 }
    columns =
      isPlain ? nil : line.enumerated().flatMap { repeatElement($0, count: $1.unicodeScalars.count) }
  }

  /// The columns of some scalars, at least one.
  subscript(range: Range<Int>) -> Range<Int> {
    guard let columns else { return range }
    return columns[range.lowerBound]..<columns[range.upperBound - 1] + 1
  }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool { isASCII ? value == 0x20 || (0x09...0x0d).contains(value) : properties.isWhitespace }
}
