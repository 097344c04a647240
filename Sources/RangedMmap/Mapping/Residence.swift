import Synchronization

/// Where the library believes a page to be, which decides the fastest way of writing it; see `Mapping.way(of:)`.
///
/// It is a belief: memory may be taken back at any time. A wrong one costs time, and never a byte.
enum Residence: UInt8, AtomicRepresentable {
  /// Not written yet by way of this mapping: a store would fault, and the kernel would have to make the page.
  case untouched
  /// In the page cache and dirty, but not in this process's page table.
  case cached
  /// Written through the mapping: a store is a store.
  case mapped
  /// Written back since: a store would fault, so that the kernel learns of it.
  case clean
}

/// A residence for each page of a file, in memory that is used as far as pages are touched.
@safe final class Residences: @unchecked Sendable {
  private let region: AnonymousRegion
  private let pages: UnsafeMutablePointer<Atomic<Residence>>
  private let count: Int

  init?(pageCount: Int) {
    guard let region = AnonymousRegion(byteCount: pageCount) else { return nil }
    self.region = region
    count = pageCount
    // SAFETY: the region is zeroed, which is a valid atomic, as long as `count`, and kept alive by this object.
    unsafe pages = region.base.bindMemory(to: Atomic<Residence>.self, capacity: pageCount)
  }

  @inline(__always)
  subscript(page: Int) -> Residence {
    precondition(page >= 0 && page < count, "no such page")
    // SAFETY: the index was checked.
    return unsafe pages[page].load(ordering: .relaxed)
  }

  func set(_ range: Range<Int>, to residence: Residence) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "pages outside of the file")
    // What is so already is left alone: most of a large file was never touched.
    // SAFETY: the bounds were checked.
    for page in range where unsafe pages[page].load(ordering: .relaxed) != residence {
      unsafe pages[page].store(residence, ordering: .relaxed)
    }
  }

  /// Sets those pages that were written at all.
  func noteWriteback(of range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "pages outside of the file")
    // SAFETY: the bounds were checked.
    for page in range where unsafe pages[page].load(ordering: .relaxed) != .untouched {
      unsafe pages[page].store(.clean, ordering: .relaxed)
    }
  }
}
