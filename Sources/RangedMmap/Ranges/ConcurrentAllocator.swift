import Synchronization

/// Hands out a file's pages in order, to any number of threads at once, without waiting.
///
/// The order of ranges in the file is the order of the additions: a worker's ranges need not be neighbours. For workers
/// that allocate for themselves see <doc:WorkersAndTasks>. When the file is used up, pages that came back with a
/// dropped error are handed out once more: see ``MmapFile/takeAbandoned()``.
///
/// The counter can't wrap: an addition is at most the size of the file, and is made only where the counter was below
/// it. So it passes the end by at most the file's size for each thread that is between the two steps: 2^47 bytes of
/// address space times 2^22 threads, counted in pages, far below 2^64.
public final class ConcurrentAllocator: RangeAllocator, Sendable {
  /// The size in bytes of the file.
  public let totalSize: Int
  @usableFromInline let file: UInt64
  @usableFromInline let end: Int
  @usableFromInline let states: PageStates
  @usableFromInline let highWaterMark: HighWaterMark
  // Whether the states know of the high-water mark, so that pages need not be marked one by one.
  @usableFromInline let isKnown: Bool

  /// Takes over all pages of a file; ``MmapFile`` calls it, and states of another file trap.
  public init(covering space: consuming AllocatedRange, states: PageStates) {
    precondition(space.file == states.file, "an allocator was given a range of one file and the states of another")
    totalSize = space.count
    file = space.file
    end = space.end
    self.states = states
    highWaterMark = HighWaterMark(space.pages)
    isKnown = states.highWaterMark.storeIfNil(highWaterMark) === highWaterMark
  }

  /// The number of bytes that were not handed out yet.
  ///
  /// Already old when it returns, if other threads allocate: only ``allocate(_:)`` shows whether there is room.
  ///
  /// - Complexity: One load.
  public var remaining: Int {
    max(0, end - highWaterMark.passed.upperBound * Alignment.page)
  }

  /// Hands out the next pages of the file.
  ///
  /// - Parameter byteCount: Bytes wanted, at least 1; rounded up to 4096 and clamped to what is left.
  /// - Returns: The range, or `nil` when the file is used up or `byteCount` is not positive.
  /// - Complexity: One atomic load and one atomic addition, with no lock, no system call, and no store for its pages:
  ///   those behind the counter read as allocated in ``PageStates``.
  @inlinable  // alone with what it needs: a call would cost as much as the addition
  public func allocate(_ byteCount: Int) -> AllocatedRange? {
    let endPage = highWaterMark.end
    guard byteCount > 0, highWaterMark.next.load(ordering: .relaxed) < endPage else { return allocateAgain(byteCount) }
    // No sum here can overflow: a positive Int has room for 4095 more in 64 bits, and the rest lies inside the file.
    let wanted = min((UInt64(bitPattern: Int64(byteCount)) &+ 4095) &>> 12, endPage)
    let first = highWaterMark.next.wrappingAdd(wanted, ordering: .releasing).oldValue
    guard first < endPage else { return allocateAgain(byteCount) }
    let start = Int(truncatingIfNeeded: first &<< 12)
    let count = min(Int(truncatingIfNeeded: wanted &<< 12), end &- start)
    // The addition gave these pages to this call alone, and `space`, which covered them, was consumed by `init`.
    let range = AllocatedRange(start: start, count: count, file: file)
    if !isKnown { states.markAllocated(range) }
    return range
  }

  @usableFromInline
  func allocateAgain(_ byteCount: Int) -> AllocatedRange? {
    states.allocateAbandoned(byteCount, in: Int(highWaterMark.start)..<Int(highWaterMark.end), end: end)
  }
}
