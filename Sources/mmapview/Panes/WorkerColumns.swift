import Inspector
import RangedMmap
import TerminalCanvas

/// The columns of the workers' lines: number, state, pages, operations, rate.
struct WorkerColumns {
  private let state: Int
  private let page: Int
  private let showsRanges: Bool
  private let pageWord: String
  // Where they end; `nil` where there is no room for them.
  private let operationsEnd: Int?
  private let rateEnd: Int?

  /// Divides a width: the pages come before the rate, the rate before the operations.
  init(_ workers: ArraySlice<Worker>, pages: Int, width: Int) {
    let isStepped = workers.contains { $0.order.mode == .stepped }
    let digits = "\(max(0, pages - 1))".count
    state = "\(workers.last?.number ?? 1)".count + 1
    page = state + (isStepped ? 10 : 9)
    let room = width - page
    let (rate, operations) = (isStepped ? 0 : 10, 9)
    let hasRanges = workers.contains { $0.order.byteCount > Alignment.page }
    let rangeWidth = 7 + 2 * digits
    let wordWidth = 5 + digits
    showsRanges = hasRanges && rangeWidth + rate + operations <= room
    let isTight = wordWidth + rate + operations > room
    // A lone letter leaves room for the operations.
    let fitsTight = 1 + digits + rate + operations <= room
    pageWord = isTight && fitsTight ? "p" : "page "
    let hasRate = !isStepped && wordWidth + rate <= room
    rateEnd = hasRate ? width : nil
    operationsEnd = !isTight || fitsTight ? width - rate : nil
  }

  func draw(_ worker: Worker, _ throughput: Throughput, _ glyphs: Glyphs, on canvas: inout Canvas, _ area: Area) {
    let activity = worker.activity
    func write(_ text: String, at column: Int, _ role: Role) {
      canvas.write(text, in: area.inset(left: column), Style(role, isMeasured: worker.order.mode == .free))
    }
    func write(_ text: String, endingAt end: Int?, _ role: Role) {
      if let end { write(text, at: end - text.count, role) }
    }
    write("\(worker.number)", at: 0, .dim)
    write("\(activity)", at: state, activity.role)
    if let pages = worker.currentPages { write(place(pages), at: page, .text) }
    write(shortCount(worker.operations) + (worker.operations == 1 ? " op" : " ops"), endingAt: operationsEnd, .dim)
    // The average of a worker that has ended.
    let rate = worker.hasEnded ? worker.averageRate : throughput.now(of: worker.number)
    write(rate.map { mmapview.rate($0) } ?? glyphs.unknown, endingAt: rateEnd, worker.hasEnded ? .dim : .text)
  }

  private func place(_ pages: Range<Int>) -> String {
    showsRanges && pages.count > 1 ? named(pages) : pageWord + "\(pages.lowerBound)"
  }
}

extension Worker.Activity {
  fileprivate var role: Role {
    switch self {
    case .idle, .done: .dim
    case .allocated: .allocated
    case .writing, .written: .written
    case .flushing: .flushing
    case .syncing: .flushed
    case .failed: .error
    }
  }
}
