/// Hands out a file's pages in order, for one thread.
///
/// It isn't `Sendable`: the compiler refuses to share it, and ``ConcurrentAllocator`` is what to share instead. When
/// the file is used up, pages that came back with a dropped error are handed out once more:
/// ``MmapFile/takeAbandoned()``.
public final class SequentialAllocator: RangeAllocator {
  /// The size in bytes of the file.
  public let totalSize: Int
  private let states: PageStates
  private let pages: Range<Int>
  private let end: Int
  private var rest: AllocatedRange?

  /// Takes over all pages of a file; ``MmapFile`` calls it, and states of another file trap.
  public init(covering space: consuming AllocatedRange, states: PageStates) {
    precondition(space.file == states.file, "an allocator was given a range of one file and the states of another")
    (pages, end) = (space.pages, space.end)
    totalSize = space.count
    remaining = space.count
    self.states = states
    rest = consume space
  }

  /// The number of bytes that were not handed out yet.
  public private(set) var remaining: Int

  /// Hands out the next pages of the file.
  ///
  /// - Parameter byteCount: Bytes wanted, at least 1; rounded up to 4096 and clamped to what is left.
  /// - Returns: The range, or `nil` when the file is used up or `byteCount` is not positive.
  /// - Complexity: Some arithmetic and one store a page; no lock, no system call.
  public func allocate(_ byteCount: Int) -> AllocatedRange? {
    guard byteCount > 0, remaining > 0, let space = rest.take() else {
      return states.allocateAbandoned(byteCount, in: pages, end: end)
    }
    let position = min(byteCount, space.count)
    switch space.split(at: position, rounding: .up) {
    case .parts(let low, let high):
      rest = consume high
      return handOut(low)
    case .whole(let last): return handOut(last)
    case .outOfBounds(let last): return handOut(last)
    }
  }

  private func handOut(_ range: consuming AllocatedRange) -> AllocatedRange {
    remaining -= range.count
    states.markAllocated(range)
    return range
  }
}
