// The verb for the worker threads.

extension Verb {
  static let threads = [
    Verb(
      "workers",
      help: "threads that allocate, write and flush until the file is full; mode=stepped takes turns by a seed, "
        + "a phase (allocate, write, flush or sync) a step",
      example: "workers start 4 size=64k pattern=random:7 flush=sync",
      forms: [
        Form("start", .workers, .workOrder) { .workers(.start(count: $0, $1)) },
        Form("pause") { .workers(.pause) },
        Form("resume") { .workers(.resume) },
        Form("stop") { .workers(.stop) },
        Form("wait") { .workers(.wait) },
        Form("step", .optional(.steps)) { .workers(.step($0 ?? 1)) },
        Form("turn", .turns) { .workers(.turn($0)) },
      ])
  ]
}

extension Parameter where Value == Int {
  fileprivate static var steps: Self {
    Parameter(.number) { word, _ throws(SyntaxError) in try Literal.count(word, "the number of steps") }
  }

  fileprivate static var workers: Self {
    Parameter(ArgumentKind("N", "number of workers", "a number; of workers 256 at most")) {
      word, what throws(SyntaxError) in
      let count = try Literal.count(word, what)
      guard count <= 256 else { throw SyntaxError("256 workers at most", at: word.columns) }
      return count
    }
  }
}

extension Parameter where Value == [NamedTurn] {
  fileprivate static var turns: Self {
    let kind = ArgumentKind(
      "TURN", "turn", "a worker's number for its next phase, 3x5 for five of them, or 3! to end it there")
    return Parameter(kind, .repeated) { arguments throws(SyntaxError) in
      var turns: [NamedTurn] = []
      for word in [try arguments.required(kind)] + arguments.rest({ _ in kind }) {
        guard let turn = NamedTurn(word.text) else {
          throw SyntaxError(
            "\(word) is no turn: write 3 for the next phase of worker 3, 3x5 for five, or 3! to end it",
            at: word.columns)
        }
        turns.append(turn)
      }
      return turns
    }
  }
}

extension NamedTurn {
  /// Reads a turn as it is written in a command; `nil` if it is none.
  init?(_ text: String) {
    func number(_ digits: Substring) -> Int? {
      digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits).flatMap { $0 > 0 ? $0 : nil } : nil
    }
    if text.last == "!", let worker = number(text.dropLast()) {
      self.init(worker: worker, deed: .leaves)
      return
    }
    let parts = text.split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.compactMap(number)
    guard let worker = numbers.first, numbers.count == parts.count else { return nil }
    self.init(worker: worker, deed: .advances(numbers.count > 1 ? numbers[1] : 1))
  }
}

extension Parameter where Value == WorkOrder {
  /// The options of `workers start`, in any order.
  fileprivate static var workOrder: Self {
    Parameter(.options(WorkOption.all.map { ($0.name, $0.kind) }), .verbatim) { arguments throws(SyntaxError) in
      var order = WorkOrder()
      // Those that are there already need not be offered.
      let words = arguments.rest { words in
        .options(
          WorkOption.all.filter { option in !words.contains { $0.text.hasPrefix(option.name + "=") } }
            .map { ($0.name, $0.kind) })
      }
      for word in words { try WorkOption.read(word, into: &order) }
      func given(_ name: String) -> Word? { words.first { $0.text.hasPrefix(name + "=") } }
      if order.mode == .free, let word = given("seed") {
        throw SyntaxError(
          "seed goes with mode=stepped: whose turn it is of threads, no seed decides", at: word.columns)
      }
      if order.mode == .stepped, let word = given("delay") {
        throw SyntaxError("delay goes with mode=free: stepped workers rest until `workers step`", at: word.columns)
      }
      return order
    }
  }
}

/// One `name=value` of `workers start`.
private struct WorkOption: Sendable {
  let name: String
  let kind: ArgumentKind
  let set: @Sendable (inout WorkOrder, Word) throws(SyntaxError) -> Void

  static let all: [WorkOption] = [
    WorkOption(name: "size", kind: .size) { order, value throws(SyntaxError) in
      order.byteCount = try Literal.size(value, "size")
      guard order.byteCount > 0 else { throw SyntaxError("size must be at least 1 byte", at: value.columns) }
    },
    WorkOption(name: "pattern", kind: .pattern) { order, value throws(SyntaxError) in
      order.pattern = try Literal.pattern(value)
    },
    WorkOption(name: "flush", kind: flushes) { order, value throws(SyntaxError) in
      guard let flush = WorkOrder.Flush(rawValue: value.text) else { throw flushes.refusal(of: value) }
      order.flush = flush
    },
    WorkOption(name: "delay", kind: .time) { order, value throws(SyntaxError) in
      order.delay = try Literal.time(value, "delay")
    },
    WorkOption(name: "ops", kind: .number) { order, value throws(SyntaxError) in
      order.operations = try Literal.count(value, "ops")
    },
    WorkOption(name: "mode", kind: modes) { order, value throws(SyntaxError) in
      guard let mode = WorkOrder.Mode(rawValue: value.text) else { throw modes.refusal(of: value) }
      order.mode = mode
    },
    WorkOption(name: "seed", kind: .number) { order, value throws(SyntaxError) in
      order.seed = UInt64(try Literal.number(value, "seed"))
    },
  ]

  private static let flushes = ArgumentKind(oneOf: WorkOrder.Flush.allCases.map(\.rawValue), "way to flush")
  private static let modes = ArgumentKind(oneOf: WorkOrder.Mode.allCases.map(\.rawValue), "mode")

  static func read(_ word: Word, into order: inout WorkOrder) throws(SyntaxError) {
    let parts = word.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let option = all.first(where: { $0.name == parts[0] }) else {
      let suggestion = Spelling.suggestion(for: String(parts[0]), among: all.map(\.name))
      let known = all.map { "\($0.name)=\($0.kind.name)" }.joined(separator: ", ")
      throw SyntaxError("\(word) is no option for workers: \(suggestion)one of \(known)", at: word.columns)
    }
    try option.set(&order, Word(text: String(parts[1]), columns: word.columns))
  }
}
