import PageCache
import RangedMmap

/// What the kernel said of the part of a file that is in view, at one moment.
package struct KernelSample: Sendable, Equatable {
  /// How fresh a change of a page's bytes is.
  package enum Mark: Sendable {
    case fresh
    case fading
  }

  package var pages: Range<Int> { view.pages }
  /// The page that is shown at length.
  package let cursor: Int
  /// Why some of it is unknown, or `nil` if all is known.
  package internal(set) var reason: PageCacheError?
  /// Whether only residency is known, by mincore(2).
  package var isResidencyOnly: Bool { reason != nil && !view.cells.isEmpty }
  var view: KernelCells
  var overview: KernelCells?
  /// The pages in view, neighbours that are alike together; empty where they were counted by the cell, or nothing is known.
  var runs: [CacheRun] = []
  /// At what age the kernel writes dirty pages back by itself; `nil` where none is dirty, or it can't be read.
  var age: WritebackAge?
  /// When the kernel begins, and has begun, to write the file back by itself; `nil` where it does not.
  var due: Range<ContinuousClock.Instant>?
  /// What is known of the page at the cursor; `nil` if nothing is.
  package internal(set) var state: CachedPage?
  /// What the library had of the page at the cursor from before the sample to its end; `nil` where that changed meanwhile.
  var belief: Belief?
  /// The counts of the whole file, or `nil` if they are unknown.
  package internal(set) var totals: KernelCell?
  /// The extent of the page at the cursor.
  package internal(set) var extent: Extent?
  /// The pages around the cursor of which the kernel says the same, within 2 MiB: the largest folio has no more.
  package internal(set) var alike: Range<Int>
  /// Pages whose bytes have changed lately, in a file that only other processes write.
  package var marks: [Int: Mark] = [:]
  /// Whether the bytes in view are compared with those of the last sample: not of a file that is written here, nor where
  /// too many are in view.
  package internal(set) var comparesBytes = false
  /// Which processes have the file open, or `nil` if that was not queried yet or is unknown.
  package internal(set) var users: [FileUser]?
  package internal(set) var fileSystem: FileSystem?
  // What is not shown, but makes samples differ: the digest of the page at the cursor, and how often bytes in view changed.
  var standing: FileStanding?
  var digest: UInt64?
  var generation = 0

  struct Belief: Sendable, Equatable {
    let state: PageState
    /// How many of the pages around it of which the kernel says the same were written here and are not durable yet.
    let written: Int
  }

  init(_ request: KernelRequest) {
    view = KernelCells(request.pages, each: request.pagesPerCell)
    cursor = request.cursor
    alike = cursor..<cursor + 1
  }

  // Whether a store by another program may leave no dirty page: in memory no page is ever dirty.
  var hidesStores: Bool { fileSystem?.isInMemory == true || isMapped }

  private var isMapped: Bool { users?.contains { !$0.isSelf && $0.mapping == .writable } ?? false }

  // The longest time until the next sample, where a change may make no event; `nil` if all that can change makes one.
  var longestPause: Duration? {
    // A store into a mapping makes no event, and a process that may write can map without one.
    let isStored = isMapped || hidesStores && users?.contains { !$0.isSelf && $0.canChange } ?? false
    // Where users and pages are unknown, the bytes are all that shows a change. A sample a second is cheap, and soon enough.
    if isStored || view.cells.isEmpty && digest != nil { return .seconds(1) }
    let isMoving = !marks.isEmpty || [totals?.dirty, totals?.writeback].contains { $0 ?? 0 > 0 }
    guard isMoving, let due else { return isMoving ? Pace.longest : nil }
    let now = ContinuousClock.now
    if due.contains(now) { return Pace.whenDue }
    return now < due.lowerBound ? min(Pace.longest, due.lowerBound - now) : Pace.longest
  }

  package subscript(page: Int) -> KernelCell? { view[page] }

  /// The same in the cells of the whole file.
  package func ofWhole(_ page: Int) -> KernelCell? { overview?[page] }

  /// Whether the page was not in view at this sample: the next one has it.
  package func lacks(_ page: Int) -> Bool { !view.cells.isEmpty && !pages.contains(page) }

  /// The freshest mark of each cell, by the cell's first page.
  package func marks(each pagesPerCell: Int, from first: Int) -> [Int: Mark] {
    var found: [Int: Mark] = [:]
    for (page, mark) in marks where page >= first {
      let cell = first + (page - first) / pagesPerCell * pagesPerCell
      if found[cell] != .fresh { found[cell] = mark }
    }
    return found
  }
}
