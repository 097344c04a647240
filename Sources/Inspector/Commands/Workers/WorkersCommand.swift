package enum WorkersCommand: Sendable, Equatable {
  case start(count: Int, WorkOrder)
  case pause
  case resume
  case stop
  case wait
  /// Workers that take turns carry out so many phases of their operations.
  case step(Int)
  /// The named workers carry out phases, in this order.
  case turn([NamedTurn])
}

extension WorkersCommand: Action {
  static let verb = Verb(
    "workers",
    help: "threads that allocate, write and flush until the file is full; mode=stepped takes turns by a seed, "
      + "a phase (allocate, write, flush or sync) a step",
    example: "workers start 4 size=64k pattern=random:7 flush=sync",
    forms: [
      Form("start", .workers, .workOrder) { WorkersCommand.start(count: $0, $1) },
      Form("pause") { WorkersCommand.pause },
      Form("resume") { WorkersCommand.resume },
      Form("stop") { WorkersCommand.stop },
      Form("wait") { WorkersCommand.wait },
      Form("step", .optional(.steps)) { WorkersCommand.step($0 ?? 1) },
      Form("turn", .turns) { WorkersCommand.turn($0) },
    ])

  package var words: [String?] { ["workers", "\(self)"] }
  package var newLabels: Int? { if case .start = self { nil } else { 0 } }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.steer(self) }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    let byTurns = RecordedForm.remark("recorded as the turns of the threads")
    switch self {
    case .start(let count, var order):
      guard order.mode == .free else { return .command(Command(self)) }
      (order.mode, order.delay) = (.stepped, .zero)
      return .remark("threads, whose turns follow as they were taken", instead: .workers(.start(count: count, order)))
    case .turn: return .command(Command(self))
    // What came of it for threads is in the turns that are recorded of them.
    case .pause, .resume, .stop: return session.workers.isStepped ? .command(Command(self)) : byTurns
    case .step, .wait: return session.workers.isStepped ? .nothing : byTurns
    }
  }
}

extension Command { package static func workers(_ command: WorkersCommand) -> Command { Command(command) } }

extension WorkersCommand: CustomStringConvertible {
  package var description: String {
    switch self {
    case .start(let count, let order):
      (["start", "\(count)"] + order.words { _, isDefault in !isDefault }).joined(separator: " ")
    case .pause: "pause"
    case .resume: "resume"
    case .stop: "stop"
    case .wait: "wait"
    case .step(let number): "step \(number)"
    case .turn(let turns): (["turn"] + turns.map(\.description)).joined(separator: " ")
    }
  }
}

extension Parameter where Value == Int {
  fileprivate static var steps: Self {
    Parameter(.number) { word, _ throws(SyntaxError) in try Literal.count(word, "the number of steps") }
  }

  // More threads than any machine of a class has cores, and few enough for the list of workers.
  private static let mostWorkers = 256

  fileprivate static var workers: Self {
    Parameter(ArgumentKind("N", "number of workers", "a number; of workers \(mostWorkers) at most")) {
      word, what throws(SyntaxError) in
      let count = try Literal.count(word, what)
      guard count <= mostWorkers else { throw SyntaxError("\(mostWorkers) workers at most", at: word.columns) }
      return count
    }
  }
}
