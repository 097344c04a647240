import CLaunch
import Glibc
import Inspector
import RangedMmap
import TerminalCanvas

/// Draws, sleeps until something happens, and lets it happen.
///
/// It sleeps in ppoll(2) on the keyboard, the session's wake-up and the signals. Only while workers run does it wake
/// by itself, thirty times a second, to show what they did.
final class RunLoop: FrontEnd {
  let session: Session
  let terminal: NcursesTerminal
  var replay: Replay
  var interface = Interface()
  private let signals: Int32
  private var endingSignal: Int32?
  var scriptFailure: ScriptError?
  var scriptEnd = ScriptEnd()
  var shown: Canvas?
  private(set) var layout: Layout?
  var browser = PastBrowser()
  /// Whether a command of the person is carried out, and none of a script.
  var isPersonsCommand = false
  /// Whether a script has entered the past, which then holds for its commands too; one that is played while the person
  /// looks back goes on.
  var isPastOfScript = false
  private var hasHungUp = false
  private let sampler: Sampler
  private let cast: CastRecorder?
  // Whether a command was carried out since the last sample.
  var hasActed = true
  private var knownAct = ContinuousClock.now
  private(set) var meter = FrameMeter()
  var history = History.kept("history")

  /// The files that were opened, the newest last.
  var recentFiles = History.kept("files")
  var lastFile: FilePath?
  /// Whether a lesson may take the place of this run, which then ends.
  var startsLessons = false
  /// The lesson that is to take the place of this run.
  var nextLesson: Int?
  // What was typed to be found, for this session.
  var finds = History(in: nil)

  // 30 frames a second, which look like motion.
  private static let frameTime = Duration.milliseconds(33)
  // How long a frame waits for the sample that follows what was done, so that both layers are of one moment. It takes less
  // than a millisecond as a rule; on a busy machine a frame may be late by one, and a later sample comes with its own.
  private static let patience = frameTime

  init(
    _ session: Session, _ terminal: NcursesTerminal, _ replay: Replay, signals: Int32, isASCII: Bool,
    cast: CastRecorder?
  ) throws(CommandError) {
    sampler = try Sampler(waking: session.wakeUp)
    self.session = session
    self.terminal = terminal
    self.signals = signals
    self.replay = replay
    self.cast = cast
    session.patience = .atOnce
    interface.showsTimes = true
    session.isAttended = true
    session.host.hasScreen = true
    session.useASCII(isASCII)
    chooseGlyphs()
    session.host.copy = { [terminal] text in terminal.copy(text) }
    session.host.takeScreen = { [unowned self] file throws(CommandError) in
      chooseGlyphs()
      measureWindow()
      // What is shown of the past is kept already.
      if let layout, interface.past == nil { interface.sample(session, layout, readsForced: true) }
      return try Screenshot.take(draw(), session.view.theme.palette, file)
    }
    session.host.stepInPast = { [unowned self] step throws(CommandError) in try self.step(inPast: step) }
    session.host.isInPast = { [unowned self] in isPastOfScript && browser.view != nil }
  }

  /// Runs until `quit` or a signal, and gives the terminal back.
  func run() throws(ScriptError) -> Int32? {
    try drive()
    terminal.close()
    sampler.stop()
    session.shutDown()
    history.save()
    recentFiles.save()
    if let scriptFailure { throw scriptFailure }
    return endingSignal
  }

  var hasEnded: Bool { endingSignal != nil || hasHungUp || nextLesson != nil }

  func rest(after progress: Player.Progress) {
    wait(sleepTime(progress))
    takeKeys()
    takeSignals()
    // Before the script goes on: what it waits for may just have ended.
    session.collect()
  }

  // Until the next frame, the end of a script's pause, or its next command; for ever where none is to come.
  private func sleepTime(_ progress: Player.Progress) -> Duration? {
    var times = [session.restLeft, session.namePause, session.flashTime]
    times.append(session.areWorkersMoving ? Self.frameTime : isStepping ? Self.frameTime * 3 : interface.restTime)
    switch progress {
    case .performed: return .zero
    case .waiting(let due?): times.append(max(.zero, due - .now))
    case .waiting(nil), .finished: break
    }
    return times.compactMap { $0 }.min()
  }

  // Whether a long step is under way that moves by itself.
  private var isStepping: Bool { session.job?.isOpenEnded == false }

  // A change of the window's size ends the sleep, and comes as the next key.
  private func wait(_ time: Duration?) {
    let others = [STDIN_FILENO, signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    // Without a terminal no key will ever be pressed again.
    hasHungUp = session.wakeUp.wait(for: others, atMost: time, endsOnResize: true)[0] & WakeUp.end != 0
  }

  private func takeSignals() {
    while true {
      switch claunch_next_signal(signals) {
      case 0: return
      case SIGTSTP:
        terminal.suspend()
        claunch_stop_here()
        terminal.resume()
        shown = nil
      // Something that gives no notice had stopped it, and a shell may have changed the terminal since.
      case SIGCONT:
        terminal.suspend()
        terminal.resume()
        shown = nil
      // At the prompt Ctrl-C ends the line, elsewhere the program.
      case SIGINT where interface.prompt != nil && layout != nil: interface.prompt = nil
      case SIGINT where layout != nil && bound["\u{03}"] != nil: bound["\u{03}"].map { perform($0) }
      case let signal:
        endingSignal = signal
        return
      }
    }
  }

  func show(_ progress: Player.Progress) {
    rememberFile()
    measure()
    changeLook()
    let (start, used) = (ContinuousClock.now, Thread.processorTime)
    sample()
    let canvas = draw()
    if canvas != shown || interface.prompt != nil {
      meter.count(ContinuousClock.now - start)
      terminal.show(canvas, cursor: promptCursor)
      cast?.show(canvas, session.view.theme.palette, cursor: promptCursor)
      shown = canvas
    }
    sampler.charge(Thread.processorTime - used)
  }

  private func draw() -> Canvas { Screen.draw(snapshot(layout)) }

  func snapshot(_ layout: Layout?) -> Snapshot {
    Snapshot(session, interface, layout, width: terminal.width, height: terminal.height)
  }

  private func chooseGlyphs() {
    interface.glyphs = terminal.showsUnicode && !session.view.isASCII ? .unicode : .ascii
  }

  private func changeLook() {
    chooseGlyphs()
    guard terminal.palette != session.view.theme.palette else { return }
    terminal.palette = session.view.theme.palette
    shown = nil
  }

  // Says what is in view, and takes what was seen of it; the asking itself is done elsewhere.
  private func sample() {
    guard let layout = measureWindow() else { return }
    interface.update(session, layout)
    let (request, start) = (interface.kernelRequest(session, layout), ContinuousClock.now)
    // A step that went on by itself ends with no command. While one moves, each sample is of another moment than the frame.
    if !session.areWorkersMoving, !isStepping, session.lastAct != knownAct {
      (hasActed, knownAct) = (true, session.lastAct)
    }
    // What was just faulted came into memory, which makes no event.
    let isWorking = session.areWorkersMoving || isStepping || session.areFaultsFresh
    sampler.turn(to: session.sampledFile, request, isWorking: isWorking, isUrgent: hasActed)
    if hasActed, request != nil, !session.areWorkersMoving {
      sampler.awaitSample(of: session.sampledFile, begunAfter: start, atMost: Self.patience)
    }
    hasActed = false
    let seen = sampler.sample(of: session.sampledFile)
    let isNews = seen?.time != interface.sampleTime
    (interface.kernel, interface.sampleTime, interface.delay) = (seen?.sample, seen?.time, seen?.delay)
    if isNews, let seen {
      session.take(seen.sample, begun: seen.begun, at: seen.time)
    }
    session.frameShows(changed: Set((interface.kernel?.marks ?? [:]).keys))
    interface.readBytes(session, layout)
    browser.keep(interface, session)
    interface.past = browser.view
    // Another file may have ended the past.
    measureWindow()
  }

  // The layout of what is now, which goes on being kept; what is drawn may be of the past.
  @discardableResult
  private func measureWindow() -> Layout? {
    let (width, height) = (terminal.width, terminal.height)
    var present = interface
    present.past = nil
    let now = session.layout(present, width: width, height: height)
    layout = interface.past == nil ? now : session.layout(interface, width: width, height: height)
    return now
  }

  /// What drawing and asking cost, in words.
  var costs: [String] {
    let screen = meter.report(sent: terminal.bytesSent) + (terminal.synchronizes ? ", shown whole (mode 2026)" : "")
    guard let cost = sampler.sample(of: session.sampledFile)?.cost else { return [screen, browser.report] }
    return [screen, browser.report, "the kernel: asked in \(Int(cost / .microseconds(1))) µs, by a thread of its own"]
  }

  private var promptCursor: (x: Int, y: Int)? {
    layout.flatMap { layout in interface.layers.lazy.compactMap { $0.cursor(layout) }.last }
  }

  private func measure() {
    let pool = session.workers
    let bytes = Dictionary(uniqueKeysWithValues: pool.shift.map { ($0.number, $0.bytes) })
    interface.throughput.measure(bytes, isMoving: session.areWorkersMoving && !pool.isStepped)
  }
}
