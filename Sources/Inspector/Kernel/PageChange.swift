import PageCache

/// Neighbouring pages that went together from one state of the kernel to another.
struct PageChange: Equatable {
  let pages: Range<Int>
  let before: CachedPage
  let now: CachedPage

  /// What has become of the pages, as in "dirty", "clean" or "evicted".
  var word: String { now.isEmpty ? "evicted" : "\(now)" }

  /// The changes between two samples, of the pages that are in both.
  static func changes(from before: [CacheRun], to now: [CacheRun]) -> [PageChange] {
    var changes: [PageChange] = []
    var (old, new) = (before[...], now[...])
    while let one = old.first, let other = new.first {
      let common = one.pages.clamped(to: other.pages)
      if !common.isEmpty, one.state != other.state {
        changes.append(PageChange(pages: common, before: one.state, now: other.state))
      }
      if one.pages.upperBound <= other.pages.upperBound { old.removeFirst() }
      if other.pages.upperBound <= one.pages.upperBound { new.removeFirst() }
    }
    return changes
  }
}
