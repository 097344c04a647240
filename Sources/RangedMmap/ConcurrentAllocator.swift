import Synchronization

/// Hands out a file's pages in order, to any number of threads at once, without waiting.
///
/// Each allocation is one atomic load, one atomic addition, which no other thread can make repeat, and one store a
/// page. No lock, no system call.
///
/// The order of ranges in the file is the order of the additions: a worker's ranges need not be neighbours. For workers
/// that allocate for themselves see <doc:WorkersAndTasks>.
///
/// The counter can't wrap: an addition is at most the size of the file, and is made only where the counter was still
/// below it. So it can pass the end by the file's size once for each thread that was between those two steps, which
/// is 2^47 bytes of address space times 2^22 threads, counted in pages: far below 2^64.
public final class ConcurrentAllocator: RangeAllocator, Sendable {
  /// The size in bytes of the file.
  public let totalSize: Int
  private let file: UInt64
  private let end: Int
  private let endPage: UInt64
  private let states: PageStates
  private let nextPage: Atomic<UInt64>

  /// Takes over all pages of a file; ``MmapFile`` calls it.
  ///
  /// - Parameters:
  ///   - space: All of the file; consumed.
  ///   - states: Where handed-out pages are marked.
  public init(covering space: consuming AllocatedRange, states: PageStates) {
    totalSize = space.count
    file = space.file
    end = space.end
    endPage = UInt64(space.pages.upperBound)
    nextPage = Atomic(UInt64(space.pages.lowerBound))
    self.states = states
  }

  /// The number of bytes that were not handed out yet.
  ///
  /// Already old when it returns, if others allocate: ask ``allocate(_:)`` itself whether there is room. The cost is
  /// one load.
  public var remaining: Int {
    let taken = min(nextPage.load(ordering: .relaxed), endPage)
    return max(0, end - Int(taken) * Alignment.page)
  }

  /// Hands out the next pages of the file to whoever comes first.
  ///
  /// - Parameter byteCount: Bytes wanted, at least 1; rounded up to 4096 and clamped to what is left.
  /// - Returns: The range, or `nil` when the file is used up or `byteCount` is not positive.
  public func allocate(_ byteCount: Int) -> AllocatedRange? {
    guard byteCount > 0, nextPage.load(ordering: .relaxed) < endPage else { return nil }
    let wanted = min(UInt64(Alignment.pages(in: byteCount)), endPage)
    let first = nextPage.wrappingAdd(wanted, ordering: .relaxed).oldValue
    guard first < endPage else { return nil }
    let start = Int(first) * Alignment.page
    let count = min(Int(wanted) * Alignment.page, end - start)
    // The addition gave these pages to this call alone, and `space`, which covered them, was consumed by `init`.
    let range = AllocatedRange(start: start, count: count, file: file)
    states.markAllocated(range)
    return range
  }
}
