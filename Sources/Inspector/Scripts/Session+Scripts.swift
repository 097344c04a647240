// What scripts wait for, and the one that a command plays.

extension Session {
  /// Whether a script's next command must be held back: a long step or a pause is under way, or workers are waited for.
  package var isWaiting: Bool { scripts.isHeld || jobs.job != nil }
  /// Whether a script rests; ``goOn()`` ends that.
  package var isResting: Bool { scripts.isResting }
  /// Whether a script goes on only when a key is pressed.
  package var isWaitingForKey: Bool { scripts.isWaitingForKey }
  /// Whether a script is played that a command named.
  package var isSourcing: Bool { scripts.isPlaying }
  /// For how long a script still rests; `nil` if it does not, or until a key is pressed.
  package var restLeft: Duration? { scripts.timeLeft }
  /// How many times faster than told a script's pauses go by.
  package var speed: Speed { scripts.speed }

  /// Whether somebody is there who can press a key, so that a script may wait for one.
  package var isAttended: Bool {
    get { scripts.isAttended }
    set { scripts.isAttended = newValue }
  }

  /// Ends a script's rest.
  package func goOn() { scripts.goOn() }

  /// Plays no more of the script that a command named.
  package func stopSource() { scripts.stopPlaying() }

  /// Sleeps until something has happened that a script waits for, and takes it in.
  package func waitForNews() {
    wakeUp.wait(atMost: [restLeft, namePause].compactMap { $0 }.min())
    collect()
  }

  /// Sleeps until there are news, and takes them in.
  ///
  /// - Parameter output: What the news are written to.
  /// - Returns: Whether it is read still.
  package func waitForNews(orEndOf output: Int32) -> Bool {
    defer { collect() }
    return wakeUp.wait(orEndOf: output, atMost: namePause)
  }

  /// Carries out the next command of the script that is played, if it may, and signals that there may be more.
  func continueScript() {
    guard var script = scripts.takePlayed() else { return }
    do throws(ScriptError) {
      switch try script.player.step(self) {
      case .performed:
        scripts.goOn(playing: script)
        wakeUp.signal()
      case .waiting: scripts.goOn(playing: script)
      case .finished: note(.done("played \(script.path) to its end"))
      }
    } catch { note(Event(.failure, [error.description])) }
  }
}
