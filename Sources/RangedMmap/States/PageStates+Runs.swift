extension PageStates {
  /// Neighbouring pages of one state.
  package struct Run: Sendable, Equatable {
    /// Pages of 4096 bytes, counted from the start of the file.
    package var pages: Range<Int>
    /// The state of each of them.
    package let state: PageState
  }

  /// The runs of all pages that are not free, in order.
  ///
  /// - Complexity: One load for each 16 MiB of the file, and a walk over those whose pages are not all alike.
  package func usedRuns() -> [Run] {
    let chunks = withCensus { census in
      (0..<census.chunkCount).compactMap { chunk -> (pages: Range<Int>, only: PageState?)? in
        let (pages, counts) = (census.pages(inChunk: chunk), census.counts(ofChunk: chunk))
        let only = PageState.allCases.first { counts[$0] == pages.count }
        return only == .free ? nil : (pages, only)
      }
    }
    let reader = reader
    var runs: [Run] = []
    func add(_ pages: Range<Int>, _ state: PageState) {
      guard state != .free else { return }
      if let last = runs.last, last.state == state, last.pages.upperBound == pages.lowerBound {
        runs[runs.count - 1].pages = last.pages.lowerBound..<pages.upperBound
      } else {
        runs.append(Run(pages: pages, state: state))
      }
    }
    for (pages, only) in chunks {
      if let only { add(pages, only) } else { for page in pages { add(page..<page + 1, state(of: page, reader)) } }
    }
    return runs
  }

  /// The state of each of some pages.
  ///
  /// - Complexity: One load a page.
  package func states(of pages: Range<Int>) -> [PageState] {
    let reader = reader
    return pages.map { state(of: $0, reader) }
  }
}
