import CLinux
import Glibc
import SystemPackage

// What the file system says of the blocks under some pages: ioctl(2) with `FS_IOC_FIEMAP`.

extension Mapping {
  /// Pages under which the disk has no bytes.
  struct Gaps {
    /// There are no blocks: never written, punched, or cut off.
    fileprivate(set) var holes: [Range<Int>] = []
    /// There are blocks that were only reserved.
    fileprivate(set) var unwritten: [Range<Int>] = []

    var isEmpty: Bool { holes.isEmpty && unwritten.isEmpty }
  }

  /// The gaps in runs of pages, which ascend; `nil` where the file system doesn't tell.
  ///
  /// btrfs ends a sync when its log has the extents, and tells of them a little later: where there are gaps, it is asked
  /// again, and waited for.
  func gaps(in runs: [Range<Int>]) -> Gaps? {
    let gaps = gaps(in: runs, settled: false)
    guard let gaps, !gaps.isEmpty else { return gaps }
    var again: [Range<Int>] = []
    for run in (gaps.holes + gaps.unwritten).sorted(by: { $0.lowerBound < $1.lowerBound }) { again.join(run) }
    return self.gaps(in: again, settled: true) ?? gaps
  }

  /// Whether the disk has blocks with bytes for all of some pages; `nil` where the file system doesn't tell.
  func isOnDisk(_ pages: Range<Int>) -> Bool? { gaps(in: [pages])?.isEmpty }

  /// Whether the file system says that some of the pages have no blocks at all, not even promised ones.
  func hasHole(in pages: Range<Int>) -> Bool { gaps(in: [pages], settled: false)?.holes.isEmpty == false }

  // One walk through the extents, whatever the number of runs.
  private func gaps(in runs: [Range<Int>], settled: Bool) -> Gaps? {
    guard let last = runs.last else { return Gaps() }
    var gaps = Gaps()
    let end = min(last.upperBound * Alignment.page, size)
    var extents = Extents(of: descriptor, until: end, settled: settled, capacity: runs.reduce(0) { $0 + $1.count })
    for run in runs {
      var position = run.lowerBound * Alignment.page
      let end = min(run.upperBound * Alignment.page, size)
      while position < end {
        let extent: Extents.Extent?
        do throws(Errno) { extent = try extents.next(endingAfter: position) } catch { return nil }
        let start = min(extent?.bytes.lowerBound ?? end, end)
        if start > position { gaps.holes.join(position / Alignment.page..<Alignment.pages(in: start)) }
        guard let extent, start < end else { break }
        let next = min(extent.bytes.upperBound, end)
        if !extent.isWritten {
          gaps.unwritten.join(max(start, position) / Alignment.page..<Alignment.pages(in: next))
        }
        position = next
      }
    }
    return gaps
  }
}

/// A file's extents, asked for some at a time.
private struct Extents {
  struct Extent {
    let bytes: Range<Int>
    let isWritten: Bool
  }

  private let descriptor: FileDescriptor
  private let end: Int
  private let settled: Bool
  private let capacity: Int
  private var extents: [clinux_extent] = []
  private var index = 0
  private var isLast = false

  // A call costs as much as some hundred extents; more than a page of blocks has would be asked for in vain.
  init(of descriptor: FileDescriptor, until end: Int, settled: Bool, capacity: Int) {
    self.descriptor = descriptor
    self.end = end
    self.settled = settled
    self.capacity = min(max(capacity, 32), 512)
  }

  /// The first extent that ends after an offset, which no call may make smaller; `nil` if there is none.
  mutating func next(endingAfter position: Int) throws(Errno) -> Extent? {
    while true {
      while index < extents.count {
        let extent = extents[index]
        let bytes = Int(extent.logical)..<Int(extent.logical + extent.length)
        guard bytes.upperBound <= position else {
          let isWritten = extent.flags & UInt32(CLINUX_EXTENT_UNWRITTEN | CLINUX_EXTENT_DELAYED) == 0
          return Extent(bytes: bytes, isWritten: isWritten)
        }
        index += 1
      }
      if isLast || position >= end { return nil }
      try ask(from: position)
    }
  }

  private mutating func ask(from position: Int) throws(Errno) {
    var found = [clinux_extent](repeating: clinux_extent(), count: capacity)
    var count: UInt32 = 0
    // SAFETY: the call fills as many entries as the array has, and says how many.
    let code = unsafe clinux_extents(
      descriptor.rawValue, UInt64(position), UInt64(end - position), settled, &found, UInt32(capacity), &count)
    try Errno.check(code)
    extents = Array(found.prefix(Int(count)))
    index = 0
    // The answer to a question about some bytes ends with their last extent.
    isLast = Int(count) < capacity
  }
}

extension [Range<Int>] {
  /// Adds a range that begins no earlier than the last one, and makes one of those that meet.
  fileprivate mutating func join(_ range: Range<Int>) {
    guard let last, range.lowerBound <= last.upperBound else {
      append(range)
      return
    }
    self[count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
  }
}

// MARK: - After a failed writeback

extension Mapping {
  /// Drops clean pages from memory, and with them what the file system remembers of a writeback that failed:
  /// madvise(2) with `MADV_DONTNEED`, posix_fadvise(2) with `POSIX_FADV_DONTNEED`.
  ///
  /// Whoever stores or loads meanwhile gets the page anew; what is dirty stays, and its writeback is started.
  func forgetClean(_ bytes: Range<Int>) {
    // A folio goes as a whole, and the largest is a large page.
    let whole = Alignment.outward(bytes, unit: Self.large).clamped(to: 0..<size)
    // SAFETY: the pages belong to the mapping, which is shared: nothing but the table of its pages is given up.
    _ = unsafe madvise(base + whole.lowerBound, whole.count, MADV_DONTNEED)
    _ = posix_fadvise(descriptor.rawValue, off_t(whole.lowerBound), off_t(whole.count), POSIX_FADV_DONTNEED)
  }
}
