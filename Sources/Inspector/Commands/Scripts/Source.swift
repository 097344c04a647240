import SystemPackage

struct SourceAction: Action {
  let path: String

  static let verb = Verb(
    "source", .path, help: "play another script; in a script, from the folder that it is in",
    example: "source more.mmv"
  ) { SourceAction(path: $0) }

  var words: [String?] { ["source", Word.quote(path)] }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard !session.isSourcing else {
      throw CommandError("source: a script is being played already; Esc ends it")
    }
    do throws(ScriptError) {
      let script = try Script(sourcing: path)
      if session.workersHaveEndedAndHandedOver { try script.checkLabels(known: session.rangeCount) }
      session.scripts.source(script, from: path)
      session.wakeUp.signal()
      return .done("plays \(path): \(counted(script.steps.count, "command"))")
    } catch { throw CommandError(error.description) }
  }

  // The commands of the script are recorded one by one.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}

extension Command {
  package static func source(path: String) -> Command { Command(SourceAction(path: path)) }

  var sourcedPath: String? { (action as? SourceAction)?.path }

  /// The same, with the path that it sources taken from a folder.
  func sourcing(from folder: FilePath?) -> Command {
    if let path = sourcedPath { return .source(path: folder?.pushing(typed: path) ?? path) }
    guard case .error(let text, .command(let command))? = action as? Expectation else { return self }
    return .expect(.error(text: text, .command(command.sourcing(from: folder))))
  }
}
