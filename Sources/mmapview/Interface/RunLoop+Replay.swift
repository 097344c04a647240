import Inspector
import TerminalCanvas

// Playing a script between the keys.

extension RunLoop {
  /// Carries out the next command of the script.
  ///
  /// - Returns: Whether the loop should come back at once for another.
  func play() -> Bool {
    defer { interface.replay = replay.status(session) }
    do throws(ScriptError) {
      guard case .performed = try replay.advance(session) else { return false }
      hasActed = true
      return true
    } catch {
      scriptFailure = error
      session.note(Event(.failure, [error.description]))
      return false
    }
  }

  /// Does what a key asks of the replay; false if the key means something else.
  func guide(_ key: Key) -> Bool {
    let wasPlaying = interface.replay != nil
    guard replay.take(key) else { return false }
    // A script that waits for a key has got one.
    session.goOn()
    if wasPlaying, replay.status(session) == nil {
      session.note(Event(.caption, ["The replay has ended; all keys are yours."]))
    }
    return true
  }

  /// For how many milliseconds the loop may sleep at most, so that the next command comes in its time.
  func shortened(_ milliseconds: Int32) -> Int32 {
    guard let left = replay.timeLeft(session) else { return milliseconds }
    let due = Int32(clamping: Int(left / .milliseconds(1)) + 1)
    return milliseconds < 0 ? due : min(milliseconds, due)
  }
}
