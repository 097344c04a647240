import CLinux
import Glibc
import Synchronization
import SystemPackage

extension Mapping {
  // Fits in a core's cache together with its source. A larger copy would bypass the cache, and be slow on pages
  // that the kernel has just zeroed there.
  private static let piece = 256 << 10

  /// Copies bytes into pages that the caller owns; a fault is left for the caller to find.
  @inline(__always)
  func copy(_ source: UnsafeRawBufferPointer, to bytes: Range<Int>) throws(MmapFileError) {
    guard !bytes.isEmpty else { return }  // as an empty half of a split, which may lie at the end of the file
    // Pages of a range are written together: the first one speaks for all.
    // SAFETY: the caller owns the pages, which are mapped, and its source has as many bytes.
    if mappingStates[bytes.lowerBound / Alignment.page] == .mapped {
      unsafe memory(bytes).copyMemory(from: source)
    } else {
      try unsafe copyUnmapped(source, to: bytes)
    }
  }

  @inline(never)
  private func copyUnmapped(_ source: UnsafeRawBufferPointer, to bytes: Range<Int>) throws(MmapFileError) {
    let pages = Alignment.pages(of: bytes)
    switch strategy(for: bytes) {
    case .throughCache:
      let whole = wholePages(of: bytes)
      let inner = whole.lowerBound - bytes.lowerBound..<whole.upperBound - bytes.lowerBound
      // SAFETY: here and in the other cases source and pages are those of `copy`.
      if try unsafe writeThroughCache(UnsafeRawBufferPointer(rebasing: source[inner]), to: whole) {
        for part in [0..<inner.lowerBound, inner.upperBound..<bytes.count] where !part.isEmpty {
          let place = bytes.lowerBound + part.lowerBound..<bytes.lowerBound + part.upperBound
          // SAFETY: a part of the source, and its place in the caller's pages.
          unsafe memory(place).copyMemory(from: UnsafeRawBufferPointer(rebasing: source[part]))
        }
        mappingStates.set(pages, to: .cached)
        return
      }
      unsafe memory(bytes).copyMemory(from: source)
    case .populate:
      for start in stride(from: 0, to: bytes.count, by: Self.piece) {
        let part = start..<min(start + Self.piece, bytes.count)
        let place = bytes.lowerBound + part.lowerBound..<bytes.lowerBound + part.upperBound
        try populate(place)
        // SAFETY: `part` lies in the source, which is as long as `bytes`.
        unsafe memory(place).copyMemory(from: UnsafeRawBufferPointer(rebasing: source[part]))
      }
    case .copy: unsafe memory(bytes).copyMemory(from: source)
    }
    mappingStates.set(pages, to: .mapped)
  }

  // Where blocks are smaller than a page, pwrite(2) of a part of a page leaves its other blocks as they were: reserved,
  // with no bytes on the disk, which a sync takes for a failure. A store makes all of the page dirty.
  private func wholePages(of bytes: Range<Int>) -> Range<Int> {
    let start = Alignment.up(bytes.lowerBound)
    let end = bytes.upperBound == size ? size : Alignment.down(bytes.upperBound)
    return start < end ? start..<end : bytes.lowerBound..<bytes.lowerBound
  }

  /// Makes pages ready for a closure that fills them, where that is worth a call or the disk may be full.
  func prepare(_ bytes: Range<Int>) throws(MmapFileError) {
    guard !bytes.isEmpty else { return }
    let state = mappingStates[bytes.lowerBound / Alignment.page]
    guard state != .mapped else { return }
    if state == .untouched { considerLargePages(for: bytes) }
    if mayHaveHoles || bytes.count >= WriteStrategy.leastForCall { try populate(bytes) }
    mappingStates.set(Alignment.pages(of: bytes), to: .mapped)
  }

  /// Notes that some bytes are written back, and whether they were less than a large page.
  func noteWriteback(of bytes: Range<Int>, dirty count: Int) {
    guard count > 0 else { return }
    let isLittle = count * Alignment.page < Self.large
    // Not stored if it is so already: writers read what lies around it.
    if writesBackLittle.load(ordering: .relaxed) != isLittle { writesBackLittle.store(isLittle, ordering: .relaxed) }
    if isLittle { refuseLargePages(after: bytes) }
  }

  private func strategy(for bytes: Range<Int>) -> WriteStrategy {
    let state = mappingStates[bytes.lowerBound / Alignment.page]
    let isForDisk = traits.mayCallWrite && !traits.isInMemory
    if state == .untouched, isForDisk, bytes.count < WriteStrategy.leastForCallAlways {
      considerLargePages(for: bytes)
    }
    return .choose(
      bytes.count, state, traits, writesBackLittle: writesBackLittle.load(ordering: .relaxed),
      hasSeveralWriters: hasSeveralWriters(), isInOrder: isInOrder(bytes))
  }

  // Ranges that are checked in each direction: so many that a few late ones change nothing, and all checks together
  // cost less than one fault.
  private static let nearby = 32
  // Threads that fill a file together are each a range ahead of the next; with up to this many, nothing lies further
  // on.
  private static let mostThreads = 16

  // Half of what lies shortly before was written, and nothing further on than threads are apart.
  private func isInOrder(_ bytes: Range<Int>) -> Bool {
    func isTouched(_ steps: Int) -> Bool {
      let place = bytes.lowerBound + steps * bytes.count
      return place >= 0 && place < size && mappingStates[place / Alignment.page] != .untouched
    }
    let before = max(-Self.nearby, -bytes.lowerBound / bytes.count)..<0
    let farAhead = Self.mostThreads..<Self.mostThreads + Self.nearby
    return before.count(where: isTouched) >= before.count / 2 && !farAhead.contains(where: isTouched)
  }

  /// Whether this is not the only thread that has written untouched pages.
  private func hasSeveralWriters() -> Bool {
    let (me, several) = (UInt(pthread_self()), UInt.max)
    let seen = writer.load(ordering: .relaxed)
    if seen == me || seen == several { return seen == several }
    if seen == 0, writer.compareExchange(expected: 0, desired: me, ordering: .relaxed).exchanged { return false }
    writer.store(several, ordering: .relaxed)
    return true
  }

  /// Writes with pwrite(2); false if that does not work, and stores will work or find the reason.
  private func writeThroughCache(_ source: UnsafeRawBufferPointer, to bytes: Range<Int>) throws(MmapFileError) -> Bool {
    // A file that was cut short would grow again.
    guard let end = ownFile.size, end >= bytes.upperBound else { return false }
    var done = 0
    // No store in the mapping, and a store to whoever asks which pages were.
    defer { if stores.isOn, done > 0 { stores.note([bytes.lowerBound..<bytes.lowerBound + done]) } }
    while done < bytes.count {
      let piece = done..<min(done + Self.large, bytes.count)
      // SAFETY: a part of the source, which is as long as `bytes`.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: source[piece])
      var written = 0
      // SAFETY: the call reads what the buffer covers, and fills the integer.
      let code = unsafe clinux_write_at(
        descriptor.rawValue, rest.baseAddress, rest.count, off_t(bytes.lowerBound + done), &written)
      switch Errno(rawValue: code) {
      case Errno(rawValue: 0) where written > 0: done += written
      case .noSpace, .diskQuotaExceeded, .ioError:
        throw .system(Errno(rawValue: code), path, "the bytes could not be taken in", bytes: bytes)
      // A source that faults, a seal that leaves mappings alone, a limit.
      default: return false
      }
    }
    return true
  }

  /// Makes the pages present and writable, so that no store to them can find the disk full.
  private func populate(_ bytes: Range<Int>) throws(MmapFileError) {
    let whole = Alignment.outward(bytes, unit: Alignment.systemPage)
    // SAFETY: the pages belong to the mapping; populating changes no byte.
    let code = unsafe clinux_populate_for_writing(base + whole.lowerBound, whole.count)
    switch Errno(rawValue: code) {
    case Errno(rawValue: 0), .invalidArgument: return  // before Linux 5.14: the guard still turns faults into errors
    case .badAddress:
      // A store would fault; find out why.
      try checkCovered(bytes)
      if let reason = missingBlocks(bytes) { throw reason }
      // Space may have been freed in between. SAFETY: as above.
      guard unsafe clinux_populate_for_writing(base + whole.lowerBound, whole.count) == 0 else {
        throw .system(.ioError, path, "can't make the pages writable", bytes: bytes)
      }
    case let errno: throw .system(errno, path, "can't make the pages writable", bytes: bytes)
    }
  }

  /// Throws if a store to these bytes did not reach the file, and says why.
  func checkStored(_ bytes: Range<Int>) throws(MmapFileError) {
    do throws(MmapFileError) { try checkAttached(bytes) } catch {
      guard error.code == .lost, let reason = missingBlocks(bytes) else { throw error }
      throw reason
    }
  }

  private func missingBlocks(_ bytes: Range<Int>) -> MmapFileError? {
    let reason = (mayHaveHoles ? missingNew(bytes) : nil) ?? missingCopies(bytes)
    return reason.map { .system($0, path, "no blocks for the pages to be written", bytes: bytes) }
  }

  // A page without a block gets none if the disk is full. A page with one may lie in a folio with others, and a store
  // needs blocks for the whole folio (ext4_page_mkwrite in fs/ext4/inode.c, iomap_page_mkwrite in
  // fs/iomap/buffered-io.c): fallocate(2) shows whether there are any.
  private func missingNew(_ bytes: Range<Int>) -> Errno? {
    if hasHole(in: Alignment.pages(of: bytes)) { return .noSpace }
    let folio = Alignment.outward(bytes, unit: Self.large).clamped(to: 0..<size)
    let code = clinux_preallocate(descriptor.rawValue, off_t(folio.lowerBound), off_t(folio.count))
    return [.noSpace, .diskQuotaExceeded].first { $0 == Errno(rawValue: code) }
  }

  // A write to blocks that are shared with another file (a reflink, a snapshot) needs new ones. Writing a byte of each
  // page as it is shows whether there are any.
  private func missingCopies(_ bytes: Range<Int>) -> Errno? {
    for offset in stride(from: bytes.lowerBound, to: bytes.upperBound, by: Alignment.page) {
      var (byte, count) = (UInt8(0), 0)
      // SAFETY: both calls have the variable for a buffer; the page is the caller's.
      let failure = Errno.failure(of: {
        count = unsafe pread(descriptor.rawValue, &byte, 1, off_t(offset))
        return Int32(count)
      })
      guard failure == nil, count == 1 else { return nil }
      let code = unsafe clinux_write_at(descriptor.rawValue, &byte, 1, off_t(offset), &count)
      switch Errno(rawValue: code) {
      case Errno(rawValue: 0): continue
      case .noSpace, .diskQuotaExceeded: return Errno(rawValue: code)
      default: return nil
      }
    }
    return nil
  }
}
