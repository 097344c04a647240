/// Something that hands out the pages of one file, each once.
///
/// A program can have its own. Its ranges can't overlap, because it can't make a range: it is given one ``AllocatedRange``
/// over the whole file and hands out what it splits off. ``MmapFile`` makes the allocator of a file, once. To be shared by
/// threads it must be `Sendable`, with its own lock. ``MmapFile/takeAbandoned()`` gives it pages that came back with a
/// dropped error.
///
/// ```swift
/// final class BackwardAllocator: RangeAllocator {
///   let totalSize: Int
///   private let states: PageStates
///   private var rest: AllocatedRange?
///
///   init(covering space: consuming AllocatedRange, states: PageStates) {
///     totalSize = space.count
///     self.states = states
///     rest = consume space
///   }
///
///   func allocate(_ byteCount: Int) -> AllocatedRange? {
///     guard byteCount > 0, let space = rest.take() else { return nil }
///     let position = max(0, space.count - byteCount)
///     switch space.split(at: position, rounding: .down) {
///     case .parts(let low, let high):
///       rest = consume low
///       return handOut(high)
///     case .whole(let last): return handOut(last)
///     case .outOfBounds(let last): return handOut(last)
///     }
///   }
///
///   private func handOut(_ range: consuming AllocatedRange) -> AllocatedRange {
///     states.markAllocated(range)
///     return range
///   }
/// }
/// ```
public protocol RangeAllocator: AnyObject {
  /// Takes over all pages of a file.
  ///
  /// - Parameters:
  ///   - space: One range over the whole file, consumed.
  ///   - states: Where ``PageStates/markAllocated(_:)`` says that pages have been handed out.
  init(covering space: consuming AllocatedRange, states: PageStates)

  /// The size in bytes of the file that is handed out.
  var totalSize: Int { get }

  /// Hands out pages for at least one byte, or `nil` when none are left.
  ///
  /// - Parameter byteCount: Bytes wanted; those of this library round up to 4096 and give less at the end of the file.
  /// - Returns: A range without another owner; `nil` too when `byteCount` is not positive.
  func allocate(_ byteCount: Int) -> AllocatedRange?
}
