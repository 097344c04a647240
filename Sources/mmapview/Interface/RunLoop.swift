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
  private let session: Session
  private let terminal: any Terminal
  private var player: Player
  private var interface = Interface()
  private let signals: Int32
  private var endingSignal: Int32?
  private var scriptFailure: ScriptError?
  private var shown: Canvas?
  private var hasHungUp = false
  private let sampler: Sampler
  // Whether a command was carried out since the kernel was last asked.
  private var hasActed = true
  private var history = History(
    // SAFETY: getenv's answer is copied at once.
    in: History.folder { name in unsafe getenv(name).map { unsafe String(cString: $0) } })

  private static let frameTime: Int32 = 33

  init(
    _ session: Session, _ terminal: any Terminal, _ script: Script, signals: Int32, isASCII: Bool
  ) throws(CommandError) {
    sampler = try Sampler(waking: session.wakeUp)
    self.session = session
    self.terminal = terminal
    self.signals = signals
    player = Player(script)
    interface.glyphs = terminal.showsUnicode && !isASCII ? .unicode : .ascii
    session.takeScreen = { [unowned self] path, isForced throws(CommandError) in
      if let layout { interface.askKernel(session, layout) }
      return try Screenshot.take(draw(), path, isForced: isForced)
    }
  }

  /// Runs until somebody quits, and gives the terminal back.
  ///
  /// - Returns: The signal that ended it, if one did.
  /// - Throws: The failure of a script that was played.
  func run() throws(ScriptError) -> Int32? {
    while !session.isOver, endingSignal == nil, !hasHungUp {
      let isPlaying = play()
      session.collect()
      measure()
      askKernel()
      let canvas = draw()
      if canvas != shown || interface.prompt != nil {
        terminal.show(canvas, cursor: promptCursor)
        shown = canvas
      }
      wait(isPlaying ? 0 : areWorking ? Self.frameTime : -1)
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

  // Says what is in view, and takes what was seen of it; the asking itself is done elsewhere.
  private func askKernel() {
    guard let layout else { return }
    interface.bringIntoView(session, layout)
    sampler.look(at: interface.kernelRequest(session, layout), isWorking: areWorking, isUrgent: hasActed)
    hasActed = false
    interface.kernel = sampler.sample(of: session.sampledFile)?.sample
  }

  private var areWorking: Bool { session.workers.running > 0 && !session.workers.isPaused }
  private var layout: Layout? { Layout(session, width: terminal.width, height: terminal.height) }
  private var promptCursor: (x: Int, y: Int)? { layout.flatMap { PromptView.cursor(interface, $0.prompt) } }

  private func measure() {
    let bytes = session.workers.workers.reduce(0) { $0 + $1.bytes }
    interface.throughput.measure(bytes, isRunning: session.workers.running > 0)
  }

  // MARK: Doing

  private func play() -> Bool {
    do {
      switch try player.step(session) {
      case .performed:
        hasActed = true
        return true
      case .waiting, .finished: return false
      }
    } catch {
      scriptFailure = error
      session.note(Event(.failure, [error.description]))
      return false
    }
  }

  private func takeKeys() {
    while let key = terminal.nextKey() {
      switch key {
      case .resize: shown = nil
      case _ where interface.overlay != nil: read(key)
      case _ where interface.prompt != nil: type(key)
      default: press(key)
      }
      if session.isOver { return }
    }
  }

  private func press(_ key: Key) {
    let shape = layout?.shape ?? GridShape(columns: 1, rows: 1)
    switch KeyMap.action(key, session, interface, shape) {
    case .perform(let command): perform(command)
    case .edit(let text):
      interface.prompt = Prompt(text)
      if text.hasPrefix("open "), session.file?.isWritable == false {
        session.note(
          Event(.caption, ["This file is open for reading only. Enter opens it for writing, Esc leaves it as it is."]))
      }
    case .refuse(let reason): session.note(Event(.failure, [reason]))
    case .help: interface.overlay = Overlay(HelpText.keys(interface.glyphs))
    case nil: break
    }
  }

  // Scrolls what lies over the panes, or takes it away; to type on takes it away, too.
  private func read(_ key: Key) {
    guard let area = layout?.overlay, interface.overlay?.scroll(key, area) == true else {
      interface.overlay = nil
      if case .character = key, interface.prompt != nil { type(key) }
      return
    }
  }

  private func type(_ key: Key) {
    let context = Completion.Context(rangeCount: session.rangeCount)
    let line = interface.prompt?.line.string ?? ""
    switch interface.prompt?.take(key, history, context) {
    case .typing, nil: break
    case .left: interface.prompt = nil
    case .help:
      interface.overlay = Overlay(Completion.usage(of: line)?.verb.manual ?? HelpText.commands(interface.glyphs))
    case .entered(let command):
      interface.prompt = nil
      guard let command else { return }
      history.record(line)
      perform(command)
    }
  }

  private func perform(_ command: Command) {
    do throws(CommandError) {
      let event = try session.perform(command)
      if case .goto = command {} else { hasActed = true }
      if case .write(_, let pattern) = command { interface.pattern = pattern }
      // What does not fit into the log is shown over the panes.
      if event.kind == .output, event.lines.count >= layout?.log?.height ?? 0 || command.isHelp {
        interface.overlay = Overlay(event.lines)
      }
    } catch { session.note(Event(.failure, [error.description])) }
  }
}

extension Command {
  fileprivate var isHelp: Bool { if case .help = self { true } else { false } }
}
