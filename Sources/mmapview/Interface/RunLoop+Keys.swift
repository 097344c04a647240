import Inspector
import RangedMmap
import TerminalCanvas

// What keys and the mouse ask for.

extension RunLoop {
  func takeKeys() {
    while let key = terminal.nextKey() {
      switch key {
      case .resize: shown = nil
      case .mouse(let event): point(event)
      case .paste(let text): paste(text)
      case _ where layout == nil: typeInTinyWindow(key)
      case _ where interface.overlay != nil: read(key)
      case _ where interface.prompt != nil: type(key)
      case _ where interface.isAskingToQuit: answer(key)
      case .character(" ") where session.isResting, .enter where session.isResting: session.goOn()
      case _ where guide(key): break
      case .escape: escape()
      default: press(key)
      }
      if session.isOver { return }
    }
  }

  // Where nothing can be shown, nothing that lies over the panes takes a key unseen: all that can be done is to leave.
  private func typeInTinyWindow(_ key: Key) {
    if interface.isAskingToQuit { answer(key) } else if key == .character("q") { perform(.quit) }
  }

  private func press(_ key: Key) {
    let shape = layout?.shape ?? GridShape(columns: 1, rows: 1)
    switch KeyMap.action(key, session, interface, shape) {
    case .perform(let command): perform(command)
    case .edit(let text, let note):
      if let command = try? Command(parsing: text), let claim = session.lessonsClaim(on: command) {
        session.note(Event(.failure, [claim]))
        return
      }
      interface.prompt = Prompt(text)
      if let note { session.note(Event(.caption, [note])) }
    case .refuse(let reason): session.note(Event(.failure, [reason]))
    case .selectFromHere:
      interface.anchor = session.view.cursor
      followAnchor()
    case .focus(let focus): interface.focus = focus
    case .log:
      interface.overlay = Overlay(session.log.flatMap(\.lines), fromEnd: true)
    case .help: interface.overlay = Overlay(HelpText.keys(interface.glyphs, width: terminal.width))
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

  // The innermost of what is going on ends.
  private func escape() {
    if session.job == nil, !session.isSourcing, interface.anchor != nil {
      interface.anchor = nil
    } else if session.job != nil || session.isSourcing || session.view.selection != nil {
      perform(.stop)
    }
  }

  private func answer(_ key: Key) {
    switch key {
    case .character("q"): _ = try? session.perform(.quit)
    case .character("s"): perform(.syncAndQuit)
    default: break
    }
    interface.isAskingToQuit = false
  }

  private func point(_ event: MouseEvent) {
    guard layout != nil else { return }
    guard interface.overlay == nil else {
      if event.kind == .press { interface.overlay = nil }
      return
    }
    guard interface.prompt == nil, let file = session.file, let layout else { return }
    if event.kind == .release { interface.anchor = nil }
    guard let page = layout.page(event, from: interface.firstPage, cursor: session.view.cursor, of: file.states.count)
    else { return }
    // A drag selects from where the button went down; a press begins anew.
    switch event.kind {
    case .press:
      interface.anchor = nil
      if session.view.selection != nil { perform(.select(nil)) }
    case .drag where interface.anchor == nil: interface.anchor = session.view.cursor
    default: break
    }
    perform(.goto(page: page))
  }

  // Text that was pasted is text at the prompt, and no keys anywhere else.
  private func paste(_ text: String) {
    guard interface.prompt != nil, layout != nil else {
      session.note(Event(.caption, ["What was pasted is not taken for keys. : opens the prompt; paste it there"]))
      return
    }
    interface.overlay = nil
    type(.paste(text))
    let count = text.lines.count
    guard count > 1 else { return }
    session.note(
      Event(.caption, ["Of \(count) pasted lines the first is at the prompt; `source FILE` plays a script of many"]))
  }

  // Scrolls what lies over the panes, or takes it away; to type on takes it away, too.
  private func read(_ key: Key) {
    guard let area = layout?.overlay, interface.overlay?.scroll(key, area) == true else {
      interface.overlay = nil
      if case .character = key, interface.prompt != nil { type(key) }
      // The letters of a command that is typed next must not act as keys.
      if key == .character(":"), interface.prompt == nil { press(key) }
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
    if let claim = session.lessonsClaim(on: command) {
      session.note(Event(.failure, [claim]))
      return
    }
    if command == .quit, session.unsyncedPages > 0, session.host.outside == nil {
      interface.isAskingToQuit = true
      return
    }
    do throws(CommandError) {
      let event = try session.perform(command)
      if command.action is SelectAction { interface.anchor = nil } else { followAnchor() }
      if !(command.action is GotoAction || command.action is ByteAction) { hasActed = true }
      if command == .status(asJSON: false) { session.note(Event(.output, costs)) }
      // What does not fit into the log is shown over the panes.
      if event.kind == .output, event.lines.count >= layout?.log?.height ?? 0 || command.action is HelpAction {
        interface.overlay = Overlay(event.lines)
      }
    } catch { session.note(Event(.failure, [error.description])) }
  }
}
