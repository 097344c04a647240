import Inspector
import RangedMmap
import TerminalCanvas

/// Runs commands without a screen: what they say goes to standard output.
enum Headless {
  /// The size of the frames that `screen` prints.
  struct Size {
    var width = 80
    var height = 24
  }

  /// Carries out all commands; the first failure ends it.
  ///
  /// Time in a recording passes by the commands and by no clock, so that the same commands make the same recording:
  /// a second a command, as long as it takes to read for a caption, and its own time for a pause.
  static func run(
    _ session: Session, _ script: Script, size: Size, isASCII: Bool, cast: CastRecorder? = nil
  ) throws(ScriptError) {
    printScreens(of: session, size: size, isASCII: isASCII)
    defer { session.shutDown() }
    func record() { cast?.show(frame(session, size), session.theme.palette, cursor: nil) }
    record()
    var player = Player(script)
    while true {
      let before = session.eventCount
      switch try player.step(session) {
      case .performed(let event):
        // What workers failed at meanwhile, and what became of the file.
        try LinePrinter.print(news(session, since: before).filter { $0.kind == .failure }.flatMap(\.lines))
        try LinePrinter.print(event.lines)
        record()
        cast?.pass(time(of: player.command, event, speed: session.speed.factor))
      case .waiting:
        session.waitForNews()
        try LinePrinter.print(news(session, since: before).flatMap(\.lines))
      case .finished:
        try finish(session)
        do throws(CommandError) { try cast?.finish() } catch { throw ScriptError(Event(.failure, [error.description])) }
        return
      }
    }
  }

  private static func time(of command: Command?, _ event: Event, speed: Double) -> Duration {
    if case .pause(let time?)? = command { return time / speed }
    guard event.kind == .caption else { return .seconds(1) }
    return max(.seconds(2), .milliseconds(60) * event.lines.reduce(0) { $0 + $1.count })
  }

  // What workers that are still at work fail at counts, too.
  private static func finish(_ session: Session) throws(ScriptError) {
    let before = session.eventCount
    session.shutDown()
    try LinePrinter.print(news(session, since: before).filter { $0.kind == .failure }.flatMap(\.lines))
    let failures = session.takeWorkerFailures()
    if !failures.isEmpty { throw ScriptError(Event(.failure, failures)) }
  }

  private static func news(_ session: Session, since count: Int) -> ArraySlice<Event> {
    session.log.suffix(session.eventCount - count)
  }

  /// Lets `screen` make frames of a size, as if there were a window of it.
  static func printScreens(of session: Session, size: Size, isASCII: Bool) {
    session.isASCII = isASCII
    session.takeScreen = { [unowned session] path, isForced throws(CommandError) in
      try Screenshot.take(frame(session, size), session.theme.palette, path, isForced: isForced)
    }
  }

  private static func frame(_ session: Session, _ size: Size) -> Canvas {
    var interface = Interface()
    if session.isASCII { interface.glyphs = .ascii }
    if let layout = Layout(session, width: size.width, height: size.height) {
      interface.update(session, layout)
      interface.askKernel(session, layout)
      interface.readBytes(session, layout)
    }
    return Screen.draw(session, interface, width: size.width, height: size.height)
  }
}
