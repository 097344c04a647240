/// Something that hands out the pages of one file, each once.
///
/// Anyone can write one. It can't overlap, because it can't make a range: it is given a single ``AllocatedRange``
/// that covers the whole file and hands out what it splits off. ``MmapFile`` makes the allocator of a file, once.
///
/// ```swift
/// final class Halves: RangeAllocator {
///   let totalSize: Int
///   private var rest: AllocatedRange?
///   private let states: PageStates
///
///   init(covering space: consuming AllocatedRange, states: PageStates) {
///     totalSize = space.count
///     self.states = states
///     rest = consume space
///   }
///
///   func allocate(_ byteCount: Int) -> AllocatedRange? { … rest.take() … split(at:rounding:) … }
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
  /// - Parameter byteCount: Bytes wanted; the allocator rounds up to 4096 and may give less at the end of the file.
  /// - Returns: A range that nobody else holds.
  func allocate(_ byteCount: Int) -> AllocatedRange?
}
