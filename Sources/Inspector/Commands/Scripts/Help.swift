struct HelpAction: ReadOnlyAction {
  let name: String?

  static let verb = Verb("help", .optional(.verb), help: "the commands, or one of them", example: "help write") {
    HelpAction(name: $0)
  }

  var words: [String?] { ["help", name.map(Word.quote)] }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard let name else {
      let width = Verb.all.map(\.name.count).max() ?? 0
      return Event(.output, Verb.all.map { $0.name.padded(to: width + 2) + $0.help })
    }
    guard let verb = Verb.named(name) else {
      let suggestion = Spelling.suggestion(for: name, among: Verb.all.map(\.name))
      throw CommandError("\(name): no such command; \(suggestion)`help` lists them")
    }
    return Event(.output, verb.manual)
  }
}

extension Command { package var isHelp: Bool { action is HelpAction } }
