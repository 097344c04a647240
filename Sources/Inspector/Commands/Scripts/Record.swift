struct RecordAction: ReadOnlyAction {
  let path: String?
  let isForced: Bool

  static let verb = Verb(
    "record", help: "write all that is done, from the opening of the file on, as a script that replays it",
    example: "record demo.mmv",
    forms: [
      Form(keyword: nil, .path, .flag("force")) { RecordAction(path: $0, isForced: $1) },
      Form("off") { RecordAction(path: nil, isForced: false) },
    ])

  var words: [String?] { ["record", path.map(Word.quote) ?? "off", isForced ? "force" : nil] }

  func perform(in session: Session) throws(CommandError) -> Event {
    if let path {
      try session.begin(recordingTo: session.output(path, isForced: isForced, command: "record"))
      return .done("recording to \(path)")
    }
    guard let path = session.recorder.path else {
      throw CommandError("record: nothing is being recorded; `record PATH` begins")
    }
    session.recorder.end()
    return .done("recorded to \(path)")
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}
