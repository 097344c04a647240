import Inspector
import TerminalCanvas

extension RunLoop {
  func step() -> Player.Progress {
    defer {
      interface.replay = replay.status(session)
      noteLesson()
    }
    do throws(ScriptError) {
      let progress = try replay.step(session)
      if case .performed = progress { hasActed = true }
      return progress
    } catch {
      scriptFailure = error
      let end = session.host.outside == nil ? "The script" : "The lesson"
      let lines = [error.description, "\(end) ends here; all keys are yours."]
      session.note(Event(.failure, lines))
      showWhole(lines)
      return .finished
    }
  }

  func guide(_ key: Key) -> Bool {
    switch replay.take(key, session) {
    case .passesOn: return false
    case .perform(let command): perform(command)
    case .taken: break
    }
    // A script that waits for a key has got one.
    session.goOn()
    if replay.status(session) == nil {
      session.note(Event(.notice, ["The replay has ended; all keys are yours."]))
    }
    return true
  }
}
