/// Shows a caption.
package struct SayAction: Action {
  let text: String

  static let verb = Verb("say", .texts, help: "show a caption", example: "say \"Nothing is durable yet.\"") {
    SayAction(text: $0)
  }

  package var words: [String] { ["say", Word.inQuotes(text)] }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    Event(.caption, text.split(separator: "\n").map(String.init))
  }
}

extension Command {
  package static func say(_ text: String) -> Command { Command(SayAction(text: text)) }

  /// The caption that it shows, if it shows one.
  package var caption: String? { (action as? SayAction)?.text }
}
