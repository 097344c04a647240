import RangedMmap

extension Session {
  /// Whether workers change pages by themselves: threads that are not halted, or steps that are still to be taken.
  package var areWorkersMoving: Bool {
    workers.running > 0 && !workers.isPaused && (!workers.isStepped || scripts.stepsAhead > 0)
  }

  func steer(_ command: WorkersCommand) throws(CommandError) -> Event {
    if case .start(let number, let order) = command { return try start(number, order) }
    guard workers.running > 0 else {
      if case .wait = command { return endOfWorkers() }
      let example =
        switch command {
        case .step, .turn: "workers start 4 mode=stepped"
        default: "workers start 4"
        }
      throw CommandError("workers: none are running; `\(example)` starts some")
    }
    switch command {
    case .pause: workers.pause()
    case .resume:
      workers.resume()
      if scripts.stepsAhead > 0 { wakeUp.signal() }
    case .stop: workers.stop()
    case .wait:
      try refuseWhilePaused("wait", "they are paused and would never end")
      scripts.awaitWorkers()
      let steps = endOfSteps()
      if !steps.isEmpty { note(Event(.done, steps)) }
      if workers.isStepped { takeSteps(.max) }
    case .step(let number):
      guard workers.isStepped else {
        throw CommandError("workers step: those at work are threads; start them with mode=stepped to step")
      }
      try refuseWhilePaused("step", "they are paused")
      return try step(number)
    case .turn(let turns):
      guard workers.isStepped else {
        throw CommandError("workers turn: those at work are threads; start them with mode=stepped to give them turns")
      }
      try refuseWhilePaused("turn", "they are paused")
      guard scripts.stepsAhead == 0 else {
        throw CommandError("workers turn: steps are under way; `workers pause` halts them")
      }
      return try take(turns)
    case .start: break
    }
    return .done("workers: \(command)")
  }

  // What the log has of it already is for the caller alone.
  private func endOfWorkers() -> Event {
    takeInWorkers()
    if let operations = workers.takeEnd() {
      scripts.workersAreDone()
      return .workersHaveEnded(operations, after: workers.workTime)
    }
    var event = Event.workersHaveEnded(workers.newOperations, after: workers.workTime)
    event.isKnown = !workers.shift.isEmpty
    return event
  }

  private func start(_ number: Int, _ order: WorkOrder) throws(CommandError) -> Event {
    let (file, allocator) = (try openFile(), try document.writableAllocator())
    // A wait for the whole file would settle pages of theirs, and it is unknown which.
    if recorder.isOn { try requireNoJob("workers start") }
    guard workersHaveEndedAndHandedOver || workers.isStepped == (order.mode == .stepped) else {
      let mode = workers.isStepped ? WorkOrder.Mode.stepped : .free
      throw CommandError(
        "workers start: those at work have mode=\(mode.rawValue), and all must; `workers stop` and `workers wait` first"
      )
    }
    let fill = try PatternFill(order.pattern, for: file.descriptor)
    if order.mode == .free, !recorder.isOn { recorder.forget() }
    let before = workers.workers.count
    do throws(CommandError) {
      try workers.start(number, order, file, allocator, fill, isRecorded: recorder.isOn)
    } catch {
      // The system had threads for some of them.
      let started = workers.workers.count - before
      if started > 0 { record(.workers(.start(count: started, order)), isRacing: true) }
      throw error
    }
    return .done("\(counted(number, "worker")) started: \(order)")
  }

  /// Whether no worker runs; then all that they handed over has its labels.
  var workersHaveEndedAndHandedOver: Bool {
    guard workers.running == 0 else { return false }
    takeInWorkers()
    return true
  }

  func takeInWorkers() {
    for failure in workers.collect(into: &document.ranges) { noteWorkerFailure(failure) }
    recordWorkers()
  }

  func noteWorkerFailure(_ failure: String) {
    note(Event(.failure, [failure]))
    workers.keep(failure: failure)
  }

  private func refuseWhilePaused(_ action: String, _ reason: String) throws(CommandError) {
    guard workers.isPaused else { return }
    throw CommandError("workers \(action): \(reason); `workers resume` first")
  }
}
