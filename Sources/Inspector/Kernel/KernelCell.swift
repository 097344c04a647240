import PageCache

/// What the kernel says of the pages that one cell of the screen stands for.
package struct KernelCell: Sendable, Equatable {
  package let pages: Int
  /// How many of them are in memory.
  package let cached: Int
  /// How many differ from the disk; `nil` where only residency is known.
  package let dirty: Int?
  /// How many are on their way to it; `nil` where only residency is known.
  package let writeback: Int?
  /// How many were in memory and are not any more; `nil` where it is not known or was not counted.
  package internal(set) var evicted: Int?
  /// How many of these went so recently that reading them again shows memory to be short; `nil` as above.
  package internal(set) var recentlyEvicted: Int?
  /// How many have bytes on the disk, or will have when they are written back; 0 if that is unknown.
  package internal(set) var data = 0

  /// How many pages in memory are neither dirty nor in writeback; `nil` where that can't be said, since a page may be both.
  package var clean: Int? {
    guard let dirty, let writeback, dirty == 0 || writeback == 0 else { return nil }
    return max(0, cached - dirty - writeback)
  }

  init(_ pages: Int, _ counts: CacheCounts) {
    self.init(pages, cached: counts.cached, dirty: counts.dirty, writeback: counts.writeback)
    (evicted, recentlyEvicted) = (counts.evicted, counts.recentlyEvicted)
  }

  init(_ pages: Int, cached: Int, dirty: Int? = nil, writeback: Int? = nil) {
    self.pages = pages
    (self.cached, self.dirty, self.writeback) = (cached, dirty, writeback)
  }

  /// A cell as it was kept.
  package init(kept pages: Int, cached: Int, dirty: Int?, writeback: Int?, data: Int) {
    self.init(pages, cached: cached, dirty: dirty, writeback: writeback)
    self.data = data
  }

  init(_ runs: [CacheRun], isResidencyOnly: Bool) {
    func count(_ state: CachedPage) -> Int { runs.reduce(0) { $0 + ($1.state.contains(state) ? $1.pages.count : 0) } }
    self.init(
      runs.reduce(0) { $0 + $1.pages.count }, cached: count(.cached), dirty: isResidencyOnly ? nil : count(.dirty),
      writeback: isResidencyOnly ? nil : count(.writeback))
  }

  /// A cell that stands for one page.
  package init(_ state: CachedPage, isResidencyOnly: Bool = false) {
    self.init([CacheRun(pages: 0..<1, state: state)], isResidencyOnly: isResidencyOnly)
  }

  /// What a frame shows of it: traces come and go unseen, and make no other frame.
  var withoutTraces: KernelCell {
    var cell = self
    (cell.evicted, cell.recentlyEvicted) = (nil, nil)
    return cell
  }

  /// The pages that were evicted and left a trace, in words; none where there are none.
  var traces: [String] {
    guard let evicted, let recentlyEvicted, evicted > 0 || recentlyEvicted > 0 else { return [] }
    return ["\(evicted) evicted, \(recentlyEvicted) of them recently"]
  }

  /// The counts in JSON, or why they are unknown.
  static func fields(_ counts: KernelCell?, _ reason: PageCacheError?) -> [(String, JSON)] {
    [
      ("cached", JSON(counts?.cached)), ("dirty", JSON(counts?.dirty)), ("writeback", JSON(counts?.writeback)),
      ("evicted", JSON(counts?.evicted)), ("recentlyEvicted", JSON(counts?.recentlyEvicted)),
      ("reason", JSON(reason?.description)),
    ]
  }
}
