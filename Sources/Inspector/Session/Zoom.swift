/// How much of the file a cell of the screen stands for.
package enum Zoom: Sendable, Equatable {
  /// So many pages.
  case pages(Int)
  /// As many as bring the whole file in view.
  case fit

  /// The number of pages, or `nil` where that depends on the screen.
  package var pagesPerCell: Int? {
    switch self {
    case .pages(let count): count
    case .fit: nil
    }
  }

  /// The most pages that a cell can be made to stand for: 2 to the power of 40.
  package static let most = 1 << 40
}

/// How the zoom is changed.
package enum ZoomStep: Sendable, Equatable {
  /// Half as many pages a cell.
  case closer
  /// Twice as many.
  case farther
  /// To this.
  case to(Zoom)
}
