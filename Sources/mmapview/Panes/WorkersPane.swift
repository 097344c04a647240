import Inspector
import RangedMmap
import TerminalCanvas

/// What the workers do, how fast they write, and how long their steps take; what matters most where there is little
/// room.
struct WorkersPane: Pane {
  private let pool: WorkerPool
  private let shift: ArraySlice<Worker>
  private let throughput: Throughput
  private let glyphs: Glyphs
  private let pages: Int
  private let takesSteps: Bool
  private let width: Int

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard !shown.workers.workers.isEmpty, area.height > 0 else { return }
    WorkersPane(shown, area.width).draw(on: &canvas, area)
  }

  /// How many rows all of it takes; 0 without workers.
  static func height(_ shown: Snapshot, width: Int) -> Int {
    guard !shown.workers.workers.isEmpty else { return 0 }
    let pane = WorkersPane(shown, width)
    return 1 + pane.facts.count + (pane.hasGraph ? 1 : 0) + pane.phases.count + pane.shift.count
  }

  private init(_ shown: Snapshot, _ width: Int) {
    (pool, shift, throughput) = (shown.workers, shown.workers.shift, shown.interface.throughput)
    (glyphs, pages) = (shown.glyphs, shown.file?.states.count ?? 0)
    // A lesson takes its steps itself.
    takesSteps = shown.workers.running > 0 && !shown.isInLesson
    self.width = width
  }

  private func draw(on canvas: inout Canvas, _ area: Area) {
    var rest = area
    func line(_ text: String, _ role: Role) {
      canvas.write(shortened(text, width, glyphs), in: rest.row(0), Style(role, isMeasured: !pool.isStepped))
      rest = rest.below(1)
    }
    // Of workers that take turns the heading says least: it comes where each has its row.
    let isHeaded = !pool.isStepped || pool.isPaused || pool.running == 0 || area.height > shift.count
    var free = area.height - (isHeaded ? 1 : 0)
    func take(_ wanted: Int) -> Int {
      defer { free -= min(wanted, free) }
      return min(wanted, free)
    }
    // Three workers say more than any figure; a seventh, or one that has ended, says less.
    let first = take(pool.running > 0 ? min(shift.count, 3) : 0)
    let (factRows, phaseRows, graphRows) = (
      take(isHeaded ? facts.count : 0), take(phases.count), take(hasGraph ? 1 : 0)
    )
    let rows = first + take(shift.count - first)
    if isHeaded { line(heading, .title) }
    for fact in facts.prefix(factRows) { line(fact, .text) }
    if graphRows > 0 { line(graph, .written) }
    // Where only one has room, the disk's times say more than the memory's.
    for phase in phases.suffix(phaseRows) {
      line(latencyLine(phase.rawValue, pool.latencies(of: phase), glyphs, width), .dim)
    }
    guard rows > 0 else { return }
    // The last row has all that have none of their own.
    let shown = rows < shift.count ? Array(busiest.prefix(rows - 1)) : Array(shift)
    // Figures far from their worker would be taken for another's.
    let columns = WorkerColumns(shift, pages: pages, width: min(width, 60))
    for worker in shown {
      columns.draw(worker, throughput, glyphs, on: &canvas, rest.row(0))
      rest = rest.below(1)
    }
    if rows < shift.count { line(together(Array(busiest.dropFirst(rows - 1))), .text) }
  }

  // Some workers in one row, with their pages where all fit, else by what they do; a number without a sign would be
  // taken for a count.
  private func together(_ workers: [Worker]) -> String {
    let each = workers.map { worker in
      let place = worker.isHolding ? worker.currentPages.map { " p" + short($0) } : nil
      return "#\(worker.number) \(worker.activity)" + (place ?? "")
    }
    let line = each.joined(separator: glyphs.separator)
    if line.columns <= width { return line }
    for count in stride(from: workers.count, to: 0, by: -1) {
      var groups: [(activity: Worker.Activity, numbers: [String])] = []
      for worker in workers.prefix(count) {
        if groups.last?.activity != worker.activity { groups.append((worker.activity, [])) }
        groups[groups.count - 1].numbers.append("\(worker.number)")
      }
      let words = groups.map { "#" + $0.numbers.joined(separator: ", ") + " \($0.activity)" }
      let more = count < workers.count ? ["\(workers.count - count) more"] : []
      let line = (words + more).joined(separator: glyphs.separator)
      if line.columns <= width { return line }
    }
    return counted(workers.count, "worker")
  }

  private func short(_ pages: Range<Int>) -> String {
    pages.count > 1 ? "\(pages.lowerBound)-\(pages.upperBound - 1)" : "\(pages.lowerBound)"
  }

  private var heading: String {
    let seed = pool.seed.map { glyphs.separator + "seed \($0)" }
    guard pool.running > 0 else { return "workers have ended" + (seed ?? averageInHeading) }
    guard !pool.isPaused else { return "workers paused" + (seed ?? averageInHeading) }
    if let seed { return "\(pool.running) \(pool.running == 1 ? "takes" : "take") turns" + seed }
    return "\(pool.running) at work" + glyphs.separator + "now " + shown(throughput.now) + averageInHeading
  }

  private var averageInHeading: String { isWide ? glyphs.separator + average : "" }
  private var average: String { "average " + shown(pool.averageRate) }
  private var isWide: Bool { width >= 46 }

  private var facts: [String] {
    let number = shift.reduce(0) { $0 + $1.operations }
    let operations = counted(number, "operation")
    if pool.isStepped { return [operations + (takesSteps ? glyphs.separator + "press . to step" : "")] }
    if isWide { return [operations] }
    let line = average + glyphs.separator
    return [line + (line.count + operations.count <= width ? operations : shortCount(number) + " ops")]
  }

  private var hasGraph: Bool { !pool.isStepped && (pool.running > 0 || !throughput.samples.isEmpty) }

  private var graph: String {
    guard let top = throughput.samples.max() else { return glyphs.unknown }
    let label = "  top " + rate(top)
    let line = sparkline(throughput.samples.suffix(width), glyphs.levels)
    return width >= Throughput.memory + label.count ? line + label : line
  }

  // Times differ from run to run, and workers in turns show the same in each.
  private var phases: [TimedPhase] { pool.isStepped ? [] : pool.orderedPhases }

  // A failure must not vanish in a crowd; then come those with pages in hand, where they take turns: of threads that
  // would change with every look. Workers that have ended come last.
  private var busiest: [Worker] {
    func rank(_ worker: Worker) -> Int {
      if worker.hasEnded { return worker.activity == .failed ? 0 : .max }
      return pool.isStepped ? worker.isHolding ? 1 + Int(worker.activity.rawValue) : .max - 1 : 1
    }
    return shift.sorted { (rank($0), $0.number) < (rank($1), $1.number) }
  }

  private func shown(_ bytesPerSecond: Double?) -> String { bytesPerSecond.map { rate($0) } ?? glyphs.unknown }
}

extension Worker {
  fileprivate var isHolding: Bool { !hasEnded && activity != .idle }
}
