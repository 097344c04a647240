import CLinux
import Glibc
public import SystemPackage

extension PageCache {
  /// Which pages of a range are in memory, by mincore(2), for where there is no cachestat(2).
  ///
  /// It tells less than ``runs(of:pages:)``: a state is `[]` or ``CachedPage/cached``, and whether a cached page is
  /// dirty or in writeback stays unknown. The file is mapped and none of its pages is touched, so nothing is read.
  ///
  /// Of a file that the caller neither owns nor may write, mincore(2) says that all of it is resident. The same is asked
  /// here first, more strictly where the two can't be told apart, and then nothing is claimed. That a descriptor is open
  /// for writing does not count for mincore(2), as it does for cachestat(2).
  ///
  /// The cost grows with the length, cached or not: one mmap(2), mincore(2) and munmap(2) for each 256 MiB up to the
  /// file's end, some 3 ms. Memory does not grow, but for the runs. It is no snapshot.
  ///
  /// - Parameters:
  ///   - file: A regular file, open for reading, that the caller owns or may write.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file; those behind its end are not cached.
  /// - Returns: Runs in order, which cover `pages` without gaps.
  /// - Throws: ``UnknownReason/notPermitted`` where mincore(2) would not tell the truth, or another reason.
  public static func residency(of file: FileDescriptor, pages: Range<Int>) throws(UnknownReason) -> [CacheRun] {
    let status = try regularFile(file)
    guard isTold(file, ownedBy: status.userID.rawValue) else { throw .notPermitted }
    var runs = CacheRuns(of: pages)
    let all = runs.systemPages
    let page = systemPage * pageSize
    let end = min(all.upperBound, (Int(status.size) + page - 1) / page)
    var position = all.lowerBound
    while position < end {
      let window = position..<min(end, position + windowSize / page)
      let mapping = try FileWindow(of: file, bytes: window.lowerBound * page..<window.upperBound * page)
      for (index, isCached) in try mapping.residency().enumerated() {
        runs.append(position + index..<position + index + 1, isCached ? .cached : [])
      }
      position = window.upperBound
    }
    if position < all.upperBound { runs.append(position..<all.upperBound, []) }
    return runs.runs
  }

  /// How much is mapped at a time, in bytes.
  private static var windowSize: Int { 256 << 20 }

  /// Whether mincore(2) tells this caller the truth: `can_do_mincore` in the kernel's mm/mincore.c.
  private static func isTold(_ file: FileDescriptor, ownedBy owner: uid_t) -> Bool {
    // The number 65534 stands for every owner that a user namespace has no number for, and so proves nothing.
    owner == geteuid() && owner != 65534 || clinux_may_write(file.rawValue) == 0
  }
}
