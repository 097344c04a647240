import CLinux
import Glibc
import Synchronization

/// The memory of a mapping under the SIGBUS guard: where the file is gone a page shows zeros instead, and is marked.
@safe struct FaultGuard: ~Copyable, @unchecked Sendable {
  // SAFETY: each property is constant; what the guard's handler stores to are atomics.

  let base: UnsafeMutableRawPointer
  private let length: Int
  // A count of faults, then from the second page on a byte for each page of the mapping.
  private let region: AnonymousRegion
  private let faults: UnsafeMutablePointer<Atomic<UInt64>>
  private let marks: PageBytes<UInt8>
  private let handle: OpaquePointer

  /// Takes over a mapping in whole pages of `unit` bytes; `nil`, with nothing mapped, if there is no memory for the
  /// marks.
  init?(over base: UnsafeMutableRawPointer, length: Int, unit: Int) {
    let pageCount = Alignment.pages(in: length)
    guard let region = AnonymousRegion(byteCount: Alignment.page + pageCount),
      // SAFETY: the region lives as long as this value, whose deinit unregisters the guard first.
      let handle = unsafe clinux_guard_register(
        base, length, unit, region.base.advanced(by: Alignment.page).assumingMemoryBound(to: UInt8.self),
        region.base.assumingMemoryBound(to: UInt64.self))
    else {
      // SAFETY: nothing else has the address yet.
      _ = unsafe munmap(base, length)
      return nil
    }
    unsafe self.base = base
    self.length = length
    self.region = region
    // SAFETY: the region is zeroed, which is a valid atomic, and begins with a page for it.
    unsafe faults = region.base.assumingMemoryBound(to: Atomic<UInt64>.self)
    marks = PageBytes(in: region, at: Alignment.page, count: pageCount)
    unsafe self.handle = handle
  }

  deinit {
    // SAFETY: registered and mapped with these values; the last owner is gone. Unregistered first: another mapping may
    // come to lie at the address.
    unsafe clinux_guard_unregister(handle)
    _ = unsafe munmap(base, length)
  }

  /// Whether any page has lost its file; one load, all that the hot path pays for the guard.
  var hasFaults: Bool {
    // What was loaded from the mapping was loaded before.
    atomicMemoryFence(ordering: .acquiring)
    // SAFETY: `marks` keeps the region alive in which the count is.
    return unsafe faults.pointee.load(ordering: .acquiring) != 0
  }

  /// Whether the page's memory is not the file's, or was not since the page was written: a fault replaced it.
  func isDetached(page: Int) -> Bool {
    // SAFETY: the byte is there as long as `marks`.
    unsafe marks[page].pointee.load(ordering: .acquiring) != 0
  }

  /// Gives detached pages their file back; whole units are mapped again.
  func reattach(_ pages: Range<Int>, protection: Int32, to file: Int32) -> Int32 {
    // SAFETY: the pages lie in the mapping, and the guard knows which of them show its own memory.
    unsafe clinux_guard_reattach(handle, pages.lowerBound, pages.upperBound, protection, file)
  }
}
