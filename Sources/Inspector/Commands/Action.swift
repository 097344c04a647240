import RangedMmap

/// What one verb does, or one form of it.
///
/// A verb is one file of this folder: its row in the grammar, its printed form, its effect, and what scripts and
/// recordings have to know of it. ``Verb/all`` lists the rows.
package protocol Action: Sendable, Equatable {
  /// The words of its printed form, `nil` for one that is left out; parsed again they give the same action.
  var words: [String?] { get }
  /// Carries it out. What was done before it throws stays done.
  func perform(in session: Session) throws(CommandError) -> Event
  var isReadOnly: Bool { get }
  var isOpening: Bool { get }
  /// Whether the log shows how long it took: it does something to the file, or reads it.
  var isTimed: Bool { get }
  /// Whether it may be why dirty pages are written back: by all that changes the file, and by what drops pages from memory.
  var mayWriteBack: Bool { get }
  /// Whether dirty pages may go with it and not be written: how many were cleaned is unknown then.
  var dropsDirtyPages: Bool { get }
  /// The labels of ranges that must be there before it.
  var neededLabels: ClosedRange<Int>? { get }
  /// How many ranges get labels by it; `nil` if its text does not say.
  var newLabels: Int? { get }
  /// What a recording has of it; `isRacing` if threads were at work meanwhile, and how far they had come is unknown.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm
}

extension Action {
  package var isReadOnly: Bool { false }
  package var isOpening: Bool { false }
  package var isTimed: Bool { isOpening }
  package var mayWriteBack: Bool { !isReadOnly }
  package var dropsDirtyPages: Bool { false }
  package var neededLabels: ClosedRange<Int>? { nil }
  package var newLabels: Int? { 0 }
  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .command(Command(self)) }

  func isEqual(to other: any Action) -> Bool { (other as? Self) == self }
}

/// An action that leaves the file, its ranges and the workers as they are.
package protocol ReadOnlyAction: Action {}

extension ReadOnlyAction { package var isReadOnly: Bool { true } }

/// An action that changes only what the screen shows, and prints nothing.
protocol ViewAction: ReadOnlyAction { func change(_ session: Session) throws(CommandError) }

extension ViewAction {
  func perform(in session: Session) throws(CommandError) -> Event {
    try change(session)
    return Event(.done, [])
  }
}

/// An action that shows facts of the open file: as lines, or as one line of JSON.
protocol FactsAction: ReadOnlyAction {
  var asJSON: Bool { get }
  func lines(of file: MmapFile, in session: Session) throws(CommandError) -> [String]
  func json(of file: MmapFile, in session: Session) throws(CommandError) -> JSON
}

extension FactsAction {
  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    let lines = asJSON ? ["\(try json(of: file, in: session))"] : try lines(of: file, in: session)
    return Event(.output, lines, isMeasured: true)
  }
}

/// An action on ranges that have labels; its first argument names them.
protocol RangeAction: Action {
  static var verb: Verb { get }
  var ranges: RangeSelection { get }
}

extension RangeAction {
  var words: [String?] { [Self.verb.name, "\(ranges)"] }
  var neededLabels: ClosedRange<Int>? { ranges.labels }
  package var isTimed: Bool { true }

  /// The label of the one range that it is about.
  func singleLabel(_ example: String) throws(CommandError) -> Int {
    if let labels = ranges.labels, labels.count == 1 { return labels.lowerBound }
    throw CommandError("\(Self.verb.name) \(ranges): one range at a time, as in `\(example)`")
  }
}

package enum RecordedForm {
  case command(Command)
  /// That it was done and why it is not done again, and what is done in its place.
  case remark(String, instead: Command? = nil)
  /// The opening of a file, with which a recording begins.
  case opening(path: String)
  case nothing

  static let ofTheMoment = remark("was so; the kernel may do otherwise another time")
  static let amongThreads = remark("while threads were at work")
}
