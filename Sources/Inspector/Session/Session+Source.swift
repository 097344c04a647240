// Scripts that somebody plays while others are looking.

extension Session {
  /// Whether a script is played that a command named.
  public var isSourcing: Bool { sourced != nil }

  /// Plays no more of the script that a command named.
  public func stopSource() { sourced = nil }

  func source(_ path: String) throws(CommandError) -> Event {
    guard sourced == nil else { throw CommandError("source: a script is being played already; Esc ends it") }
    do throws(ScriptError) {
      let script = try Script(sourcing: path)
      if workers.running == 0 { try script.checkLabels(known: ranges.count) }
      sourced = Player(script)
      wakeUp.signal()
      return .done("plays \(path): \(count(script.steps.count, "command"))")
    } catch { throw CommandError(error.description) }
  }

  /// Carries out the next command of that script, if it may, and signals that there may be more.
  func continueSource() {
    // Taken out meanwhile: what holds others back must not hold back the script itself.
    guard var player = sourced.take() else { return }
    do throws(ScriptError) {
      switch try player.step(self) {
      case .performed:
        sourced = player
        wakeUp.signal()
      case .waiting: sourced = player
      case .finished: break
      }
    } catch { note(Event(.failure, [error.description])) }
  }
}
