import CLinux
import Glibc
import Inspector
import RangedMmap
import TerminalCanvas

/// Draws, sleeps until something happens, and lets it happen.
///
/// It sleeps in ppoll(2) on the keyboard, the session's wake-up and the signals. Only while workers run does it wake
/// by itself, thirty times a second, to show what they did.
final class RunLoop {
  let session: Session
  let terminal: any Terminal
  var replay: Replay
  var interface = Interface()
  private let signals: Int32
  private var endingSignal: Int32?
  var scriptFailure: ScriptError?
  var shown: Canvas?
  private var hasHungUp = false
  private let sampler: Sampler
  // Whether a command was carried out since the kernel was last asked.
  var hasActed = true
  var isLeaving = false
  private(set) var meter = FrameMeter()
  var history = History(
    // SAFETY: getenv's answer is copied at once.
    in: History.folder { name in unsafe getenv(name).map { unsafe String(cString: $0) } })

  private static let frameTime: Int32 = 33
  // What a person takes for at once; what takes longer is drawn with its progress.
  private static let patience = Duration.milliseconds(100)

  init(
    _ session: Session, _ terminal: any Terminal, _ replay: Replay, signals: Int32, isASCII: Bool
  ) throws(CommandError) {
    sampler = try Sampler(waking: session.wakeUp)
    self.session = session
    self.terminal = terminal
    self.signals = signals
    self.replay = replay
    session.patience = Self.patience
    interface.showsTimes = true
    session.isAttended = true
    session.isASCII = isASCII
    chooseGlyphs()
    session.takeScreen = { [unowned self] path, isForced throws(CommandError) in
      chooseGlyphs()
      if let layout {
        interface.update(session, layout)
        interface.askKernel(session, layout)
        interface.readBytes(session, layout, isForced: true)
      }
      return try Screenshot.take(draw(), session.theme.palette, path, isForced: isForced)
    }
  }

  /// Runs until somebody quits, and gives the terminal back.
  ///
  /// - Returns: The signal that ended it, if one did.
  /// - Throws: The failure of a script that was played.
  func run() throws(ScriptError) -> Int32? {
    while !session.isOver, endingSignal == nil, !hasHungUp {
      // Before the script goes on: what it waits for may just have ended.
      session.collect()
      leaveIfSynced()
      if session.isOver { break }
      let isPlaying = play()
      measure()
      changeLook()
      let start = ContinuousClock.now
      look()
      let canvas = draw()
      if canvas != shown || interface.prompt != nil {
        meter.count(ContinuousClock.now - start)
        terminal.show(canvas, cursor: promptCursor)
        shown = canvas
      }
      wait(isPlaying ? 0 : shortened(sleepTime))
      takeKeys()
      takeSignals()
    }
    terminal.close()
    sampler.stop()
    session.shutDown()
    history.save()
    if let scriptFailure { throw scriptFailure }
    return endingSignal
  }

  // MARK: Sleeping

  // Until the next frame, or the end of a script's pause; for ever where neither is to come.
  private var sleepTime: Int32 {
    let frame =
      session.areWorkersMoving ? Self.frameTime : session.job != nil ? 3 * Self.frameTime : interface.restTime
    guard let pause = session.restLeft.map({ Int32(clamping: $0.milliseconds) }) else { return frame }
    return frame < 0 ? pause : min(frame, pause)
  }

  private func wait(_ milliseconds: Int32) {
    var entries = [STDIN_FILENO, session.wakeUp.descriptor, signals].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    // SAFETY: the array's entries live for the length of the call. EINTR is a change of size, told by the next key.
    _ = unsafe clinux_poll(&entries, UInt32(entries.count), milliseconds)
    session.wakeUp.clear()
    // The terminal is gone: nobody will ever press a key again.
    hasHungUp = entries[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
  }

  private func takeSignals() {
    while true {
      switch clinux_next_signal(signals) {
      case 0: return
      case SIGTSTP:
        terminal.suspend()
        clinux_stop_here()
        terminal.resume()
        shown = nil
      // Whoever types means the line; whoever does not means the program.
      case SIGINT where interface.prompt != nil: interface.prompt = nil
      case let signal:
        endingSignal = signal
        return
      }
    }
  }

  // MARK: Drawing

  private func draw() -> Canvas {
    Screen.draw(session, interface, width: terminal.width, height: terminal.height)
  }

  private func chooseGlyphs() {
    interface.glyphs = terminal.showsUnicode && !session.isASCII ? .unicode : .ascii
  }

  private func changeLook() {
    chooseGlyphs()
    guard terminal.palette != session.theme.palette else { return }
    terminal.palette = session.theme.palette
    shown = nil
  }

  // Says what is in view, and takes what was seen of it; the asking itself is done elsewhere.
  private func look() {
    guard let layout else { return }
    interface.update(session, layout)
    let request = interface.kernelRequest(session, layout)
    sampler.look(at: request, isWorking: session.areWorkersMoving || session.job != nil, isUrgent: hasActed)
    hasActed = false
    interface.kernel = sampler.sample(of: session.sampledFile)?.sample
    interface.readBytes(session, layout)
  }

  /// What drawing and asking cost, in words.
  var costs: [String] {
    let screen = meter.report(sent: terminal.bytesSent)
    guard let cost = sampler.sample(of: session.sampledFile)?.cost else { return [screen] }
    return [screen, "the kernel: asked in \(Int(cost / .microseconds(1))) µs, by a thread of its own"]
  }

  var layout: Layout? { Layout(session, width: terminal.width, height: terminal.height) }
  private var promptCursor: (x: Int, y: Int)? { layout.flatMap { PromptView.cursor(interface, $0.prompt) } }

  private func measure() {
    let crew = session.workers
    let bytes = Dictionary(uniqueKeysWithValues: crew.shift.map { ($0.number, $0.bytes) })
    interface.throughput.measure(bytes, isMoving: session.areWorkersMoving && !crew.isStepped)
  }
}
