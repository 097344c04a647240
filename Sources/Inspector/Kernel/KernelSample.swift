public import PageCache

/// What the kernel said of the part of a file that is in view, at one moment.
public struct KernelSample: Sendable, Equatable {
  /// How fresh a change of a page's bytes is.
  public enum Mark: Sendable {
    /// Seen just now.
    case fresh
    /// Seen a moment ago.
    case fading
  }

  /// What became of the file itself.
  public enum Fate: Sendable, Equatable {
    /// It is what it was when it was opened.
    case unchanged
    /// It has this size now.
    case resized(Int)
    /// Its name is gone; its pages stay until the last one closes it.
    case deleted
    /// Its name leads to another file.
    case replaced
  }

  /// The pages in view.
  public let pages: Range<Int>
  /// How many of them a cell stands for.
  public let pagesPerCell: Int
  /// The page that is told of at length.
  public let cursor: Int
  /// Why some of it is unknown, or `nil` if all is known.
  public internal(set) var reason: UnknownReason?
  /// Whether only residency is known, by mincore(2).
  public internal(set) var isResidencyOnly = false
  /// What is known of each cell in view; empty if nothing is.
  var cells: [KernelCell] = []
  /// What is known of the page at the cursor; `nil` if nothing is.
  public internal(set) var state: CachedPage?
  /// The counts of the whole file, or `nil` if they are unknown.
  public internal(set) var totals: CacheCounts?
  /// The extent of the page at the cursor.
  public internal(set) var extent: Extent?
  /// The pages around the cursor of which the kernel says the same, within 2 MiB: the largest folio has no more.
  public internal(set) var alike: Range<Int>
  /// Pages whose bytes have changed lately, in a file that is only looked at, page by page.
  public var marks: [Int: Mark] = [:]
  /// Who else has the file, or `nil` if that was not asked or is unknown.
  public internal(set) var users: FileUsers?
  /// The file system, or `nil` if it is unknown.
  public internal(set) var fileSystem: FileSystem?
  /// What became of the file.
  public internal(set) var fate = Fate.unchanged

  init(_ request: KernelRequest) {
    pages = request.pages
    pagesPerCell = request.pagesPerCell
    cursor = request.cursor
    alike = cursor..<cursor + 1
  }

  /// What is known of the cell that a page in view belongs to; `nil` if nothing is.
  public subscript(page: Int) -> KernelCell? {
    guard page >= pages.lowerBound else { return nil }
    let cell = (page - pages.lowerBound) / pagesPerCell
    return cells.indices.contains(cell) ? cells[cell] : nil
  }
}
