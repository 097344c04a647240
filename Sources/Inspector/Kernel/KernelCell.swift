import PageCache

/// What the kernel says of the pages that one cell of the screen stands for.
package struct KernelCell: Sendable, Equatable {
  /// How many pages it stands for.
  package let pages: Int
  /// How many of them are in memory.
  package let cached: Int
  /// How many differ from the disk; `nil` where only residency is known.
  package let dirty: Int?
  /// How many are on their way to it; `nil` where only residency is known.
  package let writeback: Int?
  /// How many have bytes on the disk, or will have when they are written back; 0 if that is unknown.
  package internal(set) var data = 0

  init(_ pages: Int, _ counts: CacheCounts) {
    self.pages = pages
    (cached, dirty, writeback) = (counts.cached, counts.dirty, counts.writeback)
  }

  /// A cell of some counts; where no more is known than how many of its pages are in memory, the others are `nil`.
  init(_ pages: Int, cached: Int, dirty: Int? = nil, writeback: Int? = nil) {
    self.pages = pages
    (self.cached, self.dirty, self.writeback) = (cached, dirty, writeback)
  }

  /// A cell that stands for one page.
  package init(_ state: CachedPage, isResidencyOnly: Bool = false) {
    pages = 1
    cached = state.contains(.cached) ? 1 : 0
    dirty = isResidencyOnly ? nil : state.contains(.dirty) ? 1 : 0
    writeback = isResidencyOnly ? nil : state.contains(.writeback) ? 1 : 0
  }
}

extension Extent.Kind {
  /// Whether the disk holds bytes for it; elsewhere a page reads as zeros.
  package var holdsData: Bool {
    switch self {
    case .hole, .unwritten: false
    case .delayed, .written, .inline, .data: true
    }
  }
}
