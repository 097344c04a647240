/// Something that hands out the pages of one file, each once.
///
/// A program can have its own. Its ranges can't overlap, because it can't make a range: it is given one
/// ``AllocatedRange`` over the whole file and hands out what it splits off. ``MmapFile`` makes the allocator of a file,
/// once. To be shared by threads it must be `Sendable`, with its own lock. ``MmapFile/takeAbandoned()`` gives it pages
/// that came back with a dropped error. <doc:WorkersAndTasks> shows one.
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
