import Glibc

/// Zeroed memory of its own that costs address space only, until it is touched.
///
/// A byte for every page of a 1 TiB file is 256 MiB of addresses, and 4 KiB of memory for each 16 MiB of the file
/// that is used.
@safe final class AnonymousRegion: @unchecked Sendable {
  // SAFETY: the address and the length never change; users access the memory by atomics.

  let base: UnsafeMutableRawPointer
  let byteCount: Int

  init?(byteCount: Int) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    // SAFETY: a fresh mapping at an address of the kernel's choice replaces nothing.
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let address = unsafe address, unsafe address != mapFailed else { return nil }
    unsafe base = address
    self.byteCount = byteCount
  }

  deinit {
    // SAFETY: `base` was mapped by `init` with this length, and the last owner is gone.
    _ = unsafe munmap(base, byteCount)
  }
}

/// `MAP_FAILED`, a macro with a cast, which Swift does not import.
var mapFailed: UnsafeMutableRawPointer? { unsafe UnsafeMutableRawPointer(bitPattern: -1) }
