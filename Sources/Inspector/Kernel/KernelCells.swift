import PageCache
import RangedMmap

/// What the kernel says of the pages of a range, in cells of so many pages.
struct KernelCells: Sendable, Equatable {
  let pages: Range<Int>
  /// The last cell may stand for fewer.
  let pagesPerCell: Int
  /// None where nothing is known.
  private(set) var cells: [KernelCell] = []

  init(_ pages: Range<Int>, each pagesPerCell: Int) {
    self.pages = pages
    self.pagesPerCell = pagesPerCell
  }

  /// Cells as they were kept.
  init(_ pages: Range<Int>, each pagesPerCell: Int, kept cells: [KernelCell]) {
    self.init(pages, each: pagesPerCell)
    self.cells = cells
  }

  /// What is known of the cell that a page belongs to; `nil` if nothing is.
  subscript(page: Int) -> KernelCell? {
    guard page >= pages.lowerBound else { return nil }
    let cell = (page - pages.lowerBound) / pagesPerCell
    return cells.indices.contains(cell) ? cells[cell] : nil
  }

  /// The counts of all pages together; `nil` if nothing is known.
  var sum: KernelCell? {
    guard let first = cells.first else { return nil }
    return cells.dropFirst().reduce(first) { sum, cell in
      KernelCell(
        sum.pages + cell.pages, cached: sum.cached + cell.cached,
        dirty: sum.dirty.flatMap { dirty in cell.dirty.map { dirty + $0 } },
        writeback: sum.writeback.flatMap { writeback in cell.writeback.map { writeback + $0 } })
    }
  }

  /// Counts the pages of each cell; returns why only residency is known, if so.
  mutating func count(_ file: FileDescriptor) throws(PageCacheError) -> PageCacheError? {
    let answer = try KernelAnswer<[KernelCell]>(file, pages, each: pagesPerCell)
    cells = answer.value.map(\.withoutTraces)
    return answer.lacking
  }

  mutating func take(_ states: [CachedPage], isResidencyOnly: Bool) {
    cells = stride(from: 0, to: states.count, by: pagesPerCell).map { start in
      let pages = states[start..<min(start + pagesPerCell, states.count)]
      func count(_ fact: CachedPage) -> Int { pages.count { $0.contains(fact) } }
      return KernelCell(
        pages.count, cached: count(.cached), dirty: isResidencyOnly ? nil : count(.dirty),
        writeback: isResidencyOnly ? nil : count(.writeback))
    }
  }

  mutating func add(_ extent: Extent) {
    let held = Alignment.pages(of: extent.bytes).clamped(to: pages)
    guard !held.isEmpty, !cells.isEmpty else { return }
    func cell(_ page: Int) -> Int { (page - pages.lowerBound) / pagesPerCell }
    for index in cell(held.lowerBound)...cell(held.upperBound - 1) {
      let start = pages.lowerBound + index * pagesPerCell
      // Two extents may share a page, which is counted once all the same.
      let more = held.clamped(to: start..<start + pagesPerCell).count
      cells[index].data = min(cells[index].pages, cells[index].data + more)
    }
  }
}
