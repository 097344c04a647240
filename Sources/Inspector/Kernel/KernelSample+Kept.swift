import PageCache

extension KernelSample {
  /// What a sample knows of the file as a whole, and of what could be asked.
  package struct Facts: Sendable, Equatable {
    var reason: PageCacheError?
    var comparesBytes = false
    var fileSystem: FileSystem?

    /// Nothing is known.
    package init() {}
  }

  package var facts: Facts {
    var facts = Facts()
    (facts.reason, facts.comparesBytes, facts.fileSystem) = (reason, comparesBytes, fileSystem)
    return facts
  }

  /// The cells in view, in order; none where nothing is known.
  package var cells: [KernelCell] { view.cells }

  /// How many pages in view are dirty; `nil` where that is not known.
  package var dirtyInView: Int? { view.sum?.dirty }

  /// How many pages a cell stands for.
  package var pagesPerCell: Int { view.pagesPerCell }

  /// A sample of a past moment, as far as it was kept: nothing is known of the page under the cursor but its cell.
  package init(
    kept cells: [KernelCell], of pages: Range<Int>, each pagesPerCell: Int, marks: [Int: Mark], totals: KernelCell?,
    facts: Facts
  ) {
    view = KernelCells(pages, each: pagesPerCell, kept: cells)
    self.marks = marks
    self.totals = totals
    (reason, comparesBytes, fileSystem) = (facts.reason, facts.comparesBytes, facts.fileSystem)
    // No page: what was known of the one under the cursor was not kept.
    cursor = -1
    alike = 0..<0
  }
}
