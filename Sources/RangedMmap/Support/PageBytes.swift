import Synchronization

/// A byte for each page of a file, or for each part of it, that any thread may load and store.
///
/// Each is zero at first; memory is used as far as they are touched.
@safe struct PageBytes<Value: AtomicRepresentable>: @unchecked Sendable
where Value.AtomicRepresentation == UInt8.AtomicRepresentation {
  // SAFETY: the pointer is constant and leads to atomics only, in a region that the value keeps alive.

  private let region: AnonymousRegion
  /// The first of them, for a walk over all: without optimisation the subscript's check weighs more than the load.
  let bytes: UnsafeMutablePointer<Atomic<Value>>
  let count: Int

  /// Makes bytes in memory of their own; `nil` if there is none left.
  init?(count: Int) {
    guard let region = AnonymousRegion(byteCount: count) else { return nil }
    self.init(in: region, at: 0, count: count)
  }

  /// Uses zeroed bytes of a region.
  init(in region: AnonymousRegion, at offset: Int, count: Int) {
    precondition(offset >= 0 && count <= region.byteCount - offset, "bytes outside of the region")
    self.region = region
    self.count = count
    // SAFETY: the region is zeroed, which is a valid atomic of a byte, is as long as was checked, and is kept alive
    // here.
    unsafe bytes = (region.base + offset).bindMemory(to: Atomic<Value>.self, capacity: count)
  }

  /// The byte of a page, which is there as long as this value is.
  @inline(__always)
  subscript(index: Int) -> UnsafeMutablePointer<Atomic<Value>> {
    precondition(index >= 0 && index < count, "no such page")
    // SAFETY: the index was checked.
    return unsafe bytes + index
  }
}
