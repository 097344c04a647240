import CLinux
import Glibc
import Synchronization
import SystemPackage

/// One mapped file: the descriptor, the memory, and the guard over it; the last owner's end unmaps and closes.
@safe final class Mapping: @unchecked Sendable {
  let file: OpenFile
  let size: Int
  let isWritable: Bool
  /// Whether a page may have no block yet, so that a store to it could find the disk full.
  let mayHaveHoles: Bool
  /// Whether the file system lives in memory.
  let isInMemory: Bool
  /// Whether pwrite(2) may be called: past a limit of the process it would not fail but raise a signal.
  let mayCallWrite: Bool
  let base: UnsafeMutableRawPointer
  /// What the fastest way of writing is chosen by.
  let residences: Residences
  let fileEnd: FileEnd
  /// The thread that was asked for when untouched pages were written; all ones from the second one on.
  let writer = Atomic<UInt>(0)
  /// Whether the last writeback was of less than a large page.
  let writesBackLittle = Atomic(false)
  let largePages = Atomic(LargePages.refused)
  // A count of faults, then from the second page on a byte for each page of the file.
  private let faultRegion: AnonymousRegion
  private let faults: UnsafeMutablePointer<Atomic<UInt64>>
  private let detached: UnsafeMutablePointer<UInt8>
  private let guardian: OpaquePointer

  /// Maps all of an open file.
  init(
    _ file: consuming OpenFile, size: Int, isWritable: Bool, mayHaveHoles: Bool
  ) throws(MmapFileError) {
    let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
    // SAFETY: a fresh mapping at an address of the kernel's choice replaces nothing.
    let address = unsafe mmap(nil, size, protection, MAP_SHARED, file.descriptor.rawValue, 0)
    guard let address = unsafe address, unsafe address != mapFailed else {
      throw .system(Errno(rawValue: errno), file.path, "can't map the file")
    }
    guard let residences = Residences(pageCount: Alignment.pages(in: size)),
      let faultRegion = AnonymousRegion(byteCount: Alignment.page + Alignment.pages(in: size)),
      // SAFETY: both regions live as long as this object, whose deinit unregisters the guard first.
      let guardian = unsafe clinux_guard_register(
        address, Alignment.up(size), faultRegion.base.advanced(by: Alignment.page).assumingMemoryBound(to: UInt8.self),
        faultRegion.base.assumingMemoryBound(to: UInt64.self))
    else {
      // SAFETY: mapped above with this length; nobody knows the address yet.
      _ = unsafe munmap(address, size)
      throw .system(.noMemory, file.path, "can't watch the mapping for faults")
    }
    self.file = file
    self.size = size
    self.isWritable = isWritable
    self.mayHaveHoles = mayHaveHoles
    isInMemory = self.file.isInMemory
    self.residences = residences
    fileEnd = FileEnd(of: isWritable ? self.file.descriptor : nil)
    mayCallWrite = Self.fileSizeLimit >= size
    unsafe base = address
    self.faultRegion = faultRegion
    // SAFETY: the region is zeroed, which is a valid atomic, and as long as it has to be; see above.
    unsafe faults = faultRegion.base.assumingMemoryBound(to: Atomic<UInt64>.self)
    unsafe detached = faultRegion.base.advanced(by: Alignment.page).assumingMemoryBound(to: UInt8.self)
    unsafe self.guardian = guardian
  }

  deinit {
    // SAFETY: registered and mapped by `init` with these values; the last owner is gone, so nobody is inside.
    unsafe clinux_guard_unregister(guardian)
    _ = unsafe munmap(base, size)
  }

  private static var fileSizeLimit: Int {
    var limit = rlimit()
    // SAFETY: the call fills the structure that it is given.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return 0 }
    return Int(clamping: limit.rlim_cur)
  }

  var path: FilePath { file.path }
  var descriptor: FileDescriptor { file.descriptor }

  /// The memory of some bytes of the file, which the caller has checked to lie inside.
  func memory(_ bytes: Range<Int>) -> UnsafeMutableRawBufferPointer {
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= size, "bytes outside of the file")
    // SAFETY: the mapping covers `size` bytes.
    return unsafe UnsafeMutableRawBufferPointer(start: base + bytes.lowerBound, count: bytes.count)
  }
}

// MARK: - Faults

extension Mapping {
  /// Whether any page lost its file under us; one load, all that the hot path pays for the guard.
  var hasFaults: Bool { unsafe faults.pointee.load(ordering: .acquiring) != 0 }

  /// Whether the page's memory is no longer the file's: a fault replaced it.
  func isDetached(page: Int) -> Bool {
    precondition(page >= 0 && page < Alignment.pages(in: size), "no such page")
    // SAFETY: the index was checked. The handler stores single bytes; a stale one is seen by the next step.
    return unsafe detached[page] != 0
  }

  /// Throws if the file no longer stands behind these bytes.
  func checkAttached(_ bytes: Range<Int>) throws(MmapFileError) {
    guard hasFaults else { return }
    let pages = bytes.lowerBound / Alignment.page..<Alignment.pages(in: bytes.upperBound)
    guard pages.contains(where: { isDetached(page: $0) }) else { return }
    try checkCovered(bytes)
    throw MmapFileError(
      .lost, path: path, bytes: bytes, "the file's bytes could not be reached",
      remedy: "the file was cut short and grew again, or the device failed: write the range anew")
  }

  /// Throws if the file has become shorter than `bytes`, or has no name any more: one statx(2).
  func checkCovered(_ bytes: Range<Int>) throws(MmapFileError) {
    let status = try file.coverage()
    guard status.size >= bytes.upperBound else {
      throw MmapFileError(
        .truncated, path: path, bytes: bytes, "somebody cut the file short, to \(status.size) bytes",
        remedy: "make it \(size) bytes long again, and write the range anew")
    }
    guard status.linkCount > 0 else {
      throw MmapFileError(
        .deleted, path: path, bytes: bytes, "the file was deleted or replaced: no name leads to it",
        remedy: "copy what you need out of the mapping before it is closed")
    }
  }

  /// Gives detached pages their file back, so that they can be written anew.
  func reattach(_ pages: Range<Int>) throws(MmapFileError) {
    guard hasFaults else { return }
    for page in pages where isDetached(page: page) {
      let bytes = page * Alignment.page..<min((page + 1) * Alignment.page, size)
      try checkCovered(bytes)
      let whole = Alignment.outward(bytes, unit: Alignment.systemPage)
      let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
      let flags = MAP_SHARED | MAP_FIXED
      // SAFETY: the address lies in our own mapping; what is replaced is the guard's private zero page.
      let address = unsafe mmap(
        base + whole.lowerBound, whole.count, protection, flags, descriptor.rawValue, off_t(whole.lowerBound))
      guard unsafe address != mapFailed else {
        throw .system(Errno(rawValue: errno), path, "can't map the page again", bytes: bytes)
      }
      for each in whole.lowerBound / Alignment.page..<min(whole.upperBound / Alignment.page, Alignment.pages(in: size))
      {
        // SAFETY: inside the region, see the bound.
        unsafe detached[each] = 0
      }
    }
  }
}

// MARK: - System calls on ranges

extension Mapping {
  /// Starts writeback of the range's dirty pages: sync_file_range(2).
  func startWriteback(_ bytes: Range<Int>) throws(MmapFileError) {
    guard !bytes.isEmpty else { return }  // a length of 0 would mean all of the file
    let code = clinux_start_writeback(descriptor.rawValue, off_t(bytes.lowerBound), off_t(bytes.count))
    guard code == 0 else {
      throw .system(Errno(rawValue: code), path, "writeback could not be started", bytes: bytes)
    }
  }

  /// Writes the range's dirty pages back and waits for the device: msync(2) with MS_SYNC.
  func synchronise(_ bytes: Range<Int>) -> Errno? {
    guard !bytes.isEmpty else { return nil }
    let whole = Alignment.outward(bytes, unit: Alignment.systemPage)
    while true {
      // SAFETY: the pages belong to the mapping.
      if unsafe msync(base + whole.lowerBound, whole.count, MS_SYNC) == 0 { return nil }
      let failure = Errno(rawValue: errno)
      if failure != .interrupted { return failure }
    }
  }
}

// MARK: - After a failed writeback

extension Mapping {
  /// Drops clean pages from memory, and with them what the file system remembers of a writeback that failed:
  /// madvise(2) with `MADV_DONTNEED`, posix_fadvise(2) with `POSIX_FADV_DONTNEED`.
  ///
  /// Whoever stores or loads meanwhile gets the page anew; what is dirty stays, and its writeback is started.
  func forgetClean(_ bytes: Range<Int>) {
    // A folio goes as a whole, and the largest has 2 MiB.
    let whole = Alignment.outward(bytes, unit: 2 << 20).clamped(to: 0..<size)
    // SAFETY: the pages belong to the mapping, which is shared: nothing but the table of its pages is given up.
    _ = unsafe madvise(base + whole.lowerBound, whole.count, MADV_DONTNEED)
    _ = posix_fadvise(descriptor.rawValue, off_t(whole.lowerBound), off_t(whole.count), POSIX_FADV_DONTNEED)
  }

  /// Whether the disk has blocks with bytes for all of some pages, by FIEMAP; `nil` where the file system doesn't tell.
  func isOnDisk(_ pages: Range<Int>) -> Bool? {
    var position = pages.lowerBound * Alignment.page
    let end = min(pages.upperBound * Alignment.page, size)
    while position < end {
      var extents = [clinux_extent](repeating: clinux_extent(), count: 32)
      var count: UInt32 = 0
      // SAFETY: the call fills as many entries as the array has, and says how many.
      let code = unsafe clinux_extents(
        descriptor.rawValue, UInt64(position), UInt64(end - position), &extents, UInt32(extents.count), &count)
      guard code == 0 else { return nil }
      for extent in extents.prefix(Int(count)) {
        let isData = extent.flags & UInt32(CLINUX_EXTENT_UNWRITTEN | CLINUX_EXTENT_DELAYED) == 0
        guard isData, Int(extent.logical) <= position else { return false }
        position = Int(extent.logical + extent.length)
      }
      if count == 0 { return false }
    }
    return true
  }
}
