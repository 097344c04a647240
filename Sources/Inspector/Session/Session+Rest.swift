// Pauses of scripts, which keep nobody else from anything.

extension Session {
  /// What a script's pause ends with.
  enum Rest {
    case key
    case time(ContinuousClock.Instant)
  }

  /// Whether a script rests; ``goOn()`` ends that.
  package var isResting: Bool { rest != nil }

  /// Whether a script goes on only when a key is pressed.
  package var isWaitingForKey: Bool { if case .key? = rest { true } else { false } }

  /// For how long a script still rests; `nil` if it does not, or until a key is pressed.
  package var restLeft: Duration? {
    guard case .time(let end)? = rest else { return nil }
    return max(.zero, end - .now)
  }

  /// Ends a script's rest.
  package func goOn() { rest = nil }

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

  func pause(_ time: Duration?) -> Event {
    if let time {
      rest = .time(.now + time / speed.factor)
    } else if isAttended {
      rest = .key
    }
    return Event(.done, [])
  }

  func endRest() {
    if restLeft == .zero { rest = nil }
  }
}
