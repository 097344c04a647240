import CLinux
import Glibc
import Synchronization
import SystemPackage

/// One mapped file: the descriptor and the guarded memory.
@safe final class Mapping: @unchecked Sendable {
  // SAFETY: each property is constant or an atomic; the bytes of the file belong to the owner of their range.

  let file: OpenFile
  let size: Int
  let isWritable: Bool
  private let openedWith: WriteStrategy.FileTraits
  /// Whether a name led to the file when it was opened.
  let hadName: Bool
  /// Whether it had no name, and lives in memory or is to be linked when it is whole.
  let mayLackName: Bool
  private let hasName: Atomic<Bool>
  let mappingStates: MappingStates
  let ownFile: OwnFile
  /// The thread that was the first to write untouched pages; all ones from the second thread on.
  let writer = Atomic<UInt>(0)
  /// Whether the last writeback was of less than a large page.
  let writesBackLittle = Atomic(false)
  let largePages = Atomic(LargePages.refused)
  private let hasPunched = Atomic(false)
  let stores: WatchedStores
  private let memory: FaultGuard

  /// Maps all of an open file; whether it had a name is queried unless the caller knows.
  init(
    _ file: consuming OpenFile, size: Int, isWritable: Bool, mayHaveHoles: Bool, hadName: Bool? = nil
  ) throws(MmapFileError) {
    let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
    let ownFile = OwnFile(of: file.descriptor, isWritable: isWritable)
    guard let mappingStates = MappingStates(pageCount: Alignment.pages(in: size)) else {
      throw file.refusedMapping(.noMemory, size: Alignment.pages(in: size))
    }
    // SAFETY: a fresh mapping at an address of the kernel's choice replaces nothing.
    let address = unsafe mmap(nil, size, protection, MAP_SHARED, ownFile.descriptor.rawValue, 0)
    guard let address = unsafe address, unsafe address != mapFailed else {
      throw file.refusedMapping(Errno(rawValue: errno), size: size)
    }
    let unit = clinux_mapping_unit(file.descriptor.rawValue)
    let length = Alignment.outward(0..<size, unit: unit).count
    guard let memory = unsafe FaultGuard(over: address, length: length, unit: unit) else {
      throw file.refusedMapping(.noMemory, size: Alignment.pages(in: size))
    }
    self.memory = memory
    stores = WatchedStores(at: UInt(bitPattern: address), count: length, unit: unit)
    self.file = file
    self.size = size
    self.isWritable = isWritable
    self.mappingStates = mappingStates
    self.ownFile = ownFile
    openedWith = WriteStrategy.FileTraits(
      mayCallWrite: OpenFile.sizeLimit >= size, isInMemory: self.file.isInMemory, mayHaveHoles: mayHaveHoles)
    self.hadName = hadName ?? ((try? self.file.coverage())?.linkCount != 0)
    mayLackName = !self.hadName && (openedWith.isInMemory || self.file.isUnnamed)
    hasName = Atomic(self.hadName)
  }

  var base: UnsafeMutableRawPointer { unsafe memory.base }
  /// Whether a page may have no block yet, so that a store to it could find the disk full.
  var mayHaveHoles: Bool { openedWith.mayHaveHoles || hasPunched.load(ordering: .relaxed) }
  var isInMemory: Bool { openedWith.isInMemory }
  var traits: WriteStrategy.FileTraits {
    var traits = openedWith
    traits.mayHaveHoles = mayHaveHoles
    return traits
  }
  var path: FilePath { file.path }
  /// Whether a name led to the file when it was opened or was found since.
  var isNamed: Bool { hasName.load(ordering: .relaxed) }
  var descriptor: FileDescriptor { file.descriptor }
  var hasFaults: Bool { memory.hasFaults }

  /// Counts the file as one with holes from now on: a store may find the disk full.
  func noteHoles() {
    hasPunched.store(true, ordering: .relaxed)
    endLargePages()
  }

  func memory(_ bytes: Range<Int>) -> UnsafeMutableRawBufferPointer {
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= size, "bytes outside of the file")
    // SAFETY: the mapping covers `size` bytes.
    return unsafe UnsafeMutableRawBufferPointer(start: base + bytes.lowerBound, count: bytes.count)
  }
}

extension Mapping {
  func isDetached(page: Int) -> Bool { memory.isDetached(page: page) }

  /// Throws if the file no longer stands behind these bytes.
  func checkAttached(_ bytes: Range<Int>) throws(MmapFileError) {
    guard hasFaults else { return }
    guard Alignment.pages(of: bytes).contains(where: { isDetached(page: $0) }) else { return }
    try checkCovered(bytes)
    throw MmapFileError(
      .lost, path: path, bytes: bytes,
      "the file's bytes could not be reached: it was cut short and grew again, or the device failed",
      remedy: isWritable ? "write the range again" : "open the file again")
  }

  /// Throws if the file has become shorter than `bytes`, or has no name any more: one statx(2).
  func checkCovered(_ bytes: Range<Int>) throws(MmapFileError) {
    let status = try file.coverage()
    guard status.size >= bytes.upperBound else {
      throw MmapFileError(
        .truncated, path: path, bytes: bytes, "a program cut the file short, to \(status.size) bytes",
        remedy: isWritable
          ? "give it back the \(size) bytes that it had, and write the range again"
          : "open the file again to read what is left of it")
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

  /// Gives detached pages their file back, to be written again.
  func reattach(_ pages: Range<Int>) throws(MmapFileError) {
    guard hasFaults, let first = pages.first(where: { isDetached(page: $0) }),
      let last = pages.last(where: { isDetached(page: $0) })
    else { return }
    let bytes = first * Alignment.page..<min((last + 1) * Alignment.page, size)
    try checkCovered(bytes)
    let code = memory.reattach(
      first..<last + 1, protection: isWritable ? PROT_READ | PROT_WRITE : PROT_READ, to: ownFile.descriptor.rawValue)
    guard code == 0 else { throw file.refusedMapping(Errno(rawValue: code), size: bytes.count) }
    if stores.isOn { stores.cover(bytes) }
  }

  /// Starts writeback of the range's dirty pages: sync_file_range(2).
  func startWriteback(_ bytes: Range<Int>) throws(MmapFileError) {
    guard !bytes.isEmpty else { return }  // a length of 0 would mean all of the file
    let code = clinux_write_back(descriptor.rawValue, off_t(bytes.lowerBound), off_t(bytes.count), false)
    guard code == 0 else {
      throw .system(Errno(rawValue: code), path, "writeback could not be started", bytes: bytes)
    }
  }

  /// Has a large range's dirty pages written and waits for it, before a sync that others wait for: sync_file_range(2).
  ///
  /// It takes no failure from the sync, which is of another open file.
  func writeBackAhead(_ bytes: Range<Int>) {
    guard bytes.count >= Self.leastToWriteAhead else { return }
    _ = clinux_write_back(descriptor.rawValue, off_t(bytes.lowerBound), off_t(bytes.count), ownFile.isOwn)
  }

  // Less is written in the time of the sync itself: on the disk of the article on speed 1 MiB takes 0.25 ms, and the
  // sync of a page 0.7.
  private static let leastToWriteAhead = 1 << 20

  /// Writes the range's dirty pages back and waits for the device: msync(2) with MS_SYNC.
  func synchronise(_ bytes: Range<Int>) -> Errno? {
    guard !bytes.isEmpty else { return nil }
    let whole = Alignment.outward(bytes, unit: Alignment.systemPage)
    // SAFETY: the pages belong to the mapping.
    return Errno.failure(of: { unsafe msync(base + whole.lowerBound, whole.count, MS_SYNC) })
  }
}
