import Synchronization

/// Where the library believes a page to be, for `WriteStrategy`; a wrong belief costs time, and never a byte.
enum MappingState: UInt8, AtomicRepresentable {
  /// Not written yet by way of this mapping: a store would fault, and the kernel would have to make the page.
  case untouched
  /// In the page cache and dirty, but not in this process's page table.
  case cached
  /// Written through the mapping: a store is a store.
  case mapped
  /// Written back since: a store would fault.
  case clean
}

struct MappingStates: Sendable {
  private let pages: PageBytes<MappingState>

  init?(pageCount: Int) {
    guard let pages = PageBytes<MappingState>(count: pageCount) else { return nil }
    self.pages = pages
  }

  @inline(__always)
  subscript(page: Int) -> MappingState {
    // SAFETY: the byte is there as long as `pages`.
    unsafe pages[page].pointee.load(ordering: .relaxed)
  }

  func set(_ range: Range<Int>, to state: MappingState) {
    // Pages that are so already stay unwritten: most of a large file was never touched.
    // SAFETY: the bytes are there as long as `pages`.
    for page in range where self[page] != state {
      unsafe pages[page].pointee.store(state, ordering: .relaxed)
    }
  }

  /// Sets those pages that were written at all.
  func noteWriteback(of range: Range<Int>) {
    for page in range where self[page] != .untouched {
      // SAFETY: the bytes are there as long as `pages`.
      unsafe pages[page].pointee.store(.clean, ordering: .relaxed)
    }
  }
}
