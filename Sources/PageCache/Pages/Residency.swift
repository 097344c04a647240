import CLinux
import Glibc
public import SystemPackage

extension PageCache {
  /// Which pages of a range are in memory, by mincore(2), for where cachestat(2) is missing or counts in vain.
  ///
  /// It shows less than ``runs(of:pages:)``: whether a page in memory is dirty or in writeback stays unknown. The file
  /// is mapped without access and none of its pages is touched, so nothing is read, in a process that locks all its
  /// memory (mlockall(2)) too.
  ///
  /// A mapping has the pages of the file that owns them, so this works on a stacked file system too, such as overlayfs.
  /// A descriptor that was opened there for reading before the file was first written maps the pages of the file below
  /// for as long as it is open, whatever read(2) returns (`ovl_mmap` in fs/overlayfs/file.c): the answer is of those.
  ///
  /// For a file that the caller neither owns nor may write, mincore(2) reports all pages as resident (`can_do_mincore`
  /// in mm/mincore.c), and some sandboxes do so for every file. So a page far behind the end is queried first; if it is
  /// resident, nothing is claimed. A descriptor that is open for writing counts for cachestat(2), but not for
  /// mincore(2).
  ///
  /// - Parameters:
  ///   - file: A regular file or block device, open for reading, that the caller owns or may write.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file.
  /// - Returns: The pages that are in memory, each run of neighbours as one, in order. Behind the file's end there are
  ///   none. It is no snapshot.
  /// - Throws: ``PageCacheError/notPermitted`` where mincore(2) would not report the truth;
  ///   ``PageCacheError/notOpenForReading`` for a descriptor that can't be mapped; ``PageCacheError/notSupported``
  ///   where the file system lets no file be mapped, on ZFS, hugetlbfs and files that are mapped directly (DAX), and
  ///   for a file within 3 GiB of the largest size that there is, behind whose end nothing can be mapped;
  ///   ``PageCacheError/notRegular``; ``PageCacheError/failed(_:)``, as when the process has no addresses left.
  /// - Precondition: `pages` begins at 0 or behind.
  /// - Complexity: The cost grows with the length, cached or not: one mmap(2), mincore(2) and munmap(2) for each 256
  ///   MiB up to the file's end, some 3 ms. Memory does not grow, but for the runs.
  public static func residency(of file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) -> [Range<Int>] {
    require(pages: pages)
    let regular = try PagedFile(file)
    if regular.traits.contains(.uncounted) { throw .notSupported }
    guard regular.isForReading else { throw .notOpenForReading }
    guard try isTrue(regular) else { throw .notPermitted }
    var runs: [Range<Int>] = []
    let (all, unit) = (systemPages(of: pages), systemPage)
    let page = unit * pageSize
    let end = min(all.upperBound, (self.pages(in: regular.size) + unit - 1) / unit)
    var position = all.lowerBound
    while position < end {
      let count = min(end - position, windowSize / page)
      let window = try FileWindow(of: file, from: position * page, length: count * page)
      for (index, isCached) in try window.residency().enumerated() where isCached {
        let found = ((position + index) * unit..<(position + index + 1) * unit).clamped(to: pages)
        let start = runs.last?.upperBound == found.lowerBound ? runs.removeLast().lowerBound : found.lowerBound
        runs.append(start..<found.upperBound)
      }
      position += count
    }
    return runs
  }

  /// How much is mapped at a time: 65,536 answers of a byte, which take 3 ms.
  private static var windowSize: Int { 256 << 20 }

  /// Whether mincore(2) reports the truth to this caller: else it calls pages resident that are not even in the file.
  private static func isTrue(_ file: PagedFile) throws(PageCacheError) -> Bool {
    // Farther than the largest folio, 512 MiB with pages of 64 KiB, could reach behind the end.
    let far = 1 << 30
    guard file.size < Int.max - 3 * far else { throw .notSupported }
    let start = (file.size / far + 2) * far
    return try !FileWindow(of: file.descriptor, from: start, length: systemPage * pageSize).residency().contains(true)
  }
}
