public import SystemPackage

extension PageCache {
  /// How many pages of each of many equal groups the kernel holds, and in which state: cachestat(2).
  ///
  /// One call answers for neighbouring groups of which nothing is cached; where something is, it is one call for each.
  /// It is no snapshot: pages may change between the calls.
  ///
  /// - Parameters:
  ///   - file: An open regular file or block device that the caller owns or may write.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file.
  ///   - pagesPerGroup: At least 1; the last group may have fewer.
  /// - Returns: The counts of each group, in order; those of groups behind the file's end are 0.
  /// - Throws: The same reasons as ``counts(of:bytes:)``.
  /// - Precondition: `pages` begins at 0 or behind, `pagesPerGroup` is at least 1, and an array of so many groups can
  ///   be: each takes 40 bytes.
  /// - Complexity: A call for each group of which something is cached, and 26 ns for each cached page, some of them
  ///   three or four times over.
  public static func groups(
    of file: FileDescriptor, pages: Range<Int>, each pagesPerGroup: Int
  ) throws(PageCacheError) -> [CacheCounts] {
    require(pages: pages)
    precondition(pagesPerGroup >= 1, "pagesPerGroup: expected 1 or more pages in a group, and not \(pagesPerGroup)")
    let count = pages.isEmpty ? 0 : (pages.count - 1) / pagesPerGroup + 1
    precondition(count <= mostGroups, "pagesPerGroup: \(count) groups of \(pagesPerGroup) pages fit into no memory")
    let known = possible(pages)
    let counted = try CountedFile(file, pages: known)
    // Where a group begins: the last one may end before the next would.
    func start(_ group: Int) -> Int {
      let (distance, isTooFar) = group.multipliedReportingOverflow(by: pagesPerGroup)
      return isTooFar || distance > pages.count ? pages.upperBound : pages.lowerBound + distance
    }
    var result = Array(repeating: CacheCounts(), count: count)
    var open = count == 0 ? [] : [0..<count]
    while let groups = open.popLast() {
      let counts = try counted.counts(pages: (start(groups.lowerBound)..<start(groups.upperBound)).clamped(to: known))
      if groups.count == 1 {
        result[groups.lowerBound] = counts
      } else if counts.cached + counts.evicted > 0 {
        let step = max(1, groups.count / parts)
        for lower in stride(from: groups.lowerBound, to: groups.upperBound, by: step) {
          open.append(lower..<min(groups.upperBound, lower + step))
        }
      }
    }
    return result
  }

  /// A process has addresses for 2^47 bytes on the smallest of the systems with 64 bits.
  private static var mostGroups: Int { (1 << 47) / MemoryLayout<CacheCounts>.stride }
}
