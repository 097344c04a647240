/// One word of a command line, and where it stood.
public struct Word: Sendable, Equatable {
  /// The word with its quotes and escapes taken away.
  public let text: String
  /// Its place in the line, counted in characters from 0.
  public let columns: Range<Int>
}

/// What is wrong with a line, which word is to blame, and what was expected.
public struct SyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The complaint, with what to do about it.
  public let description: String
  /// The place in the line that it is about.
  public let columns: Range<Int>

  init(_ description: String, at columns: Range<Int>) {
    self.description = description
    self.columns = columns
  }
}

extension Word {
  /// Splits a line at blanks, takes quotes and escapes away, and stops at a comment.
  static func split(_ line: String) throws(SyntaxError) -> [Word] {
    var scanner = WordScanner(line)
    var words: [Word] = []
    while let word = try scanner.next() { words.append(word) }
    return words
  }

  /// Splits a line that ends where somebody is typing: the words before, and the one that is begun, maybe empty.
  ///
  /// A quote may still be open. `nil` in a comment, or where what is there can't become a word.
  static func splitUnfinished(_ line: String) -> (words: [Word], begun: Word)? {
    var scanner = WordScanner(line, mayEndInQuote: true)
    var words: [Word] = []
    do throws(SyntaxError) {
      while let word = try scanner.next() { words.append(word) }
    } catch { return nil }
    guard scanner.isAtEnd else { return nil }
    let end = line.count
    if let last = words.last, last.columns.upperBound == end { return (words.dropLast(), last) }
    return (words, Word(text: "", columns: end..<end))
  }
}

private struct WordScanner {
  private let characters: [Character]
  private let mayEndInQuote: Bool
  private var position = 0

  init(_ line: String, mayEndInQuote: Bool = false) {
    characters = Array(line)
    self.mayEndInQuote = mayEndInQuote
  }

  var isAtEnd: Bool { position == characters.count }

  mutating func next() throws(SyntaxError) -> Word? {
    while let character = peek, character.isWhitespace { position += 1 }
    guard let first = peek, first != "#" else { return nil }
    let start = position
    var bytes: [UInt8] = []
    var isQuoted = false
    while let character = peek, isQuoted || !character.isWhitespace {
      position += 1
      switch character {
      case "\"": isQuoted.toggle()
      case "\\" where isQuoted: bytes.append(try escape())
      default: bytes.append(contentsOf: character.utf8)
      }
    }
    guard !isQuoted || mayEndInQuote else {
      throw SyntaxError("the quote that opens here is never closed: end it with \"", at: start..<position)
    }
    return Word(text: String(decoding: bytes, as: UTF8.self), columns: start..<position)
  }

  private var peek: Character? { position < characters.count ? characters[position] : nil }

  private mutating func escape() throws(SyntaxError) -> UInt8 {
    let start = position - 1
    let character = peek
    position += 1
    switch character {
    case "\"": return UInt8(ascii: "\"")
    case "\\": return UInt8(ascii: "\\")
    case "n": return UInt8(ascii: "\n")
    case "t": return UInt8(ascii: "\t")
    case "x":
      let digits = String(characters[min(position, characters.count)..<min(position + 2, characters.count)])
      if digits.count == 2, let byte = UInt8(digits, radix: 16) {
        position += 2
        return byte
      }
    default: break
    }
    throw SyntaxError(
      #"unknown escape in quotes: use \" \\ \n \t or \xNN"#, at: start..<min(position, characters.count))
  }
}

extension Word {
  /// A text as one word of a command, in quotes where it needs them.
  public static func quote(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && !text.contains { $0.isWhitespace || $0 == "\"" || $0 == "#" }
      && !text.unicodeScalars.contains(where: isControl)
    if isPlain { return text }
    let escapes: [Unicode.Scalar: String] = ["\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\t": "\\t"]
    return "\""
      + text.unicodeScalars.map { escapes[$0] ?? (isControl($0) ? "\\x" + hex($0.value, width: 2) : String($0)) }
      .joined() + "\""
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || scalar.value == 0x7f }
}
