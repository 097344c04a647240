/// Carries out a script's commands one after the other, and waits where one has to.
package final class Player {
  private var steps: [Script.Step]
  private var next = 0
  /// Where the command stands that was carried out last; `nil` once the script has ended.
  package private(set) var last: ScriptPosition?
  package private(set) var command: Command?
  // Where the command stands that has become a job.
  private var awaited: ScriptPosition?
  // Whether a command named the script: it holds other scripts back, and not itself.
  private let isSourced: Bool
  // How many captions there are in all and the longest of them, if that is known, and how many were shown.
  private let captions: (count: Int, longest: String, longestWithNotes: [String])?
  private var shownCaptions = 0

  /// A script that is not whole is one line of those that come one by one.
  package init(_ script: Script, isSourced: Bool = false, isWhole: Bool = true) {
    (steps, self.isSourced) = (script.steps, isSourced)
    let texts = isWhole ? Self.captionsWithNotes(steps) : []
    let longest = texts.map { $0[0] }.max { Self.extent([$0]) < Self.extent([$1]) }
    let longestWithNotes = texts.max { Self.extent($0) < Self.extent($1) }
    captions = longest.map { (texts.count, $0, longestWithNotes ?? []) }
  }

  /// The next command, or `nil` if there are no more.
  package var upcoming: Script.Step? { next < steps.count ? steps[next] : nil }

  package func lastLine(of name: String) -> Int? { steps.last { $0.position.name == name }?.position.line }

  /// Leaves out all commands that were not carried out yet.
  func end() { next = steps.count }

  /// Makes the first of several turns of workers a command of its own, so that each can be seen.
  package func divideTurns() {
    guard let step = upcoming, case .turn(let turns)? = step.command.action as? WorkersCommand else { return }
    let single = turns.flatMap(\.singles)
    guard single.count > 1 else { return }
    func part(_ turns: some Sequence<NamedTurn>) -> Script.Step {
      Script.Step(position: step.position, command: .workers(.turn(Array(turns))), line: step.line)
    }
    steps.replaceSubrange(next...next, with: [part(single.prefix(1)), part(single.dropFirst())])
  }

  package enum Progress {
    case performed(Event)
    /// Until a time; with none, for workers, a job, another script or a key.
    case waiting(until: ContinuousClock.Instant? = nil)
    /// There are no more, or the session is over.
    case finished
  }

  /// Carries out the next command, if it may.
  package func step(_ session: Session) throws(ScriptError) -> Progress {
    if !isSourced, session.isSourcing { return .waiting() }
    // A failure of workers belongs to the script that started them.
    let workerFailures = session.workers.takeFailures()
    if let last, !workerFailures.isEmpty { throw fail(last, workerFailures.joined(separator: "; ")) }
    if session.scripts.isHeld || session.job != nil { return .waiting() }
    let failure = session.jobs.takeFailure()
    if let position = awaited.take(), let failure { throw fail(position, failure.description) }
    guard let step = upcoming, !session.isOver else {
      last = nil
      return .finished
    }
    next += 1
    (last, command) = (step.position, step.command)
    do throws(CommandError) {
      let event = try session.perform(step.command)
      if session.jobs.awaitByScript() { awaited = step.position }
      if step.command.caption != nil { takePlace(in: session) }
      return .performed(event)
    } catch {
      throw fail(step.position, error.description)
    }
  }

  private func takePlace(in session: Session) {
    shownCaptions += 1
    guard let (count, longest, longestWithNotes) = captions else { return }
    session.view.captions.place(
      Captions.Place(number: shownCaptions, count: count, longest: longest, longestWithNotes: longestWithNotes))
  }

  // How much room texts take: their rows in a window of 80 columns, and among equals their length.
  private static func extent(_ texts: [String]) -> (rows: Int, length: Int) {
    let lines = texts.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    return (lines.reduce(0) { $0 + max(1, ($1.count + 75) / 76) }, lines.reduce(0) { $0 + $1.count })
  }

  // Each caption's text, and then its notes.
  private static func captionsWithNotes(_ steps: [Script.Step]) -> [[String]] {
    steps.reduce(into: []) { captions, step in
      if let text = step.command.caption {
        captions.append([text])
      } else if let text = step.command.note, !captions.isEmpty {
        captions[captions.count - 1].append(text)
      }
    }
  }

  private func fail(_ position: ScriptPosition, _ message: String) -> ScriptError {
    end()
    last = nil
    return ScriptError(position, message)
  }
}
