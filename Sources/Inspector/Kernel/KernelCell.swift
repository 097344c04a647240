import PageCache

/// What the kernel says of the pages that one cell of the screen stands for.
public struct KernelCell: Sendable, Equatable {
  /// How many pages it stands for.
  public let pages: Int
  /// How many of them are in memory.
  public let cached: Int
  /// How many differ from the disk.
  public let dirty: Int
  /// How many are on their way to it.
  public let writeback: Int
  /// How many have bytes on the disk, or will have when they are written back; 0 if that is unknown.
  public internal(set) var data = 0

  init(_ pages: Int, _ counts: CacheCounts) {
    self.pages = pages
    (cached, dirty, writeback) = (counts.cached, counts.dirty, counts.writeback)
  }

  /// A cell that stands for one page.
  public init(_ state: CachedPage) {
    pages = 1
    cached = state.contains(.cached) ? 1 : 0
    dirty = state.contains(.dirty) ? 1 : 0
    writeback = state.contains(.writeback) ? 1 : 0
  }
}

extension Extent.Kind {
  /// Whether the disk holds bytes for it; elsewhere a page reads as zeros.
  public var holdsData: Bool {
    switch self {
    case .hole, .unwritten: false
    case .delayed, .written, .inline, .data: true
    }
  }
}
