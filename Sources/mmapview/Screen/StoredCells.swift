import Inspector
import RangedMmap

/// Which pages in view were stored to since their last sync, while that is watched.
struct StoredCells: Equatable {
  /// How many of each cell were; `nil` where too many are in view.
  let counts: [Int]?
  /// How many of the file were; `nil` where it is too large for a count at each frame.
  let total: Int?

  // A frame must not take long: 262,144 pages take 1 to 5 ms. Up to 64 MiB the whole file is counted, in 0.05 to 0.2 ms.
  private static let mostInView = 1 << 18
  private static let mostInFile = 1 << 14

  init(counts: [Int]?, total: Int?) { (self.counts, self.total) = (counts, total) }

  /// Looks at the pages of some cells; `nil` where stores are not watched.
  init?(_ session: Session, _ cells: LibraryCells, of pages: Int) {
    guard session.watchesStores else { return nil }
    let isSmall = pages <= Self.mostInFile
    guard cells.pages.count <= Self.mostInView,
      let runs = session.storedPages(in: isSmall ? 0..<pages : cells.pages)
    else {
      self.init(counts: nil, total: nil)
      return
    }
    var counts = [Int](repeating: 0, count: cells.count)
    for run in runs {
      var rest = run.clamped(to: cells.pages)
      while !rest.isEmpty {
        let cell = (rest.lowerBound - cells.pages.lowerBound) / cells.pagesPerGroup
        let end = min(rest.upperBound, cells.pages(of: cell).upperBound)
        counts[cell] += end - rest.lowerBound
        rest = end..<rest.upperBound
      }
    }
    self.init(counts: counts, total: isSmall ? runs.pageCount : nil)
  }

  /// How many of a cell were stored to; 0 where that is not known.
  subscript(cell: Int) -> Int { counts.map { $0.indices.contains(cell) ? $0[cell] : 0 } ?? 0 }

  /// How many of those in view were; `nil` where that is not known.
  var inView: Int? { counts?.reduce(0, +) }
}
