import Inspector
import RangedMmap
import TerminalCanvas

/// The past moment that is on the screen, and where in the past that is.
struct PastView {
  let moment: Moment
  /// How many steps back it is, and how many there are.
  let steps: Int
  let depth: Int
  /// Where the cursor stood when the past was entered.
  let presentCursor: Int

  /// The part of its pages that a grid has room for.
  func window(_ shape: GridShape, _ cursor: Int) -> Range<Int> {
    let start = moment.pages.lowerBound
    let shown = min(max(0, cursor - start), max(0, moment.pages.count - 1))
    let first = shape.firstPage(from: 0, showing: shown, of: moment.pages.count)
    let window = shape.window(from: first, of: moment.pages.count)
    return start + window.lowerBound..<start + window.upperBound
  }

  /// The nearest page that can be shown.
  func clamped(_ page: Int) -> Int { min(max(moment.pages.lowerBound, page), max(0, moment.pages.upperBound - 1)) }

  /// An interface with what was kept in the place of what is now, and with nothing where nothing was kept.
  func substituted(in interface: Interface, _ session: Session, _ layout: Layout?) -> Interface {
    guard let shape = layout?.shape else { return interface }
    var interface = interface
    let (start, each) = (moment.pages.lowerBound, moment.pagesPerCell)
    let window = window(shape, session.view.cursor)
    let cells = (window.lowerBound - start) / each..<(window.upperBound - start + each - 1) / each
    interface.cells = LibraryCells(pages: window, pagesPerGroup: each, counts: Array(moment.library[cells]))
    interface.totals = moment.totals
    interface.stored = moment.stored.map { StoredCells(counts: Array($0[cells]), total: moment.storedTotal) }
    interface.overview = nil
    interface.kernel = sample
    (interface.sampleTime, interface.delay) = (nil, nil)
    interface.forgetBytes()
    return interface
  }

  private var sample: KernelSample {
    moment.kernel?.sample(of: moment.pages, each: moment.pagesPerCell)
      ?? KernelSample(
        kept: [], of: moment.pages, each: moment.pagesPerCell, marks: [:], totals: nil, facts: KernelSample.Facts())
  }
}

extension PastView {
  /// Why nothing is shown of a page.
  func absence(of page: Int) -> String {
    let end = moment.end ?? moment.pageCount
    if page < end { return "not in view at this moment" }
    return end == 0 ? "the file was empty then" : "the file had \(counted(end, "page")) then"
  }

  /// What the library said of the cell of a page, what the kernel did, and how many of its pages were stored to; `nil` of a page that was not in view, or not in
  /// the file.
  func cell(of page: Int) -> (pages: Range<Int>, library: PageCounts, kernel: KernelCell?, stored: Int?)? {
    guard moment.pages.contains(page), page < moment.end ?? .max else { return nil }
    let index = (page - moment.pages.lowerBound) / moment.pagesPerCell
    let first = moment.pages.lowerBound + index * moment.pagesPerCell
    let pages = first..<min(first + moment.pagesPerCell, moment.pages.upperBound)
    let kernel = moment.kernel.flatMap { $0.cells.indices.contains(index) ? $0.cells[index].counts : nil }
    return (pages, moment.library[index], kernel, moment.stored?[index])
  }
}
