/// Carries out a script's commands one after the other, and waits where one has to.
package struct Player {
  private var steps: [Script.Step]
  private var next = 0
  // Where the command stands that was carried out last, until there are no more.
  private var last: ScriptPosition?
  /// The command that was carried out last.
  package private(set) var command: Command?
  // Where the command stands that has become a job.
  private var awaited: ScriptPosition?

  /// A player at the first command.
  package init(_ script: Script) { steps = script.steps }

  /// The command that is carried out next, or `nil` if there are no more.
  package var upcoming: Script.Step? { next < steps.count ? steps[next] : nil }

  /// The last line of the script that a command stands in.
  package func lastLine(of name: String) -> Int? { steps.last { $0.position.name == name }?.position.line }

  /// Leaves out all commands that were not carried out yet.
  package mutating func end() { next = steps.count }

  /// Makes the first of several turns of workers a command of its own, for whoever wants to see them one by one.
  package mutating func divideTurns() {
    guard let step = upcoming, case .turn(let turns)? = step.command.action as? WorkersCommand else { return }
    let single = turns.flatMap(\.singles)
    guard single.count > 1 else { return }
    func part(_ turns: some Sequence<NamedTurn>) -> Script.Step {
      Script.Step(position: step.position, command: .workers(.turn(Array(turns))), line: step.line)
    }
    steps.replaceSubrange(next...next, with: [part(single.prefix(1)), part(single.dropFirst())])
  }

  /// What became of the next command.
  package enum Progress {
    case performed(Event)
    /// It is held back until the session's workers have ended.
    case waiting
    /// There are no more, or the session is over.
    case finished
  }

  /// Carries out the next command, if it may.
  ///
  /// - Parameter session: Who carries it out.
  /// - Returns: What became of it.
  /// - Throws: The failure with its place; no later command will be carried out.
  package mutating func step(_ session: Session) throws(ScriptError) -> Progress {
    if session.isSourcing { return .waiting }
    // What workers do belongs to the script that they are started by, and runs while they do.
    let workerFailures = session.workers.takeFailures()
    if let last, !workerFailures.isEmpty { throw fail(last, workerFailures.joined(separator: "; ")) }
    if session.isWaiting { return .waiting }
    let failure = session.jobs.takeFailure()
    if let position = awaited.take(), let failure { throw fail(position, failure.description) }
    guard next < steps.count, !session.isOver else {
      last = nil
      return .finished
    }
    let step = steps[next]
    next += 1
    last = step.position
    command = step.command
    do throws(CommandError) {
      let event = try session.perform(step.command)
      if session.job != nil {
        awaited = step.position
        session.jobs.isAwaitedByScript = true
      }
      return .performed(event)
    } catch {
      throw fail(step.position, error.description)
    }
  }

  private mutating func fail(_ position: ScriptPosition, _ message: String) -> ScriptError {
    (next, last) = (steps.count, nil)
    return ScriptError(position, message)
  }
}
