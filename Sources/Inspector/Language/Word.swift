import VisibleText

/// One word of a command line, and where it stood.
package struct Word: Sendable, Equatable {
  /// The word with its quotes and escapes taken away.
  package let text: String
  /// Its place in the line, counted in characters from 0.
  package let columns: Range<Int>
  /// Whether it begins with a quote: where bytes and texts can stand, it is a text.
  var isQuoted = false
}

/// What is wrong with a line, where, and what was expected.
package struct SyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
  package let columns: Range<Int>

  init(_ description: String, at columns: Range<Int>) {
    self.description = description
    self.columns = columns
  }
}

extension Word: CustomStringConvertible {
  // Characters; an error needs only the beginning of a longer word.
  private static let shownLength = 60

  /// The word in quotes as errors name it: what could steer a terminal is escaped, and what is long is cut.
  package var description: String {
    let start = text.unicodeScalars.prefix(Self.shownLength + 1)
    guard start.count > Self.shownLength else { return Self.inQuotes(text) }
    return String(Self.inQuotes(String(start.dropLast())).dropLast()) + "…\""
  }
}

extension Word {
  /// Splits a line at blanks, takes quotes and escapes away, and stops at a comment.
  static func split(_ line: String) throws(SyntaxError) -> [Word] {
    var scanner = WordScanner(line)
    return try scanner.rest()
  }

  /// Splits a line, and gives the comment at its end too, from its `#` on.
  static func splitWithComment(_ line: String) throws(SyntaxError) -> (words: [Word], comment: String?) {
    var scanner = WordScanner(line)
    return (try scanner.rest(), scanner.isAtEnd ? nil : scanner.unread)
  }

  /// Splits a line that is being typed: the whole words, and the one that is begun, maybe empty.
  ///
  /// A quote may still be open. `nil` in a comment, or where what is there can't become a word.
  static func splitUnfinished(_ line: String) -> (words: [Word], begun: Word)? {
    var scanner = WordScanner(line, mayEndInQuote: true)
    guard let words = try? scanner.rest(), scanner.isAtEnd else { return nil }
    let end = line.count
    if let last = words.last, last.columns.upperBound == end { return (words.dropLast(), last) }
    return (words, Word(text: "", columns: end..<end))
  }
}

extension Word {
  /// A text as one word of a command, in quotes where it needs them.
  package static func quote(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "\"" && $0 != "#" && !$0.isHazardous }
    return isPlain ? text : inQuotes(text)
  }

  /// The same, in quotes even where it could do without.
  package static func inQuotes(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "\"") { quoted, scalar in
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where scalar.isHazardous: for byte in String(scalar).utf8 { quoted += "\\x" + hex(byte, width: 2) }
      default: quoted.unicodeScalars.append(scalar)
      }
    } + "\""
  }
}
