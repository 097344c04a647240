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
  private var isLeaving = false

  private static let frameTime: Int32 = 33
  // What a person takes for at once; what takes longer is drawn with its progress.
  private static let patience = Duration.milliseconds(100)

  init(
    _ session: Session, _ terminal: any Terminal, _ script: Script, signals: Int32, isASCII: Bool
  ) throws(CommandError) {
    sampler = try Sampler(waking: session.wakeUp)
    self.session = session
    self.terminal = terminal
    self.signals = signals
    player = Player(script)
    session.patience = Self.patience
    interface.glyphs = terminal.showsUnicode && !isASCII ? .unicode : .ascii
    session.takeScreen = { [unowned self] path, isForced throws(CommandError) in
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
      look()
      changeTheme()
      let canvas = draw()
      if canvas != shown || interface.prompt != nil {
        terminal.show(canvas, cursor: promptCursor)
        shown = canvas
      }
      wait(
        isPlaying
          ? 0
          : session.areWorkersMoving ? Self.frameTime : session.job != nil ? 3 * Self.frameTime : interface.restTime)
      takeKeys()
      takeSignals()
    }
    terminal.close()
    sampler.stop()
    session.shutDown()
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

  private func changeTheme() {
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

  private var layout: Layout? { Layout(session, width: terminal.width, height: terminal.height) }
  private var promptCursor: (x: Int, y: Int)? { layout.flatMap { PromptView.cursor(interface, $0.prompt) } }

  private func measure() {
    let crew = session.workers
    let bytes = Dictionary(uniqueKeysWithValues: crew.shift.map { ($0.number, $0.bytes) })
    interface.throughput.measure(bytes, isMoving: session.areWorkersMoving && !crew.isStepped)
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
      case .mouse(let event): point(event)
      case _ where interface.overlay != nil: interface.overlay = nil
      case _ where interface.prompt != nil: type(key)
      case _ where interface.isAskingToQuit: answer(key)
      case .escape: escape()
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
      interface.prompt = PromptLine(text)
      if text.hasPrefix("open "), session.file?.isWritable == false {
        session.note(
          Event(.caption, ["This file is open for reading only. Enter opens it for writing, Esc leaves it as it is."]))
      }
    case .refuse(let reason): session.note(Event(.failure, [reason]))
    case .selectFromHere:
      interface.anchor = session.cursor
      followAnchor()
    case .focus(let focus): interface.focus = focus
    case .help: interface.overlay = HelpText.lines
    case nil: break
    }
  }

  // Stretches the selection from where it began to the cursor, by whole cells.
  private func followAnchor() {
    guard let anchor = interface.anchor else { return }
    guard let file = session.file, anchor < file.states.count else {
      interface.anchor = nil
      return
    }
    let ends = [anchor, session.cursor].map { KeyMap.cell(of: $0, session, file) }
    let first = min(ends[0].lowerBound, ends[1].lowerBound)
    _ = try? session.perform(.select(first...max(ends[0].upperBound, ends[1].upperBound)))
  }

  // Somebody chose to sync and quit: it ends when that has worked, and stays when it has not.
  private func leaveIfSynced() {
    guard isLeaving, session.job == nil else { return }
    isLeaving = false
    if session.unsyncedPages == 0 { _ = try? session.perform(.quit) }
  }

  // The innermost of what is going on ends.
  private func escape() {
    if session.job != nil {
      session.stopJob()
    } else if interface.anchor != nil {
      interface.anchor = nil
    } else if session.selection != nil {
      perform(.select(nil))
    }
  }

  private func answer(_ key: Key) {
    switch key {
    case .character("q"): _ = try? session.perform(.quit)
    case .character("s"):
      // Workers would go on writing what is to be synced.
      session.shutDown()
      isLeaving = true
      perform(.sync(.all))
    default: break
    }
    interface.isAskingToQuit = false
  }

  private func point(_ event: MouseEvent) {
    guard interface.overlay == nil else {
      if event.kind == .press { interface.overlay = nil }
      return
    }
    guard interface.prompt == nil, let file = session.file, let layout else { return }
    if event.kind == .release { interface.anchor = nil }
    guard let page = layout.page(event, from: interface.firstPage, cursor: session.cursor, of: file.states.count)
    else { return }
    // A drag selects from where the button went down; a press begins anew.
    switch event.kind {
    case .press:
      interface.anchor = nil
      if session.selection != nil { perform(.select(nil)) }
    case .drag where interface.anchor == nil: interface.anchor = session.cursor
    default: break
    }
    perform(.goto(page: page))
  }

  private func type(_ key: Key) {
    switch key {
    case .escape: interface.prompt = nil
    case .enter: enter()
    default: interface.prompt?.edit(key)
    }
  }

  // A line that is wrong stays, to be mended.
  private func enter() {
    guard let line = interface.prompt?.string else { return }
    do throws(SyntaxError) {
      let command = try Command(parsing: line)
      interface.prompt = nil
      if let command { perform(command) }
    } catch { session.note(Event(.failure, [error.description])) }
  }

  private func perform(_ command: Command) {
    if command == .quit, session.unsyncedPages > 0 {
      interface.isAskingToQuit = true
      return
    }
    do throws(CommandError) {
      let event = try session.perform(command)
      if case .select = command { interface.anchor = nil } else { followAnchor() }
      switch command {
      case .goto, .byte: break
      default: hasActed = true
      }
      if case .write(_, let pattern) = command { interface.pattern = pattern }
      // What does not fit into the log is shown over the panes.
      if event.kind == .output, event.lines.count >= layout?.log?.height ?? 0 { interface.overlay = event.lines }
    } catch { session.note(Event(.failure, [error.description])) }
  }
}
