import PageCache
import RangedMmap

extension Session {
  // The wanted pages, or all, of those that are mapped and those that the file has by now.
  func pages(_ wanted: ClosedRange<Int>?, of file: MmapFile) throws(CommandError) -> Range<Int> {
    let count = max(file.states.count, file.presentPages)
    guard let wanted else { return 0..<count }
    try file.requirePage(wanted.upperBound, of: count)
    return Range(wanted)
  }

  // A line about those of the pages that are behind the file's end by now.
  func shortfall(_ file: MmapFile, _ pages: Range<Int>) -> [String] {
    file.shortfall(of: Alignment.bytes(of: pages)).map { ["\(file.path): \($0)"] } ?? []
  }

  // Neighbouring pages that have one state in the kernel and one extent on the disk.
  struct Piece {
    let run: CacheRun
    let extent: Extent?

    var pages: Range<Int> { run.pages }
    var state: CachedPage { run.state }
  }

  // Only of pages that the file has.
  func pieces(of file: MmapFile, _ pages: Range<Int>) throws(PageCacheError) -> KernelAnswer<[Piece]> {
    let size = file.presentSize
    let pages = pages.clamped(to: 0..<Alignment.pages(in: size))
    guard !pages.isEmpty else { return KernelAnswer(value: [], lacking: nil) }
    let bytes = Alignment.bytes(of: pages).clamped(to: 0..<size)
    let extents = try? PageCache.extents(ofOwn: file.descriptor, bytes: bytes)
    let runs = try KernelAnswer(file.descriptor, each: pages)
    take(
      KernelCell(runs.value, isResidencyOnly: runs.lacking != nil), isOfWhole: pages.count == Alignment.pages(in: size))
    return KernelAnswer(value: divide(runs.value, by: extents), lacking: runs.lacking)
  }

  private func divide(_ runs: [CacheRun], by extents: [Extent]?) -> [Piece] {
    guard let extents else { return runs.map { Piece(run: $0, extent: nil) } }
    var pieces: [Piece] = []
    var extent = 0
    for run in runs {
      var page = run.pages.lowerBound
      while page < run.pages.upperBound, extent < extents.count {
        let end = min(run.pages.upperBound, Alignment.pages(in: extents[extent].bytes.upperBound))
        if end > page {
          pieces.append(Piece(run: CacheRun(pages: page..<end, state: run.state), extent: extents[extent]))
        }
        page = max(page, end)
        if page < run.pages.upperBound { extent += 1 }
      }
    }
    return pieces
  }

  /// Whether a page of the open file is in memory now: a few system calls, whatever the file's size.
  package func presence(ofPage page: Int) -> Presence {
    guard let file, let size = try? file.descriptor.stat().size, page * PageCache.pageSize < size else {
      return .readable
    }
    guard let run = try? KernelAnswer(file.descriptor, each: page..<page + 1).value.first else {
      // What was written here came into memory by that.
      return [.free, .allocated].contains(file.states[page]) ? .unknown : .readable
    }
    guard !run.state.contains(.cached) else { return .readable }
    let bytes = Alignment.bytes(of: page..<page + 1).clamped(to: 0..<Int(size))
    let extents = try? PageCache.extents(ofOwn: file.descriptor, bytes: bytes)
    return extents?.contains { $0.kind.holdsData } == false ? .empty : .absent
  }
}

/// Whether a page's bytes can be read with no effect: a read of a page that is not in memory brings it in, and its
/// neighbours, and the kernel's view would show the effect of the inspector itself.
package enum Presence: Sendable, Equatable {
  /// It is in memory, or the file ends before it.
  case readable
  /// It is not in memory, and has nothing on the disk: it would read as zeros.
  case empty
  /// It is on the disk only.
  case absent
  /// Whether it is in memory is unknown.
  case unknown
}
