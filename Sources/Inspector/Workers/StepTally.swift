/// What workers that take turns did in steps that are too many for a line each.
struct StepTally {
  private typealias Counts = [Routine.Phase: Int]

  private let wanted: Int
  private var taken = 0
  private var failed = 0
  private var counts: [Int: Counts] = [:]

  init(of wanted: Int) { self.wanted = wanted }

  mutating func count(_ turn: Turn) {
    taken += 1
    counts[turn.worker, default: [:]][turn.phase, default: 0] += 1
  }

  mutating func countFailure() {
    taken += 1
    failed += 1
  }

  // More would push all else out of the log.
  private static let mostWorkers = 8

  /// What all did, and then what each did.
  var lines: [String] {
    let all = counts.values.reduce(into: Counts()) { $0.merge($1, uniquingKeysWith: +) }
    let failures = failed > 0 ? ["\(failed) failed"] : []
    let number = taken < wanted ? "\(taken) of \(counted(wanted, "step")), then all had ended" : counted(taken, "step")
    let whole = ([Self.words(all)] + failures).filter { !$0.isEmpty }.joined(separator: ", ")
    let line = "workers: \(number)" + (whole.isEmpty ? "" : ": \(whole)")
    guard (2...Self.mostWorkers).contains(counts.count) else { return [line] }
    return [line] + counts.keys.sorted().map { "worker \($0): \(Self.words(counts[$0] ?? [:]))" }
  }

  private static func words(_ counts: Counts) -> String {
    let names: [(Routine.Phase, String)] = [
      (.allocated, "allocate"), (.written, "write"), (.flushing, "flush"), (.durable, "sync"), (.done, "end"),
    ]
    return names.compactMap { phase, name in counts[phase].map { "\($0) \(name)" } }.joined(separator: ", ")
  }
}
