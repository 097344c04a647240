extension Session {
  // So many have a line each, and the cursor follows them.
  private static let shownOneByOne = 8
  // About two frames: a screen must not stand still while a million steps are made.
  private static let patience = Duration.milliseconds(50)

  /// Lets workers take steps, all of them before the next command of a script.
  func step(_ number: Int) throws(CommandError) -> Event {
    guard scripts.stepsAhead == 0 else {
      throw CommandError("workers step: steps are under way; `workers pause` halts them")
    }
    guard number <= Self.shownOneByOne else {
      workers.tally = StepTally(of: number)
      takeSteps(number)
      // What is done later is said at the end.
      return Event(.done, scripts.stepsAhead > 0 ? [] : endOfSteps())
    }
    var lines: [String] = []
    for _ in 0..<number {
      guard let turn = try workers.takeTurn(&document.ranges) else { break }
      lines.append(turn.description)
      if let pages = turn.pages { view.cursor = pages.lowerBound }
    }
    return Event(.done, lines)
  }

  /// Lets workers take the turns that are named, one after the other.
  func take(_ named: [NamedTurn]) throws(CommandError) -> Event {
    var lines: [String] = []
    var taken: [NamedTurn] = []
    var tally = StepTally(of: 0)
    do throws(CommandError) {
      for turn in named {
        guard case .advances(let count) = turn.operation else {
          try workers.dismiss(turn.worker, &document.ranges)
          taken.append(turn)
          lines.append("worker \(turn.worker) ends")
          continue
        }
        for _ in 0..<count {
          guard let done = try workers.takeTurn(turn.worker, &document.ranges) else { break }
          taken.append(NamedTurn(worker: turn.worker, operation: .advances(1)))
          if let pages = done.pages { view.cursor = pages.lowerBound }
          tally.count(done)
          if lines.count <= Self.shownOneByOne { lines.append(done.description) }
        }
      }
    } catch {
      if !taken.isEmpty { recorder.achieved = [.workers(.turn(taken))] }
      throw error
    }
    return Event(.done, lines.count <= Self.shownOneByOne ? lines : tally.lines)
  }

  /// Lets workers take so many steps, some of them now and the others in ``continueSteps()``.
  func takeSteps(_ number: Int) {
    scripts.await(steps: number)
    takeDueSteps()
  }

  /// Takes steps that are still due, and says what was done where they were the last.
  func continueSteps() {
    takeDueSteps()
    guard scripts.stepsAhead == 0 else { return }
    let lines = endOfSteps()
    if !lines.isEmpty { note(Event(.done, lines)) }
  }

  /// What was done in the steps until now, once.
  func endOfSteps() -> [String] { workers.tally.take()?.lines ?? [] }

  // For a short time; it signals that there are more.
  private func takeDueSteps() {
    guard scripts.stepsAhead > 0, !workers.isPaused else { return }
    let end = ContinuousClock.now + Self.patience
    while scripts.stepsAhead > 0, ContinuousClock.now < end {
      scripts.takeStep()
      // The others go on where one fails, as threads do.
      do throws(CommandError) { if try workers.takeTurn(&document.ranges) == nil { scripts.workersAreDone() } } catch {
        noteWorkerFailure(error.description)
      }
    }
    if scripts.stepsAhead > 0 { wakeUp.signal() } else { scripts.workersAreDone() }
  }
}
