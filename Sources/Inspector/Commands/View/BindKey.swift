/// What a key does from now on.
struct BindKeyAction: ReadOnlyAction {
  let key: KeyName
  /// `nil` for what the key did at first.
  let command: Command?

  static let verb = Verb(
    "key", .key, .bound, help: "what a key does from now on; default gives back what it did",
    example: "key w \"write selected random:7\""
  ) { BindKeyAction(key: $0, command: $1) }

  var words: [String?] { ["key", Word.quote("\(key)"), command.map { Word.inQuotes("\($0)") } ?? "default"] }

  func perform(in session: Session) throws(CommandError) -> Event {
    session.view.keys.removeAll { $0.key == key }
    if let command { session.view.keys.append((key, command)) }
    return .done("\(key): \(command.map { "\($0)" } ?? "as at first")")
  }

  // Keys are a person's own; a recording has what they did.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}

extension Parameter where Value == KeyName {
  fileprivate static var key: Self {
    let kind = ArgumentKind("KEY", "key", "a key as the help names it: w, Space, Tab, Ctrl-A, Alt-x, F1 to F12")
    return Parameter(kind) { word, _ throws(SyntaxError) in
      let key = try KeyName(word)
      // Without it no key could be given back, and nothing could be quit where `q` is bound too.
      guard "\(key)" != ":" else {
        let reason = "`:` opens the prompt, where each other key can be given back"
        throw SyntaxError("\(reason): bind another", at: word.columns)
      }
      return key
    }
  }
}

extension Parameter where Value == Command? {
  /// A command as one word in quotes, or as it is; `default` for none.
  fileprivate static var bound: Self {
    Parameter(.command, .repeated) { arguments throws(SyntaxError) in
      guard let word = arguments.only else { return try arguments.command() }
      if word.text == "default" {
        _ = try arguments.required(.command)
        return nil
      }
      guard word.text.contains(where: \.isWhitespace) else { return try arguments.command() }
      _ = try arguments.required(.command)
      do throws(SyntaxError) {
        guard let command = try Command(parsing: word.text) else {
          throw SyntaxError("there is no command in \(word)", at: word.columns)
        }
        return command
      } catch { throw SyntaxError(error.description, at: word.columns) }
    }
  }
}
