import Inspector
import TerminalCanvas

extension RunLoop {
  func step() -> Player.Progress {
    defer {
      interface.replay = replay.status(session)
      scriptEnd.follow(session, interface.replay)
      noteLesson()
    }
    do throws(ScriptError) {
      let progress = try replay.step(session)
      if case .performed = progress { hasActed = true }
      return progress
    } catch {
      scriptFailure = error
      let lines = [error.description, "\(scriptName) ends here; all keys are yours."]
      session.note(Event(.failure, lines))
      showWhole(lines)
      return .finished
    }
  }

  func guide(_ key: Key) -> Bool {
    switch replay.take(key, session) {
    case .passesOn: return false
    case .taken: break
    case .perform(let command):
      perform(command)
      if replay.status(session) == nil { noteScriptEnd(wasLeft: command == .stopScript) }
    }
    return true
  }

  /// Takes a key that was meant for the script, which has just ended: Space would select, and the next key act on that.
  func takeAfterScript(_ key: Key) -> Bool {
    guard let end = scriptEnd.end else { return false }
    scriptEnd = ScriptEnd()
    guard key == " " || end == .ofReplay && [".", "]"].contains(key) else { return false }
    noteScriptEnd()
    return true
  }

  private func noteScriptEnd(wasLeft: Bool = false) {
    scriptEnd = ScriptEnd()
    session.note(Event(.notice, ["\(scriptName) \(wasLeft ? "was left" : "has ended"); all keys are yours."]))
  }

  private var scriptName: String { session.host.outside == nil ? "The script" : "The lesson" }
}

/// Whether a script that keys went to is still played, or has ended.
struct ScriptEnd {
  enum Kind {
    case ofReplay
    case ofOther
  }

  /// Which has ended, until a key is pressed.
  private(set) var end: Kind?
  private var led: Kind?

  /// Whether there is more of it: it has no use for a key now, and nothing else has for one that was meant for it.
  var isToCome: Bool { led != nil }

  mutating func follow(_ session: Session, _ replay: Replay.Status?) {
    let isPlayed = session.player.upcoming != nil || session.isSourcing
    if replay != nil {
      led = .ofReplay
    } else if session.isResting {
      led = led ?? .ofOther
    } else if !isPlayed, let kind = led.take() {
      end = kind
    }
  }
}
