import Glibc
import Inspector
import RangedMmap
import TerminalCanvas

/// Runs commands without a screen: what they say goes to standard output.
final class Headless: FrontEnd {
  struct Size {
    var width = 80
    var height = 24
  }

  let session: Session
  private(set) var hasEnded = false
  private let drawn: DrawnFrames
  private var frames: Frames?
  private let cast: CastRecorder?
  private var news = News()
  // Standard input where it is a script, and the script that follows it.
  private var input: (script: InputScript, rest: Script)?
  // What was printed last while a script was held back.
  private var printedNews: ArraySlice<Event> = []
  // Whether the frame of the last command is still to be saved.
  private var isFrameDue = false

  init(_ session: Session, _ options: LaunchOptions, isASCII: Bool, cast: CastRecorder?) {
    (self.session, self.cast, frames) = (session, cast, options.frames)
    if options.readsInput { input = (InputScript(isOnOpenFile: options.opening != nil), options.script) }
    drawn = DrawnFrames(of: session, size: options.size, isASCII: isASCII)
  }

  /// Carries out all commands; the first failure ends it.
  ///
  /// Time in a recording of the screen passes by the commands and by no clock, so that the same commands make the same
  /// recording: a second a command, as long as it takes to read for a caption, and its own time for a pause.
  func run() throws(ScriptError) {
    defer { session.shutDown() }
    news.skip(session)
    record()
    try drive()
    try saveFrame()
    session.shutDown()
    try printAsides()
    // Failures of workers that were still at work count, too.
    let failures = session.workers.takeFailures()
    if !failures.isEmpty { throw ScriptError(Event(.failure, failures)) }
  }

  func step() throws(ScriptError) -> Player.Progress {
    try saveFrame()
    try printAsides()
    do throws(ScriptError) { return try session.player.step(session) } catch {
      // A command that fails may have shown something before.
      try LinePrinter.print(news.take(session).filter { $0.kind == .output }.flatMap(\.lines))
      throw error
    }
  }

  func show(_ progress: Player.Progress) throws(ScriptError) {
    guard case .performed(let event) = progress else { return }
    try printAsides()
    if !(event.isKnown && printedNews.contains(event)) { try LinePrinter.print(event.lines) }
    isFrameDue = true
    record()
    cast?.pass(time(of: event))
  }

  func rest(after progress: Player.Progress) throws(ScriptError) {
    switch progress {
    case .performed: break
    case .waiting: try wait()
    case .finished:
      if let line = try input?.script.next(session) {
        session.load(line, isWhole: false)
      } else if let script = input.take()?.rest {
        session.load(script)
      } else {
        hasEnded = true
      }
    }
  }

  private func wait() throws(ScriptError) {
    let isInJSON = session.isWatchingInJSON
    if session.isWatching {
      // A watch ends with the reader of its lines.
      if !session.waitForNews(orEndOf: STDOUT_FILENO) { _ = try? session.perform(.stop) }
    } else {
      session.waitForNews()
    }
    let news = news.take(session)
    if !news.isEmpty { printedNews = news }
    func isAside(_ event: Event) -> Bool { event.isOfOthers || isInJSON && event.kind != .output }
    LinePrinter.complain(news.filter(isAside).flatMap(\.lines))
    try LinePrinter.print(news.filter { !isAside($0) }.flatMap(\.lines))
  }

  private func time(of event: Event) -> Duration {
    if let time = session.player.command?.pause { return time / session.speed.factor }
    if event.kind == .note { return .zero }
    guard event.kind == .caption || event.kind == .captionAgain else { return .seconds(1) }
    return max(.seconds(2), .milliseconds(60) * event.lines.reduce(0) { $0 + $1.count })
  }

  // What workers failed at meanwhile, and what other programs did to the file: that is no answer to the next command.
  private func printAsides() throws(ScriptError) {
    let news = news.take(session)
    LinePrinter.complain(news.filter(\.isOfOthers).flatMap(\.lines))
    try LinePrinter.print(
      news.filter { !$0.isOfOthers && ($0.kind == .failure || $0.kind == .news) }.flatMap(\.lines))
  }

  private func saveFrame() throws(ScriptError) {
    guard isFrameDue, !session.isWaiting else { return }
    isFrameDue = false
    try frames?.take(drawn.draw(), session.view.theme.palette)
  }

  private func record() { cast?.show(drawn.draw(), session.view.theme.palette, cursor: nil) }
}
