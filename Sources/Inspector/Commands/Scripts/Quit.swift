import RangedMmap

struct QuitAction: Action {
  let syncs: Bool

  static let verb = Verb(
    "quit", help: "end the program, at once or when all pages are durable; q for short", example: "quit",
    forms: [Form(keyword: nil) { QuitAction(syncs: false) }, Form("sync") { QuitAction(syncs: true) }])

  var words: [String?] { ["quit", syncs ? "sync" : nil] }
  var isReadOnly: Bool { !syncs }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard syncs else {
      session.end()
      return .done("goodbye")
    }
    return try session.syncAndEnd()
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    syncs ? .command(.sync(.all)) : .nothing
  }
}

extension Command {
  package static let quit = Command(QuitAction(syncs: false))
  package static let syncAndQuit = Command(QuitAction(syncs: true))
}

extension Session {
  // It ends when the sync has worked, and stays when it has not.
  fileprivate func syncAndEnd() throws(CommandError) -> Event {
    // Workers would go on writing what is to be synced.
    shutDown()
    if let lost = file?.states.counts()[.lost], lost > 0 {
      throw CommandError(
        "quit sync: \(counted(lost, "page")) lost can't be made durable; \(Rule.lost); `reuse` and write them again, or `quit` as it is"
      )
    }
    guard unsyncedPages > 0 else {
      end()
      return .done("goodbye")
    }
    let event = try Command.sync(.all).action.perform(in: self)
    let goesOn = jobs.replaceEnding(unless: nil) { end in
      { session throws(CommandError) in
        let event = try end(session)
        if session.unsyncedPages == 0 { session.end() }
        return event
      }
    }
    if !goesOn, unsyncedPages == 0 { end() }
    return event
  }
}
