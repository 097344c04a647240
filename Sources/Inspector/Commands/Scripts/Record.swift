/// Writes what is done to a script, or writes no more where there is no path.
package struct RecordAction: Action {
  let path: String?
  let isForced: Bool

  static let verb = Verb(
    "record", help: "write all that is done, from the opening of the file on, as a script that replays it",
    example: "record demo.mmv",
    forms: [
      Form(keyword: nil, .path, .flag("force")) { RecordAction(path: $0, isForced: $1) },
      Form("off") { RecordAction(path: nil, isForced: false) },
    ])

  package var words: [String] {
    ["record"] + (path.map { [Word.quote($0)] + (isForced ? ["force"] : []) } ?? ["off"])
  }

  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try session.record(to: path, isForced: isForced)
  }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}

extension Session {
  fileprivate func record(to path: String?, isForced: Bool) throws(CommandError) -> Event {
    guard let path else {
      guard let path = recorder.path else {
        throw CommandError("record: nothing is being recorded; `record PATH` begins")
      }
      recorder.end()
      return .done("recorded to \(path)")
    }
    try begin(recordingTo: output(path, isForced: isForced, command: "record"))
    return .done("recording to \(path)")
  }
}
