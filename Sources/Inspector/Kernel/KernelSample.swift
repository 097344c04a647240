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
  /// The page that is told of at length.
  public let cursor: Int
  /// Why some of it is unknown, or `nil` if all is known.
  public internal(set) var reason: UnknownReason?
  /// Whether only residency is known, by mincore(2).
  public internal(set) var isResidencyOnly = false
  /// What is known of each page in view; empty if nothing is.
  var states: [CachedPage] = []
  /// What lies on the disk for each page in view; empty if that is unknown.
  var kinds: [Extent.Kind] = []
  /// The counts of the whole file, or `nil` if they are unknown.
  public internal(set) var totals: CacheCounts?
  /// The extent of the page at the cursor.
  public internal(set) var extent: Extent?
  /// The pages around the cursor of which the kernel says the same, within 2 MiB: the largest folio has no more.
  public internal(set) var alike: Range<Int>
  /// Pages whose bytes have changed lately, in a file that is only looked at.
  public var marks: [Int: Mark] = [:]
  /// Who else has the file, or `nil` if that was not asked or is unknown.
  public internal(set) var users: FileUsers?
  /// The file system, or `nil` if it is unknown.
  public internal(set) var fileSystem: FileSystem?
  /// What became of the file.
  public internal(set) var fate = Fate.unchanged

  init(pages: Range<Int>, cursor: Int) {
    self.pages = pages
    self.cursor = cursor
    alike = cursor..<cursor + 1
  }

  /// What is known of a page in view; `nil` if nothing is.
  public subscript(page: Int) -> CachedPage? {
    states.indices.contains(page - pages.lowerBound) ? states[page - pages.lowerBound] : nil
  }

  /// What lies on the disk for a page in view; `nil` if that is unknown.
  public func kind(of page: Int) -> Extent.Kind? {
    kinds.indices.contains(page - pages.lowerBound) ? kinds[page - pages.lowerBound] : nil
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
