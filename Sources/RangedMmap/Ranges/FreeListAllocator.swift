/// Hands out a file's pages where there is room, and takes them back: a free list, first fit, for any number of
/// threads.
///
/// It is for files whose pages come and go, as those of a page store, and for files that hold something already: a
/// program that knows where its data lie claims them with ``allocate(_:at:)`` and ``MmapFile/adopt(_:)``. Ranges that
/// are freed join with their free neighbours, so that what was cut into pages can be handed out in one piece again.
///
/// ```swift
/// let (file, allocator) = try MmapFile.open(at: path, allocator: FreeListAllocator.self)
/// guard let header = allocator.allocate(4096, at: 0) else { return }  // nil if it is taken
/// let kept = try file.adopt(header)  // its bytes count as written
/// guard let page = allocator.allocate(4096) else { return }  // the first free one
/// allocator.free(page)
/// ```
///
/// Any thread may call it; one at a time goes through.
///
/// - Complexity: A call takes at most n / 128 steps, where n is the most runs of free pages that there ever were, and a
///   few hundred more, with no system call.
public final class FreeListAllocator: RangeAllocator, Sendable {
  /// The size in bytes of the file.
  public let totalSize: Int
  private let states: PageStates
  private let pages: Range<Int>
  private let end: Int
  private let extents: Monitor<FreeExtents>

  /// Takes over all pages of a file; ``MmapFile`` calls it, and states of another file trap.
  public init(covering space: consuming AllocatedRange, states: PageStates) {
    precondition(space.file == states.file, "an allocator was given a range of one file and the states of another")
    totalSize = space.count
    (pages, end) = (space.pages, space.end)
    self.states = states
    var extents = FreeExtents()
    extents.insert(pages)
    self.extents = Monitor(extents)
  }

  /// The number of bytes that are free; already old when it returns, if other threads allocate.
  public var remaining: Int { extents.withLock { bytes(of: $0.count, includingLast: $0.contains(last)) } }

  /// The number of bytes of the longest run that is free: the most that can be allocated at once.
  public var longestRun: Int {
    extents.withLock { extents in
      // The first of those with as many pages: the one at the file's end may have fewer bytes.
      guard let longest = extents.first(ofAtLeast: extents.longest) else { return 0 }
      return bytes(of: longest.count, includingLast: longest.contains(last.lowerBound))
    }
  }

  /// Hands out the first free pages that have room for all of the bytes.
  ///
  /// Where there is none, pages that came back with a dropped error are free, too: see ``MmapFile/takeAbandoned()``.
  ///
  /// - Parameter byteCount: Bytes wanted, at least 1; rounded up to 4096.
  /// - Returns: The range, which is short of whole pages only at the end of the file; `nil` when no run of free pages
  ///   is as long, or `byteCount` is not positive.
  /// - Complexity: That of the type, and one store a page.
  public func allocate(_ byteCount: Int) -> AllocatedRange? {
    guard byteCount > 0 else { return nil }
    let wanted = Alignment.pages(in: byteCount)
    let found: Range<Int>? = extents.withLock { extents in
      if let found = extents.takeFirst(wanted) { return found }
      return takeInAbandoned(&extents) ? extents.takeFirst(wanted) : nil
    }
    return found.map { states.handOut($0, end: end) }
  }

  /// Hands out the pages at an offset, if all of them are free.
  ///
  /// - Parameters:
  ///   - byteCount: Bytes wanted, at least 1; rounded up to 4096.
  ///   - offset: Where, counted from the start of the file: a multiple of 4096.
  /// - Returns: The range; `nil` if some of it is not free, or does not lie in the file, or `offset` is no multiple of
  ///   4096.
  /// - Complexity: That of the type, and one store a page.
  public func allocate(_ byteCount: Int, at offset: Int) -> AllocatedRange? {
    guard byteCount > 0, offset >= 0, offset % Alignment.page == 0 else { return nil }
    let first = offset / Alignment.page
    let (end, overflow) = first.addingReportingOverflow(Alignment.pages(in: byteCount))
    guard !overflow else { return nil }
    let isFound = extents.withLock { extents in
      guard extents.contains(first..<end) || takeInAbandoned(&extents) && extents.contains(first..<end) else {
        return false
      }
      extents.remove(first..<end)
      return true
    }
    return isFound ? states.handOut(first..<end, end: self.end) : nil
  }

  /// Takes pages back, to be handed out again; their states become `free`.
  ///
  /// A range of any stage can be freed, with no step before. Its bytes stay until they are written over. One of another
  /// file traps, and so does one from outside of the pages that this allocator was given.
  ///
  /// - Parameter range: Consumed.
  /// - Complexity: That of the type, and one store a page.
  public func free<Stage>(_ range: consuming PageRange<Stage>) {
    precondition(range.file == states.file, "a range of one file was given back to the allocator of another")
    precondition(
      range.isEmpty || pages.contains(range.pages.lowerBound) && range.end <= end,
      "a range was given back to an allocator of other pages")
    let freed = range.pages
    // Before another thread can allocate them.
    states.markFree(AllocatedRange(replacing: range))
    extents.withLock { $0.insert(freed) }
  }

  private func takeInAbandoned(_ extents: inout FreeExtents) -> Bool {
    var hasSome = false
    while let run = states.takeAbandoned(.max, in: pages) {
      extents.insert(run)
      hasSome = true
    }
    return hasSome
  }

  private var last: Range<Int> { pages.upperBound - 1..<pages.upperBound }

  // The last page may end in the middle.
  private func bytes(of pageCount: Int, includingLast: Bool) -> Int {
    pageCount * Alignment.page - (includingLast ? pages.upperBound * Alignment.page - end : 0)
  }
}
