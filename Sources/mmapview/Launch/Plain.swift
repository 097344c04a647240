import Glibc
import Inspector
import TerminalCanvas

/// Speaks in lines with a person who types commands, or with a screen reader: no screen, no keys, every event as text.
///
/// The script comes first; then commands are read from standard input, until `quit` or its end. What workers report is
/// printed as it comes.
final class Plain: FrontEnd {
  let session: Session
  private let drawn: DrawnFrames
  private(set) var hasEnded = false
  private var input = LineInput()
  private var scriptFailed = false
  private var news = News()
  private var isPrompting = false
  private var question: PlainQuestion?
  private let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1

  init(_ session: Session, _ options: LaunchOptions, isASCII: Bool) {
    self.session = session
    session.isAttended = isTerminal
    if isTerminal {
      session.patience = .atOnce
      session.host.copy = { text throws(CommandError) in
        do throws(ScriptError) { try LinePrinter.write(TerminalSequences.copy(text)) } catch {
          throw CommandError(error.description)
        }
      }
    }
    drawn = DrawnFrames(of: session, size: options.size, isASCII: isASCII)
  }

  func run() throws(ScriptError) -> Bool {
    defer { session.shutDown() }
    try drive()
    session.shutDown()
    try report()
    try say(session.farewell.map { [$0] } ?? [])
    return !scriptFailed
  }

  func step() throws(ScriptError) -> Player.Progress {
    defer { noteLesson() }
    do throws(ScriptError) { return try session.player.step(session) } catch {
      scriptFailed = true
      let event = Event(.failure, [error.description])
      session.note(event)
      return .performed(event)
    }
  }

  func show(_ progress: Player.Progress) throws(ScriptError) { try report() }

  func rest(after progress: Player.Progress) throws(ScriptError) {
    if case .performed = progress { return }
    if let question, let line = input.next() {
      self.question = nil
      answer(question, (try? line.text) ?? "")
    } else if question != nil, !input.hasEnded {
      try sleep()
    } else if session.isWatching, session.job?.wasStopped == false, isTerminal {
      if input.next() != nil || input.hasEnded { carryOut(.stop) } else { try sleep() }
    } else if session.isWaiting, !session.isWaitingForKey {
      // A person may end what goes on, or hold it; other lines wait until it has ended.
      if isTerminal, let line = input.next(where: { isStop($0) || $0.isBlank }) {
        carryOut(line)
      } else if isTerminal, !input.hasEnded {
        try sleep()
      } else {
        session.waitForNews()
      }
    } else if let line = input.next() {
      carryOut(line)
    } else if !input.hasEnded {
      try sleep()
    } else if session.isWaitingForKey {
      // There will be no more keys.
      session.isAttended = false
      session.goOn()
    } else {
      hasEnded = true
    }
  }

  private func isStop(_ line: LineInput.Line) -> Bool {
    guard let command = try? Command(parsing: try line.text) else { return false }
    return [.stop, .stopScript, .workers(.stop)].contains(command)
  }

  private func carryOut(_ line: LineInput.Line) {
    do {
      if let command = try Command(parsing: try line.text) {
        carryOut(command)
      } else if line.isBlank {
        // Enter, as Space on the screen: what rests for a time rests until the next one.
        if session.isWaitingForKey { session.goOn() } else { session.hold() }
      }
    } catch { session.note(Event(.failure, ["\(error)"])) }
  }

  private func answer(_ question: PlainQuestion, _ answer: String) {
    let commands = question.commands(for: answer)
    if commands.isEmpty { session.note(Event(.notice, [question.declined])) }
    // What follows counts on what is before it.
    _ = commands.allSatisfy { carryOut($0, isAnswer: true) }
  }

  /// Whether it was carried out.
  @discardableResult
  private func carryOut(_ command: Command, isAnswer: Bool = false) -> Bool {
    // No question to a pipe: it has its lines already.
    if isTerminal, !isAnswer, let question = PlainQuestion(before: command, session) {
      self.question = question
      return false
    }
    let stopped = [.stop, .stopScript].contains(command) ? StopReport(of: command, session) : nil
    do throws(CommandError) {
      if let claim = session.lessonsClaim(on: command) { throw CommandError(claim) }
      try session.perform(command)
      if let line = stopped?.line(after: session) { session.note(Event(.notice, [line])) }
      return true
    } catch {
      session.note(Event(.failure, [error.description]))
      return false
    }
  }

  private func report() throws(ScriptError) {
    let news = news.take(session)
    guard !news.isEmpty else { return }
    try say(news.flatMap { event in event.lines.map { event.kind == .failure ? "error: " + $0 : $0 } })
  }

  // Never behind the prompt on its line.
  private func say(_ lines: [String]) throws(ScriptError) {
    if isPrompting { try LinePrinter.write("\n") }
    isPrompting = false
    try LinePrinter.print(lines)
  }

  private func sleep() throws(ScriptError) {
    let isAsking = question != nil || !session.isWaiting || session.isWaitingForKey
    if isTerminal, !isPrompting, isAsking {
      try LinePrinter.write((question?.text ?? (session.isWaitingForKey ? "Enter goes on " : "")) + "> ")
    }
    isPrompting = isTerminal && (isPrompting || isAsking)
    guard session.waitForNews(orInput: STDIN_FILENO) else { return }
    try report()
    input.read()
    // The person's own end of line, or end of input, has ended the prompt's line.
    isPrompting = isPrompting && input.hasEnded
  }
}

/// What `stop` has ended, which the screen shows without a word.
private struct StopReport {
  private let ended: String?

  /// To be asked before it is carried out.
  init(of command: Command, _ session: Session) {
    ended =
      if command == .stopScript {
        "the script is left"
      } else if session.job != nil {
        // It says so itself.
        nil
      } else if session.isSourcing {
        "the script that was sourced is left"
      } else if session.view.selection != nil {
        "nothing is selected any more"
      } else if session.view.captions.current != nil {
        "the caption is taken away"
      } else {
        "nothing goes on that `stop` could end"
      }
  }

  func line(after session: Session) -> String? {
    let rest = session.isWaitingForKey ? "; the script rests: Enter goes on, `stop script` leaves it" : ""
    return ended.map { $0 + rest }
  }
}
