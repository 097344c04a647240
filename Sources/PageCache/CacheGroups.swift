public import SystemPackage

extension PageCache {
  /// How many pages of each of many equal groups the kernel holds, and in which state.
  ///
  /// Groups that lie side by side and are all alike are told of by one cachestat(2); where groups differ it is one call
  /// for each. A file of any size can so be asked about in as many groups as a screen has room for. It is no snapshot.
  ///
  /// - Parameters:
  ///   - file: An open regular file that the caller owns or may write.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file.
  ///   - pagesPerGroup: At least 1; the last group may have fewer.
  /// - Returns: The counts of each group, in order.
  /// - Throws: The reason why they are unknown.
  public static func groups(
    of file: FileDescriptor, pages: Range<Int>, each pagesPerGroup: Int
  ) throws(UnknownReason) -> [CacheCounts] {
    let count = (pages.count + pagesPerGroup - 1) / pagesPerGroup
    var result = Array(repeating: CacheCounts(), count: count)
    var open = count == 0 ? [] : [0..<count]
    while let groups = open.popLast() {
      let first = pages.lowerBound + groups.lowerBound * pagesPerGroup
      let end = min(pages.upperBound, pages.lowerBound + groups.upperBound * pagesPerGroup)
      let counts = try counts(of: file, bytes: first * pageSize..<end * pageSize)
      if groups.count == 1 {
        result[groups.lowerBound] = counts
      } else if counts.cached + counts.evicted > 0 {
        let step = max(1, groups.count / 16)
        for lower in stride(from: groups.lowerBound, to: groups.upperBound, by: step) {
          open.append(lower..<min(groups.upperBound, lower + step))
        }
      }
    }
    return result
  }
}
