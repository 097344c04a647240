/// What the presenter is to know and the audience is not.
struct NoteAction: ReadOnlyAction {
  let text: String

  static let verb = Verb(
    "note", .texts,
    help: "a note for the presenter, on the caption before it: shown with --notes alone, and a marker in a --cast",
    example: "note \"Ask who knows O_DIRECT.\""
  ) { NoteAction(text: $0) }

  var words: [String?] { ["note", Word.inQuotes(text)] }

  func perform(in session: Session) throws(CommandError) -> Event {
    session.view.captions.note(text)
    session.host.mark(text)
    // The log, too, may be seen by all.
    return Event(.note, session.view.showsNotes ? "note: \(text)".captionLines : [])
  }
}

extension Command {
  /// The note that it takes.
  package var note: String? { (action as? NoteAction)?.text }
}
