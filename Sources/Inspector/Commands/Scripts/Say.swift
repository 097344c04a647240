struct SayAction: ReadOnlyAction {
  let text: String

  static let verb = Verb(
    "say", .texts, help: "show a caption, a marker in a --cast; an empty one takes it away",
    example: "say \"Nothing is durable yet.\""
  ) {
    SayAction(text: $0)
  }

  var words: [String?] { ["say", Word.inQuotes(text)] }

  func perform(in session: Session) throws(CommandError) -> Event {
    session.view.captions.show(text)
    if !text.isEmpty { session.host.mark(text) }
    return Event(.caption, text.captionLines)
  }
}

extension Command {
  /// The caption that it shows.
  package var caption: String? { (action as? SayAction).flatMap { $0.text.isEmpty ? nil : $0.text } }

  static func say(_ text: String) -> Command { Command(SayAction(text: text)) }
}

extension String { var captionLines: [String] { split(separator: "\n").map(String.init) } }
