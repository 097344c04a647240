/// One thing that can be done: by a key, a `:` line, a `-c` option, a script or a worker.
package struct Command: Sendable, Equatable, CustomStringConvertible {
  package let action: any Action

  package init(_ action: any Action) { self.action = action }

  package static func == (one: Command, other: Command) -> Bool { one.action.isEqual(to: other.action) }

  package var description: String { action.words.compactMap { $0 }.joined(separator: " ") }

  /// The word that it begins with.
  package var verb: String { action.words[0] ?? "" }
}

extension Command {
  /// Parses a line without its newline; `nil` if it is blank or a comment.
  package init?(parsing line: String) throws(SyntaxError) { try self.init(try Word.split(line)) }

  init?(_ words: [Word]) throws(SyntaxError) {
    guard !words.isEmpty else { return nil }
    var arguments = Arguments(words)
    self = try arguments.command()
    try arguments.end()
  }

  /// Parses a size of at least one byte: `64k`, `3p`.
  package static func size(_ text: String) throws(SyntaxError) -> Int {
    try Literal.positiveSize(Word(text: text, columns: 0..<text.count))
  }
}
