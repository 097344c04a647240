import Inspector
import RangedMmap

/// What both layers said of the cells in view, at one moment: what the past keeps of a frame.
struct Moment {
  var time: WallTime
  /// How many pages the file had.
  var pageCount: Int
  /// How many it had in truth, where it was cut and is still mapped as it was.
  var end: Int?
  /// The pages in view.
  var pages: Range<Int>
  var pagesPerCell: Int
  var library: [PageCounts]
  /// The library's counts of the whole file.
  var totals: PageCounts
  /// How many pages of each cell were stored to since their last sync; `nil` where that was not watched, or not known.
  var stored: [Int]?
  /// The same of the whole file.
  var storedTotal: Int?
  /// `nil` where the kernel's layer was not looked at.
  var kernel: Kernel?
  /// When the kernel's sample was there; only of the newest moment, and `nil` where frames are drawn without a screen.
  var sampleTime: WallTime?
  /// Whether the library has changed since that sample, so that the layers are of two times.
  var isAheadOfSample = false

  struct Kernel: Equatable {
    /// None where nothing was known.
    var cells: [Cell]
    var totals: KernelCell?
    var facts: KernelSample.Facts
  }

  /// What the kernel said of a cell, and whether bytes in it had changed lately.
  struct Cell: Equatable {
    var counts: KernelCell
    var mark: KernelSample.Mark?

    /// Whether bytes changed after another look at the same cell.
    func isMarkedAfter(_ other: Cell) -> Bool {
      switch (other.mark, mark) {
      case (_, nil), (.fresh, _), (.fading, .fading): false
      case (nil, _), (.fading, .fresh): true
      }
    }
  }

  /// Whether a frame of the other would show the same; times do not count.
  func shows(what other: Moment) -> Bool { showsLibrary(of: other) && kernel == other.kernel }

  private func showsLibrary(of other: Moment) -> Bool {
    pages == other.pages && pagesPerCell == other.pagesPerCell && pageCount == other.pageCount
      && end == other.end && totals == other.totals && library == other.library
      && stored == other.stored && storedTotal == other.storedTotal
  }

  /// The same, but for marks that have only become older since the kernel's cells were these, or `nil` for the other's.
  ///
  /// `isAlike`: whether the kernel's part is that of the other, which takes most of the time of this.
  func shows(what other: Moment, before cells: [Cell]?, isAlike: Bool) -> Bool {
    if isAlike, cells == nil { return showsLibrary(of: other) }
    guard let mine = kernel, let others = other.kernel, mine.cells.count == others.cells.count,
      cells.map({ $0.count == mine.cells.count }) ?? true
    else { return isAlike && showsLibrary(of: other) }
    let cells = cells ?? others.cells
    for (index, cell) in mine.cells.enumerated()
    where cell.counts != others.cells[index].counts || cell.isMarkedAfter(cells[index]) {
      return false
    }
    var unmarked = self
    unmarked.kernel?.cells = others.cells
    return unmarked.shows(what: other)
  }

  func hasWindow(of other: Moment) -> Bool { pages == other.pages && pagesPerCell == other.pagesPerCell }
}

extension Moment {
  /// What an interface shows now; `nil` where no file is open.
  ///
  /// Until the kernel has answered for what is in view it is `nil` too: the next frame has the answer. `asIs` takes it for
  /// unknown instead.
  init?(
    _ interface: Interface, _ session: Session, at time: WallTime,
    known: (sample: KernelSample, kernel: Kernel)? = nil, asIs: Bool = false
  ) {
    guard let file = session.file, let cells = interface.cells else { return nil }
    self.time = time
    pageCount = file.states.count
    end = session.otherSize.map { Alignment.pages(in: $0) }.flatMap { $0 < file.states.count ? $0 : nil }
    (pages, pagesPerCell) = (cells.pages, cells.pagesPerGroup)
    (library, totals) = (cells.counts, interface.totals)
    (stored, storedTotal) = (interface.stored?.counts, interface.stored?.total)
    sampleTime = interface.sampleTime
    guard session.layer != .library else { return }
    guard let sample = interface.kernel, sample.pages == pages, sample.pagesPerCell == pagesPerCell else {
      guard asIs else { return nil }
      kernel = Kernel(cells: [], totals: interface.kernel?.totals, facts: interface.kernel?.facts ?? .init())
      return
    }
    kernel = known.flatMap { $0.sample == sample ? $0.kernel : nil } ?? Kernel(sample)
  }
}

extension Moment.Kernel {
  init(_ sample: KernelSample) {
    let marks = sample.marks(each: sample.pagesPerCell, from: sample.pages.lowerBound)
    let first = sample.pages.lowerBound
    cells = sample.cells.enumerated().map { index, counts in
      Moment.Cell(counts: counts, mark: marks.isEmpty ? nil : marks[first + index * sample.pagesPerCell])
    }
    (totals, facts) = (sample.totals, sample.facts)
  }

  /// The sample that shows it.
  func sample(of pages: Range<Int>, each pagesPerCell: Int) -> KernelSample {
    var marks: [Int: KernelSample.Mark] = [:]
    for (index, cell) in cells.enumerated() { marks[pages.lowerBound + index * pagesPerCell] = cell.mark }
    return KernelSample(
      kept: cells.map(\.counts), of: pages, each: pagesPerCell, marks: marks, totals: totals, facts: facts)
  }
}

/// What the library says of the cells in view, now or at a past moment.
struct LibraryCells {
  let pages: Range<Int>
  /// The last group may have fewer.
  let pagesPerGroup: Int
  let counts: [PageCounts]

  var count: Int { counts.count }

  subscript(cell: Int) -> PageCounts { counts[cell] }

  func pages(of cell: Int) -> Range<Int> {
    let start = pages.lowerBound + cell * pagesPerGroup
    return start..<min(start + pagesPerGroup, pages.upperBound)
  }
}

extension LibraryCells {
  init(_ groups: PageGroups) {
    self.init(pages: groups.pages, pagesPerGroup: groups.pagesPerGroup, counts: groups.all)
  }
}
