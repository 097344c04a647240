import CLinux
import Glibc
import Synchronization
import SystemPackage

/// One mapped file: the descriptor, the memory, and the guard over it; the last owner's end unmaps and closes.
@safe final class Mapping: @unchecked Sendable {
  // SAFETY: each property is constant or an atomic, and so are the bytes that the guard's handler stores to; the bytes of
  // the file belong to the owner of their range.

  let file: OpenFile
  let size: Int
  let isWritable: Bool
  /// What decides how it is written.
  let traits: WriteStrategy.FileTraits
  /// Whether a name led to the file when it was opened.
  let hadName: Bool
  /// Whether it may go without: it had none, and lives in memory or is to be linked when it is whole.
  let mayLackName: Bool
  private let hasName: Atomic<Bool>
  let base: UnsafeMutableRawPointer
  /// What the fastest way of writing is chosen by.
  let mappingStates: MappingStates
  let ownFile: OwnFile
  /// The thread that was asked for when untouched pages were written; all ones from the second one on.
  let writer = Atomic<UInt>(0)
  /// Whether the last writeback was of less than a large page.
  let writesBackLittle = Atomic(false)
  let largePages = Atomic(LargePages.refused)
  // In bytes: the size of the pages that the mapping is made of, and its length in whole ones.
  private let unit: Int
  private let length: Int
  // A count of faults, then from the second page on a byte for each page of the mapping.
  private let faultRegion: AnonymousRegion
  private let faults: UnsafeMutablePointer<Atomic<UInt64>>
  private let marks: PageBytes<UInt8>
  private let guardian: OpaquePointer

  /// Maps all of an open file; whether it had a name is asked unless the caller knows.
  init(
    _ file: consuming OpenFile, size: Int, isWritable: Bool, mayHaveHoles: Bool, hadName: Bool? = nil
  ) throws(MmapFileError) {
    let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
    let ownFile = OwnFile(of: file.descriptor, isWritable: isWritable)
    // SAFETY: a fresh mapping at an address of the kernel's choice replaces nothing.
    let address = unsafe mmap(nil, size, protection, MAP_SHARED, ownFile.descriptor.rawValue, 0)
    guard let address = unsafe address, unsafe address != mapFailed else {
      throw file.refusedMapping(Errno(rawValue: errno), size: size)
    }
    unit = clinux_mapping_unit(file.descriptor.rawValue)
    length = Alignment.outward(0..<size, unit: unit).count
    guard let mappingStates = MappingStates(pageCount: Alignment.pages(in: size)),
      let faultRegion = AnonymousRegion(byteCount: Alignment.page + Alignment.pages(in: length)),
      // SAFETY: both regions live as long as this object, whose deinit unregisters the guard first.
      let guardian = unsafe clinux_guard_register(
        address, length, unit, faultRegion.base.advanced(by: Alignment.page).assumingMemoryBound(to: UInt8.self),
        faultRegion.base.assumingMemoryBound(to: UInt64.self))
    else {
      // SAFETY: mapped above with this length; nobody knows the address yet.
      _ = unsafe munmap(address, length)
      throw file.refusedMapping(.noMemory, size: Alignment.pages(in: size))
    }
    self.file = file
    self.size = size
    self.isWritable = isWritable
    self.mappingStates = mappingStates
    self.ownFile = ownFile
    traits = WriteStrategy.FileTraits(
      mayCallWrite: OpenFile.sizeLimit >= size, isInMemory: self.file.isInMemory, mayHaveHoles: mayHaveHoles)
    self.hadName = hadName ?? ((try? self.file.coverage())?.linkCount != 0)
    mayLackName = !self.hadName && (traits.isInMemory || self.file.isUnnamed)
    hasName = Atomic(self.hadName)
    unsafe base = address
    self.faultRegion = faultRegion
    // SAFETY: the region is zeroed, which is a valid atomic, and as long as it has to be; see above.
    unsafe faults = faultRegion.base.assumingMemoryBound(to: Atomic<UInt64>.self)
    marks = PageBytes(in: faultRegion, at: Alignment.page, count: Alignment.pages(in: length))
    unsafe self.guardian = guardian
  }

  deinit {
    // SAFETY: registered and mapped by `init` with these values; the last owner is gone, so nobody is inside.
    unsafe clinux_guard_unregister(guardian)
    _ = unsafe munmap(base, length)
  }

  /// Whether a page may have no block yet, so that a store to it could find the disk full.
  var mayHaveHoles: Bool { traits.mayHaveHoles }
  /// Whether the file system lives in memory.
  var isInMemory: Bool { traits.isInMemory }
  var path: FilePath { file.path }
  /// Whether a name led to the file when it was opened or was found since.
  var isNamed: Bool { hasName.load(ordering: .relaxed) }
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
  var hasFaults: Bool {
    // What was loaded from the mapping was loaded before.
    atomicMemoryFence(ordering: .acquiring)
    return unsafe faults.pointee.load(ordering: .acquiring) != 0
  }

  /// Whether the page's memory is not the file's, or was not since the page was written: a fault replaced it.
  func isDetached(page: Int) -> Bool {
    // SAFETY: the guard, which stores there too, is this object's.
    unsafe marks[page].pointee.load(ordering: .acquiring) != 0
  }

  /// Throws if the file no longer stands behind these bytes.
  func checkAttached(_ bytes: Range<Int>) throws(MmapFileError) {
    guard hasFaults else { return }
    let pages = bytes.lowerBound / Alignment.page..<Alignment.pages(in: bytes.upperBound)
    guard pages.contains(where: { isDetached(page: $0) }) else { return }
    try checkCovered(bytes)
    throw MmapFileError(
      .lost, path: path, bytes: bytes,
      "the file's bytes could not be reached: it was cut short and grew again, or the device failed",
      remedy: isWritable ? "write the range anew" : "open the file anew")
  }

  /// Throws if the file has become shorter than `bytes`, or has no name any more: one statx(2).
  func checkCovered(_ bytes: Range<Int>) throws(MmapFileError) {
    let status = try file.coverage()
    guard status.size >= bytes.upperBound else {
      throw MmapFileError(
        .truncated, path: path, bytes: bytes, "somebody cut the file short, to \(status.size) bytes",
        remedy: isWritable
          ? "give it back the \(size) bytes that it had, and write the range anew"
          : "open the file anew to read what is left of it")
    }
    guard status.linkCount == 0 else {
      if !isNamed { hasName.store(true, ordering: .relaxed) }
      return
    }
    guard mayLackName, !isNamed else {
      throw MmapFileError(
        .deleted, path: path, bytes: bytes,
        isNamed
          ? "the file was deleted or replaced: no name leads to it"
          : "no name leads to the file, which was deleted before it was opened: it can't become durable",
        remedy: "`cp /proc/\(getpid())/fd/\(descriptor.rawValue) COPY` saves its bytes while it is open")
    }
  }

  /// Gives detached pages their file back, so that they can be written anew.
  func reattach(_ pages: Range<Int>) throws(MmapFileError) {
    guard hasFaults, let first = pages.first(where: { isDetached(page: $0) }),
      let last = pages.last(where: { isDetached(page: $0) })
    else { return }
    let bytes = first * Alignment.page..<min((last + 1) * Alignment.page, size)
    try checkCovered(bytes)
    let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
    // SAFETY: the pages lie in the mapping, and the guard knows which of them show its own memory.
    let code = unsafe clinux_guard_reattach(guardian, first, last + 1, protection, ownFile.descriptor.rawValue)
    guard code == 0 else { throw file.refusedMapping(Errno(rawValue: code), size: bytes.count) }
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

  /// Has a large range's dirty pages written and waits for it, before a sync that others wait for: sync_file_range(2).
  ///
  /// It promises nothing, and takes no failure from the sync, which asks for another open file.
  func writeBackAhead(_ bytes: Range<Int>) {
    guard bytes.count >= Self.leastToWriteAhead else { return }
    let write = ownFile.isOwn ? clinux_write_back : clinux_start_writeback
    _ = write(descriptor.rawValue, off_t(bytes.lowerBound), off_t(bytes.count))
  }

  // Less is written in the time that a sync takes anyway, for the journal and the device: on the disk of Speed 1 MiB takes
  // 0.25 ms, and the sync of a page 0.7.
  private static let leastToWriteAhead = 1 << 20

  /// Writes the range's dirty pages back and waits for the device: msync(2) with MS_SYNC.
  func synchronise(_ bytes: Range<Int>) -> Errno? {
    guard !bytes.isEmpty else { return nil }
    let whole = Alignment.outward(bytes, unit: Alignment.systemPage)
    // SAFETY: the pages belong to the mapping.
    return Errno.failure(of: { unsafe msync(base + whole.lowerBound, whole.count, MS_SYNC) })
  }
}
