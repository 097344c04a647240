import Inspector
import RangedMmap
import TerminalCanvas

extension RunLoop {
  func takeKeys() {
    while let key = terminal.nextKey() {
      switch key {
      case .resize: shown = nil
      // Ctrl-L: another program may have written on the terminal.
      case .character("\u{0c}"):
        terminal.repaint()
        shown = nil
      case .mouse(let event): point(event)
      case .paste(let text): paste(text)
      default:
        if let layout { take(key, layout) } else { typeInTinyWindow(key) }
      }
      if session.isOver { return }
    }
  }

  // The uppermost layer first, and what it passes on to those below; then what is played, and the panes.
  func take(_ key: Key, _ layout: Layout) {
    while var layer = interface.layers.popLast() {
      let place = interface.layers.count
      // What it opens lies over it.
      switch layer.take(key, self, layout) {
      case .stays:
        interface.layers.insert(layer, at: place)
        return
      case .leaves(let next): return next(self)
      case .passesOn: continue
      }
    }
    let goesOn = key == .character(" ") || key == .enter
    if goesOn, session.view.captions.isEarlier { return perform(.nextCaption) }
    if takeInPast(key) { return }
    if guide(key) { return }
    if goesOn, session.isResting { return session.isWaitingForKey ? session.goOn() : session.hold() }
    if key == " ", scriptEnd.isToCome { return }
    if takeAfterScript(key) { return }
    if takeAtStart(key) { return }
    if key == .escape, bound[key] == nil { escape() } else { press(key) }
  }

  // Where nothing can be shown, nothing that lies over the panes takes a key unseen: all that can be done is to leave.
  private func typeInTinyWindow(_ key: Key) {
    if interface.isAskingToQuit {
      interface.isAskingToQuit = false
      QuitQuestion.answer(key, self)
    } else if key == .character("q") {
      perform(.quit)
    }
  }

  /// The keys that the person has bound.
  var bound: BoundKeys { BoundKeys(session.view.keys) }

  func press(_ key: Key) {
    if let command = bound[key] { return perform(command) }
    let shape = layout?.shape ?? GridShape(columns: 1, rows: 1)
    switch KeyMap.action(key, session, interface, shape) {
    case .perform(let command): perform(command)
    case .edit(let text, let note):
      if let command = try? Command(parsing: text), let claim = session.lessonsClaim(on: command) {
        session.note(Event(.failure, [claim]))
        return
      }
      if let command = try? Command(parsing: text), commandInPast(command) == nil { return refuseInPast() }
      interface.prompt = Prompt(text)
      if let note { session.note(Event(.notice, [note])) }
    case .find: interface.prompt = Prompt("", .find)
    case .refuse(let reason): session.note(Event(.failure, [reason]))
    case .selectFromHere:
      interface.anchor = session.view.cursor
      followAnchor()
    case .focus where interface.past != nil: refuseInPast()
    case .focus(let focus): interface.focus = focus
    case .log:
      interface.overlay = Overlay(
        log: session.log, showsTimes: interface.showsTimes, showsCosts: session.view.showsCosts != false)
    case .copy: interface.layers.append(CopyMenu())
    case .help: interface.overlay = Overlay(HelpText.keys(interface.glyphs, width: terminal.width, bound))
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
    let ends = [anchor, session.view.cursor].map { KeyMap.cell(of: $0, session, file) }
    let first = min(ends[0].lowerBound, ends[1].lowerBound)
    _ = try? session.perform(.select(first...max(ends[0].upperBound, ends[1].upperBound)))
  }

  private func escape() {
    if session.job == nil, !session.isSourcing, interface.anchor != nil {
      interface.anchor = nil
    } else if session.job != nil || session.isSourcing || session.view.selection != nil || session.mayTakeCaptionAway {
      perform(.stop)
    }
  }

  // Text that was pasted is text at the prompt, and no keys anywhere else.
  private func paste(_ text: String) {
    guard interface.prompt != nil, layout != nil else {
      session.note(Event(.notice, ["What was pasted is not taken for keys. : opens the prompt; paste it there"]))
      return
    }
    interface.overlay = nil
    if let layout { take(.paste(text), layout) }
    let count = text.lines.count
    guard count > 1 else { return }
    session.note(
      Event(.notice, ["Of \(count) pasted lines the first is at the prompt; `source FILE` plays a script of many"]))
  }

  /// Shows over the panes what is to be read and has no room in the log.
  func showWhole(_ lines: [String]) {
    let spelled = lines.map(interface.glyphs.spell(line:))
    guard !LogPane.hasRoom(for: spelled, layout?.log, showsTimes: interface.showsTimes) else { return }
    interface.overlay = Overlay(lines)
  }

  /// Carries out a command of the person; one that was typed is worth a look at the whole of why it failed.
  func perform(_ wanted: Command, isTyped: Bool = false) {
    guard let command = commandInPast(wanted) else { return refuseInPast() }
    func fail(_ reason: String) {
      session.note(Event(.failure, [reason]))
      if isTyped { showWhole([reason]) }
    }
    if let claim = session.lessonsClaim(on: command) { return fail(claim) }
    if command == .quit, session.unsyncedPages > 0, session.host.outside == nil {
      interface.isAskingToQuit = true
      return
    }
    isPersonsCommand = true
    defer { isPersonsCommand = false }
    do throws(CommandError) {
      let event = try session.perform(command)
      if command.selects { interface.anchor = nil } else { followAnchor() }
      if !command.movesCursor { hasActed = true }
      let more = command == .status(asJSON: false) ? costs : []
      if !more.isEmpty { session.note(Event(.output, more)) }
      if command.isHelp {
        interface.overlay = Overlay(event.lines)
      } else if event.kind == .output {
        showWhole(event.lines + more)
      }
    } catch { fail(error.description) }
  }
}
