import Glibc

extension Session {
  /// Whether a script's next command must be held back: a long step or a pause is under way, or workers are waited for.
  package var isWaiting: Bool { scripts.isHeld || isSourcing || job != nil }
  package var isResting: Bool { scripts.isResting }
  package var isWaitingForKey: Bool { scripts.isWaitingForKey }
  /// Whether a script is played that a command named.
  package var isSourcing: Bool { scripts.isSourcing }
  /// For how long a script still rests; `nil` if it does not, or until a key is pressed.
  package var restLeft: Duration? { scripts.timeLeft }
  /// How many times faster than written a script's pauses go by.
  package var speed: Speed { scripts.speed }

  /// Whether a person is there who can press a key, so that a script may wait for one.
  package var isAttended: Bool {
    get { scripts.isAttended }
    set { scripts.isAttended = newValue }
  }

  /// Whether there is a caption that no script counts on any more.
  package var mayTakeCaptionAway: Bool { view.captions.current != nil && player.upcoming == nil && !isSourcing }

  /// Makes a rest for a time one until a key is pressed.
  package func hold() {
    requireOwner()
    scripts.hold()
  }

  package func goOn() {
    requireOwner()
    scripts.goOn()
  }

  /// The script that is played: what was done of it, and what is next.
  package var player: Player { scripts.main }

  /// Takes the script that is played next; one that is not whole is a line of those that come one by one.
  package func load(_ script: Script, isWhole: Bool = true) {
    requireOwner()
    scripts.main = Player(script, isWhole: isWhole)
  }

  /// Sleeps until something has happened that a script waits for, and takes it in.
  @discardableResult
  package func waitForNews(orInput input: Int32? = nil) -> Bool {
    defer { collect() }
    return wakeUp.wait(also: input, atMost: [restLeft, namePause].compactMap { $0 }.min())
  }

  /// Sleeps until there are news, and takes them in.
  package func waitForNews(orEndOf output: Int32) -> Bool {
    defer { collect() }
    return wakeUp.wait(for: [pollfd(fd: output, events: 0, revents: 0)], atMost: namePause)[0] & WakeUp.end == 0
  }

  /// Carries out the next command of the sourced script, if it may, and signals that there may be more.
  func continueScript() {
    guard let (player, path) = scripts.sourced else { return }
    do throws(ScriptError) {
      switch try player.step(self) {
      case .performed: wakeUp.signal()
      case .waiting: break
      case .finished:
        scripts.endSource()
        note(.done("played \(path) to its end"))
      }
    } catch {
      scripts.endSource()
      note(Event(.failure, [error.description]))
    }
  }
}
