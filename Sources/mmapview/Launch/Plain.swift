import CLinux
import Glibc
import Inspector

/// Speaks in lines with whoever types commands, or with a screen reader: no screen, no keys, every event as text.
///
/// The script comes first; then commands are read from standard input, until `quit` or its end. What workers have to
/// tell is printed as it comes.
final class Plain {
  private let session: Session
  private var player: Player
  private var input = LineInput()
  private var scriptFailed = false
  private var told = 0
  private var isPrompting = false
  private let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1

  init(_ session: Session, _ plan: LaunchOptions, isASCII: Bool) {
    self.session = session
    player = Player(plan.script)
    session.isAttended = isTerminal
    Headless.printScreens(of: session, size: plan.size, isASCII: isASCII)
  }

  /// Runs to the end.
  ///
  /// - Returns: Whether the script, if there was one, went through.
  /// - Throws: When standard output can't be written.
  func run() throws(ScriptError) -> Bool {
    defer { session.shutDown() }
    while !session.isOver {
      try tell()
      if play() { continue }
      if session.isWatching, session.job?.wasStopped == false, isTerminal {
        if input.next() != nil || input.hasEnded { session.stopJob() } else { try sleep() }
      } else if session.isWaiting, !session.isWaitingForKey {
        session.waitForNews()
      } else if let line = input.next() {
        carryOut(line)
      } else if input.hasEnded {
        guard session.isWaitingForKey else { break }
        // There will be no more keys.
        session.isAttended = false
        session.goOn()
      } else {
        try sleep()
      }
    }
    session.shutDown()
    try tell()
    try say(session.farewell.map { [$0] } ?? [])
    return !scriptFailed
  }

  // One command of the script.
  private func play() -> Bool {
    defer { session.host.isInLesson = session.host.outside != nil && player.upcoming != nil }
    do throws(ScriptError) {
      guard case .performed = try player.step(session) else { return false }
    } catch {
      scriptFailed = true
      session.note(Event(.failure, [error.description]))
    }
    return true
  }

  private func carryOut(_ line: LineInput.Line) {
    do {
      if let command = try Command(parsing: try line.text) {
        if let claim = session.lessonsClaim(on: command) { throw CommandError(claim) }
        try session.perform(command)
      } else {
        // Enter, which a script may wait for.
        session.goOn()
      }
    } catch { session.note(Event(.failure, ["\(error)"])) }
  }

  private func tell() throws(ScriptError) {
    let news = session.log.suffix(session.eventCount - told)
    told = session.eventCount
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
    if isTerminal, !isPrompting, !session.isWatching {
      try LinePrinter.write(session.isWaitingForKey ? "Enter goes on > " : "> ")
    }
    isPrompting = isTerminal && (isPrompting || !session.isWatching)
    var entries = [STDIN_FILENO, session.wakeUp.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    // SAFETY: two entries, for the length of the call; a signal that interrupts it leaves them without events.
    guard unsafe poll(&entries, 2, -1) > 0 else { return }
    session.wakeUp.clear()
    session.collect()
    guard entries[0].revents != 0 else { return }
    try tell()
    input.read()
    // The person's own end of line, or end of input, has ended the prompt's line.
    isPrompting = isPrompting && input.hasEnded
  }
}
