import Glibc
import Inspector
import RangedMmap
import TerminalCanvas

/// Runs commands without a screen: what they say goes to standard output.
final class Headless {
  /// The size of the frames that `screen` prints.
  struct Size {
    var width = 80
    var height = 24
  }

  private let session: Session
  private let plan: LaunchOptions
  private var frames: Frames?
  private let cast: CastRecorder?
  // How many of the session's events were printed, or are of no concern.
  private var told = 0

  init(_ session: Session, _ plan: LaunchOptions, isASCII: Bool, cast: CastRecorder?) {
    self.cast = cast
    self.session = session
    self.plan = plan
    frames = plan.frames
    Self.printScreens(of: session, size: plan.size, isASCII: isASCII)
  }

  /// Carries out all commands; the first failure ends it.
  ///
  /// Time in a recording of the screen passes by the commands and by no clock, so that the same commands make the same
  /// recording: a second a command, as long as it takes to read for a caption, and its own time for a pause.
  func run() throws(ScriptError) {
    defer { session.shutDown() }
    told = session.eventCount
    record()
    if plan.readsInput {
      var input = InputScript(isOnOpenFile: plan.opening != nil)
      while !session.isOver, let line = try input.next(session) { try play(line) }
    }
    try play(plan.script)
    try finish()
  }

  private func record() { cast?.show(Self.frame(session, plan.size), session.view.theme.palette, cursor: nil) }

  private func play(_ script: Script) throws(ScriptError) {
    var player = Player(script)
    var isDue = false
    while true {
      if isDue, !session.isWaiting {
        isDue = false
        try frames?.take(Self.frame(session, plan.size), session.view.theme.palette)
      }
      try tellAsides()
      let progress: Player.Progress
      do throws(ScriptError) { progress = try player.step(session) } catch {
        // A command that fails may have shown something before.
        try LinePrinter.print(news.filter { $0.kind == .output }.flatMap(\.lines))
        throw error
      }
      switch progress {
      case .performed(let event):
        try tellAsides()
        try LinePrinter.print(event.lines)
        isDue = true
        record()
        cast?.pass(Self.time(of: player.command, event, speed: session.speed.factor))
      case .waiting:
        let isInJSON = session.isWatchingInJSON
        if session.isWatching {
          // Who tells for ever ends with whoever listens.
          if !session.waitForNews(orEndOf: STDOUT_FILENO) { session.stopJob() }
        } else {
          session.waitForNews()
        }
        let asides = isInJSON ? news.filter { $0.kind != .output } : []
        LinePrinter.complain(asides.flatMap(\.lines))
        try LinePrinter.print(news.filter { !isInJSON || $0.kind == .output }.flatMap(\.lines))
        told = session.eventCount
      case .finished: return
      }
    }
  }

  private static func time(of command: Command?, _ event: Event, speed: Double) -> Duration {
    if let time = command?.pause { return time / speed }
    guard event.kind == .caption else { return .seconds(1) }
    return max(.seconds(2), .milliseconds(60) * event.lines.reduce(0) { $0 + $1.count })
  }

  // What workers that are still at work fail at counts, too.
  private func finish() throws(ScriptError) {
    session.shutDown()
    try tellAsides()
    let failures = session.workers.takeFailures()
    if !failures.isEmpty { throw ScriptError(Event(.failure, failures)) }
  }

  private var news: ArraySlice<Event> { session.log.suffix(session.eventCount - told) }

  // What workers failed at meanwhile, and what others did to the file, also while no command was there.
  private func tellAsides() throws(ScriptError) {
    let asides = news.filter { $0.kind == .failure || $0.kind == .news }
    told = session.eventCount
    try LinePrinter.print(asides.flatMap(\.lines))
  }

  /// Lets `screen` make frames of a size, as if there were a window of it.
  static func printScreens(of session: Session, size: Size, isASCII: Bool) {
    session.useASCII(isASCII)
    session.host.takeScreen = { [unowned session] file throws(CommandError) in
      try Screenshot.take(frame(session, size), session.view.theme.palette, file)
    }
  }

  private static func frame(_ session: Session, _ size: Size) -> Canvas {
    var interface = Interface()
    if session.view.isASCII { interface.glyphs = .ascii }
    let layout = Layout(session, width: size.width, height: size.height)
    if let layout {
      interface.update(session, layout)
      interface.askKernel(session, layout)
      interface.readBytes(session, layout)
    }
    return Screen.draw(Snapshot(session, interface, layout, width: size.width, height: size.height))
  }
}
