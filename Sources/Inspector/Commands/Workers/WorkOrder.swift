/// What each worker does until the file is full.
package struct WorkOrder: Sendable, Equatable {
  package enum Flush: String, Sendable, CaseIterable {
    case none
    case async
    case sync
  }

  package enum Mode: String, Sendable, CaseIterable {
    case free
    /// They take turns by a seed, a phase at each `workers step`.
    case stepped
  }

  package var byteCount = 4096
  package var pattern = Pattern.page
  package var flush = Flush.none
  package var delay = Duration.zero
  /// The most operations a worker makes, or `nil` to go on until the file is full.
  package var operations: Int?
  package var mode = Mode.free
  /// The order of turns follows from it; `nil` for 1, or the seed of those that are at work.
  package var seed: UInt64?

  package init() {}
}

extension WorkOrder: CustomStringConvertible {
  /// The options as they are written in a command, and what there is where none was given.
  package var description: String {
    words { name, isDefault in !isDefault || ["size", "pattern", "flush"].contains(name) }.joined(separator: " ")
  }

  // The options that are wanted by their name and by whether they have their default value.
  func words(_ isWanted: (String, Bool) -> Bool) -> [String] {
    let standard = WorkOrder()
    let options: [(name: String, value: String, isDefault: Bool)] = [
      ("size", Literal.describe(size: byteCount), byteCount == standard.byteCount),
      ("pattern", "\(pattern)", pattern == standard.pattern),
      ("flush", flush.rawValue, flush == standard.flush),
      ("delay", Literal.describe(time: delay), delay == standard.delay),
      ("ops", "\(operations ?? 0)", operations == nil),
      ("mode", mode.rawValue, mode == standard.mode),
      ("seed", "\(seed ?? 0)", seed == nil),
    ]
    return options.filter { isWanted($0.name, $0.isDefault) }.map { Word.quote("\($0.name)=\($0.value)") }
  }
}

extension Parameter where Value == WorkOrder {
  static var workOrder: Self {
    Parameter(.options(WorkOption.all.map { ($0.name, $0.kind) }), .verbatim) { arguments throws(SyntaxError) in
      var order = WorkOrder()
      func given(_ name: String, in words: [Word]) -> Word? { words.first { $0.text.hasPrefix(name + "=") } }
      // Those that are there already need not be offered.
      let words = arguments.rest { words in
        .options(WorkOption.all.filter { given($0.name, in: words) == nil }.map { ($0.name, $0.kind) })
      }
      for word in words { try WorkOption.read(word, into: &order) }
      if order.mode == .free, let word = given("seed", in: words) {
        throw SyntaxError("seed goes with mode=stepped: whose turn it is of threads, no seed decides", at: word.columns)
      }
      if order.mode == .stepped, let word = given("delay", in: words) {
        throw SyntaxError("delay goes with mode=free: stepped workers rest until `workers step`", at: word.columns)
      }
      return order
    }
  }
}

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
