/// Explains the commands, or one.
package struct HelpAction: Action {
  let name: String?

  static let verb = Verb("help", .optional(.verb), help: "the commands, or one of them", example: "help write") {
    HelpAction(name: $0)
  }

  package var words: [String] { ["help"] + (name.map { [Word.quote($0)] } ?? []) }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    guard let name else {
      let width = Verb.all.map(\.name.count).max() ?? 0
      return Event(
        .output,
        Verb.all.map { $0.name + String(repeating: " ", count: width + 2 - $0.name.count) + $0.help })
    }
    guard let verb = Verb.named(name) else {
      let suggestion = Spelling.suggestion(for: name, among: Verb.all.map(\.name))
      throw CommandError("\(name): no such command; \(suggestion)`help` lists them")
    }
    return Event(.output, verb.manual)
  }
}

extension Command {
  package static func help(verb: String?) -> Command { Command(HelpAction(name: verb)) }
}
