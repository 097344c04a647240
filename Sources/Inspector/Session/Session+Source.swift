// Scripts that somebody plays while others are looking.

extension Session {
  /// Whether a script is played that a command named.
  package var isSourcing: Bool { sourced != nil }

  /// Plays no more of the script that a command named.
  package func stopSource() { sourced = nil }

  func source(_ path: String) throws(CommandError) -> Event {
    guard sourced == nil else { throw CommandError("source: a script is being played already; Esc ends it") }
    do throws(ScriptError) {
      let script = try Script(sourcing: path)
      if workersHaveEndedAndHandedOver { try script.checkLabels(known: ranges.count) }
      sourced = (Player(script), path)
      wakeUp.signal()
      return .done("plays \(path): \(counted(script.steps.count, "command"))")
    } catch { throw CommandError(error.description) }
  }

  /// Carries out the next command of that script, if it may, and signals that there may be more.
  func continueSource() {
    // Taken out meanwhile: what holds others back must not hold back the script itself.
    guard var script = sourced.take() else { return }
    do throws(ScriptError) {
      switch try script.player.step(self) {
      case .performed:
        sourced = script
        wakeUp.signal()
      case .waiting: sourced = script
      case .finished: note(.done("played \(script.path) to its end"))
      }
    } catch { note(Event(.failure, [error.description])) }
  }
}
