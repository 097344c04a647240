import Inspector
import RangedMmap
import SystemPackage
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
    session.takeScreen = { [unowned session] path, isForced throws(CommandError) in
      try Screenshot.take(frame(session, size, isASCII), session.theme.palette, path, isForced: isForced)
    }
    defer { session.shutDown() }
    var player = Player(script)
    while true {
      switch try player.step(session) {
      case .performed(let event): try say(event.lines)
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
    try say(news.flatMap(\.lines))
    if let failure = news.first(where: { $0.kind == .failure }) { throw ScriptError(failure) }
  }

  /// Prints lines, with what could steer a terminal made visible; nothing is lost unsaid when nobody can take them.
  private static func say(_ lines: [String]) throws(ScriptError) {
    let text = lines.map { shown($0) + "\n" }.joined()
    do { _ = try FileDescriptor.standardOutput.writeAll(text.utf8) } catch {
      throw ScriptError(Event(.failure, ["standard output can't be written (\(error))"]))
    }
  }

  private static func shown(_ line: String) -> String {
    guard line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return line }
    return line.unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7f ? "\\x" + hex(scalar.value, width: 2) : String(scalar)
    }.joined()
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
