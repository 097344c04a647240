struct OutsideAction: Action {
  let arguments: [String]

  static let verb = Verb(
    "outside", .words, help: "in a lesson: what another program does, or the machine",
    example: "outside truncate a.bin 8k"
  ) { OutsideAction(arguments: $0) }

  var words: [String?] { ["outside"] + arguments.map(Word.quote) }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard let outside = session.host.outside else {
      throw CommandError("outside: only a lesson has that; `mmapview --lesson` lists them")
    }
    return try outside(arguments)
  }

  // `leave` ends a lesson and removes its folder; a script that replays the recording has no such folder.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    arguments == ["leave"] ? .nothing : .command(Command(self))
  }
}

extension Parameter where Value == [String] {
  fileprivate static var words: Self {
    let kind = ArgumentKind("WORD", "word", "whatever the lesson knows")
    return Parameter(kind, .repeated) { arguments throws(SyntaxError) in
      [try arguments.required(kind).text] + arguments.rest(kind).map(\.text)
    }
  }
}
