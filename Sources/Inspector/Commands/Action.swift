import RangedMmap

/// What one verb does, or one form of it.
///
/// A verb is one file of this folder: its row in the grammar, how it is written, what it does, and what scripts and
/// recordings have to know of it. ``Verb/all`` lists the rows.
package protocol Action: Sendable, Equatable {
  /// The words of the command as it is written, always in the same way: read again they are the same action.
  var words: [String] { get }
  /// Carries it out.
  ///
  /// - Throws: Why it could not be done. What was done until then stays done.
  func perform(in session: Session) throws(CommandError) -> Event
  /// Whether it leaves the file, its ranges and the workers as they are.
  var isForLooking: Bool { get }
  var isOpening: Bool { get }
  /// The labels of ranges that must be there before it.
  var neededLabels: ClosedRange<Int>? { get }
  /// How many ranges get labels by it; `nil` if its text does not tell.
  var newLabels: Int? { get }
  /// What a recording tells of it, which was carried out by a session; racing if threads were at work meanwhile, and nobody
  /// knows how far they had come.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm
}

extension Action {
  package var isForLooking: Bool { false }
  package var isOpening: Bool { false }
  package var neededLabels: ClosedRange<Int>? { nil }
  package var newLabels: Int? { 0 }
  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .command(Command(self)) }

  fileprivate func isEqual(to other: any Action) -> Bool { (other as? Self) == self }
}

/// What a recording tells of a command.
package enum RecordedForm {
  /// A command that does it again.
  case command(Command)
  /// That it was done and why it is not done again, and what is done in its place.
  case remark(String, instead: Command? = nil)
  /// The opening of a file, with which a recording begins.
  case opening(path: String)
  case nothing

  static let ofTheMoment = remark("was so; the kernel may do otherwise another time")
  static let amongThreads = remark("while threads were at work")
}

/// One thing that can be done, whoever asks for it: a key, a `:` line, a `-c` option, a script or a worker.
package struct Command: Sendable, Equatable, CustomStringConvertible {
  package let action: any Action

  package init(_ action: any Action) { self.action = action }

  package static func == (one: Command, other: Command) -> Bool { one.action.isEqual(to: other.action) }

  /// The command as it is written.
  package var description: String { action.words.joined(separator: " ") }

  /// The verb that it begins with.
  package var verb: String { action.words.first ?? "" }
}

extension Command {
  /// Reads one line; `nil` if it is blank or a comment.
  ///
  /// - Parameter line: The line, without its newline.
  /// - Throws: What is wrong, where, and what was expected.
  package init?(parsing line: String) throws(SyntaxError) {
    try self.init(try Word.split(line))
  }

  /// Reads the words of a line; `nil` if there are none.
  init?(_ words: [Word]) throws(SyntaxError) {
    guard !words.isEmpty else { return nil }
    var arguments = Arguments(words)
    self = try arguments.command()
    try arguments.end()
  }

  /// Reads a size of at least one byte as commands write it: `64k`, `3p`.
  ///
  /// - Parameter text: The size.
  /// - Returns: Bytes.
  /// - Throws: What is wrong with it.
  package static func size(_ text: String) throws(SyntaxError) -> Int {
    let word = Word(text: text, columns: 0..<text.count)
    let size = try Literal.size(word, "the size")
    guard size > 0 else { throw SyntaxError("a size of 0 holds nothing: ask for at least 1 byte", at: word.columns) }
    return size
  }
}
