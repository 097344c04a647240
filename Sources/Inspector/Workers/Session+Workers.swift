// Starting and steering the workers.

extension Session {
  func steer(_ command: WorkersCommand) throws(CommandError) -> Event {
    if case .start(let number, let order) = command {
      let allocator = try writableAllocator()
      // Reads a file pattern once here, so that a bad one is this command's error and not that of a thread.
      _ = try PatternFill(order.pattern, byteCount: 1)
      workersStart()
      try workers.start(number, order, try openFile(), allocator)
      return .done("\(count(number, "worker")) started: \(order)")
    }
    guard workers.running > 0 else {
      if case .wait = command { return workersHaveEnded }
      throw CommandError("workers: none are running; `workers start 4` starts some")
    }
    switch command {
    case .pause: workers.pause()
    case .resume: workers.resume()
    case .stop: workers.stop()
    case .wait:
      guard !workers.isPaused else {
        throw CommandError("workers wait: they are paused and would never end; `workers resume` first")
      }
      waitForWorkers()
    case .start: break
    }
    return .done("workers: \(command)")
  }
}

extension WorkersCommand: CustomStringConvertible {
  /// The action as it is written in a command.
  public var description: String {
    switch self {
    case .start(let count, let order): "start \(count) \(order)"
    case .pause: "pause"
    case .resume: "resume"
    case .stop: "stop"
    case .wait: "wait"
    }
  }
}

extension WorkOrder: CustomStringConvertible {
  /// The options as they are written in a command.
  public var description: String {
    var words = ["size=\(Literal.describe(size: byteCount))", "pattern=\(pattern)", "flush=\(flush.rawValue)"]
    if delay > .zero { words.append("delay=\(Literal.describe(time: delay))") }
    if let operations { words.append("ops=\(operations)") }
    return words.joined(separator: " ")
  }
}
