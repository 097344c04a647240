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
  static func run(_ session: Session, _ script: Script, size: Size, isASCII: Bool) throws(ScriptError) {
    printScreens(of: session, size: size, isASCII: isASCII)
    defer { session.shutDown() }
    var player = Player(script)
    while true {
      switch try player.step(session) {
      case .performed(let event): try LinePrinter.print(event.lines)
      case .waiting: try waitForWorkers(session)
      case .finished: return
      }
    }
  }

  private static func waitForWorkers(_ session: Session) throws(ScriptError) {
    let before = session.eventCount
    session.wakeUp.wait()
    session.collect()
    let news = session.log.suffix(session.eventCount - before)
    try LinePrinter.print(news.flatMap(\.lines))
    if let failure = news.first(where: { $0.kind == .failure }) { throw ScriptError(failure) }
  }

  /// Lets `screen` make frames of a size, as if there were a window of it.
  static func printScreens(of session: Session, size: Size, isASCII: Bool) {
    session.takeScreen = { [unowned session] path, isForced throws(CommandError) in
      try Screenshot.take(frame(session, size, isASCII), session.theme.palette, path, isForced: isForced)
    }
  }

  private static func frame(_ session: Session, _ size: Size, _ isASCII: Bool) -> Canvas {
    var interface = Interface()
    if isASCII { interface.glyphs = .ascii }
    if let layout = Layout(session, width: size.width, height: size.height) {
      interface.update(session, layout)
      interface.askKernel(session, layout)
      interface.readBytes(session, layout)
    }
    return Screen.draw(session, interface, width: size.width, height: size.height)
  }
}
