import CLinux
import Glibc
import SystemPackage

extension Mapping {
  /// Pages under which the disk has no bytes, by ioctl(2) with `FS_IOC_FIEMAP`.
  struct Gaps {
    /// There are no blocks: never written, punched, or cut off.
    fileprivate(set) var holes: [Range<Int>] = []
    /// There are blocks that were only reserved.
    fileprivate(set) var unwritten: [Range<Int>] = []

    var isEmpty: Bool { holes.isEmpty && unwritten.isEmpty }

    /// Those in some runs of pages.
    func within(_ runs: [Range<Int>]) -> Gaps {
      let runs = RangeSet(runs)
      func common(_ pages: [Range<Int>]) -> [Range<Int>] { Array(RangeSet(pages).intersection(runs).ranges) }
      return Gaps(holes: common(holes), unwritten: common(unwritten))
    }
  }

  /// The gaps in ascending runs of pages; `nil` where the file system has no FIEMAP.
  ///
  /// btrfs ends a sync when its log has the extents, and FIEMAP shows them a little later: where there are gaps, a
  /// second call waits for them.
  func gaps(in runs: [Range<Int>]) -> Gaps? {
    let gaps = gaps(in: runs, settled: false)
    guard let gaps, !gaps.isEmpty else { return gaps }
    var again: [Range<Int>] = []
    for run in (gaps.holes + gaps.unwritten).sorted(by: { $0.lowerBound < $1.lowerBound }) { again.join(run) }
    return self.gaps(in: again, settled: true) ?? gaps
  }

  /// Whether the disk has blocks with bytes for all of some pages; `nil` where the file system has no FIEMAP.
  func isOnDisk(_ pages: Range<Int>) -> Bool? { gaps(in: [pages])?.isEmpty }

  /// Whether some of the pages have no blocks at all, not even reserved ones.
  func hasHole(in pages: Range<Int>) -> Bool { gaps(in: [pages], settled: false)?.holes.isEmpty == false }

  private func gaps(in runs: [Range<Int>], settled: Bool) -> Gaps? {
    var gaps = Gaps()
    let pageCount = runs.reduce(0) { $0 + $1.count }
    // At least 32: a call costs as much as some hundred extents. At most 512, those of a large page in single blocks.
    // SAFETY: the walk is this call's own, has no map yet, and is ended once.
    var walk = unsafe clinux_extent_walk(
      fd: descriptor.rawValue, settled: settled, capacity: UInt32(min(max(pageCount, 32), Self.large / Alignment.page)),
      index: 0, end: UInt64(min((runs.last?.upperBound ?? 0) * Alignment.page, size)), map: nil)
    defer { unsafe clinux_end_walk(&walk) }
    for run in runs {
      var position = run.lowerBound * Alignment.page
      let end = min(run.upperBound * Alignment.page, size)
      while position < end {
        var extent = clinux_extent()
        // SAFETY: the call fills the extent.
        guard unsafe clinux_next_extent(&walk, UInt64(position), &extent) == 0 else { return nil }
        let start = min(Int(clamping: extent.logical), end)
        if start > position { gaps.holes.join(position / Alignment.page..<Alignment.pages(in: start)) }
        guard start < end else { break }
        let next = start + min(Int(clamping: extent.length), end - start)
        if extent.flags & UInt32(CLINUX_EXTENT_UNWRITTEN | CLINUX_EXTENT_DELAYED) != 0 {
          gaps.unwritten.join(max(start, position) / Alignment.page..<Alignment.pages(in: next))
        }
        position = next
      }
    }
    return gaps
  }
}

extension [Range<Int>] {
  /// Adds a range that begins no earlier than the last one, and makes one of those that meet.
  package mutating func join(_ range: Range<Int>) {
    guard let last, range.lowerBound <= last.upperBound else { return append(range) }
    self[count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
  }
}

extension Mapping {
  /// Drops clean pages from memory, and with them what the file system remembers of a failed writeback: madvise(2) with
  /// `MADV_DONTNEED`, posix_fadvise(2) with `POSIX_FADV_DONTNEED`.
  ///
  /// A later load or store gets a new page. Dirty pages stay, and their writeback is started.
  func forgetClean(_ bytes: Range<Int>) {
    // A folio goes as a whole, and the largest is a large page.
    let whole = Alignment.outward(bytes, unit: Self.large).clamped(to: 0..<size)
    advise(whole, MADV_DONTNEED)
    _ = posix_fadvise(descriptor.rawValue, off_t(whole.lowerBound), off_t(whole.count), POSIX_FADV_DONTNEED)
  }
}
