import Synchronization

/// How far the concurrent allocator has come: what lies behind it was handed out.
///
/// It spares each allocation a store a page: a page whose byte says nothing reads as allocated when it lies behind the
/// high-water mark. ``PageStates`` knows of one.
@usableFromInline
final class HighWaterMark: Sendable {
  /// The first page of the allocator's space.
  let start: UInt64
  /// The page after its last one.
  @usableFromInline let end: UInt64
  /// The page that is handed out next; may pass the end.
  @usableFromInline let next: Atomic<UInt64>

  init(_ pages: Range<Int>) {
    start = UInt64(pages.lowerBound)
    end = UInt64(pages.upperBound)
    next = Atomic(start)
  }

  /// The pages that were handed out.
  var passed: Range<Int> { Int(start)..<Int(min(next.load(ordering: .acquiring), end)) }
}
