struct SayAction: ReadOnlyAction {
  let text: String

  static let verb = Verb("say", .texts, help: "show a caption", example: "say \"Nothing is durable yet.\"") {
    SayAction(text: $0)
  }

  var words: [String?] { ["say", Word.inQuotes(text)] }

  func perform(in session: Session) throws(CommandError) -> Event {
    Event(.caption, text.split(separator: "\n").map(String.init))
  }
}

extension Command {
  package var caption: String? { (action as? SayAction)?.text }
}
