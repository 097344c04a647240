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
    session.takeScreen = { [unowned session] path throws(CommandError) in
      try Screenshot.take(frame(session, size, isASCII), path, .unicode)
    }
    defer { session.shutDown() }
    var player = Player(script)
    while true {
      switch try player.step(session) {
      case .performed(let event): for line in event.lines { print(line) }
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
    for line in news.flatMap(\.lines) { print(line) }
    if let failure = news.first(where: { $0.kind == .failure }) { throw ScriptError(failure) }
  }

  private static func frame(_ session: Session, _ size: Size, _ isASCII: Bool) -> Canvas {
    var interface = Interface()
    if isASCII { interface.glyphs = .ascii }
    if let layout = Layout(width: size.width, height: size.height), let file = session.file {
      interface.firstPage = layout.shape.firstPage(from: 0, showing: session.cursor, of: file.states.count)
    }
    return Screen.draw(session, interface, width: size.width, height: size.height)
  }
}
