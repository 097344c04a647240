import SystemPackage

// From written to durable, and back to writing.

extension MmapFile {
  /// Starts writeback of a range's pages and does not wait for it; the receipt stays.
  ///
  /// It is no promise: only ``sync(_:)`` is. The system call is sync_file_range(2) with `SYNC_FILE_RANGE_WRITE`,
  /// because msync(2) with `MS_ASYNC` does nothing on Linux. It may wait for room in the device's queue.
  ///
  /// - Parameter receipt: Borrowed.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `lost` (a sync has failed since the write), `noSpace`,
  ///   `system`. What could not be started stays `written`.
  public func flush(_ receipt: borrowing WriteReceipt) throws(MmapFileError) {
    try check(receipt)
    try checkEra(receipt)
    try mapping.startWriteback(receipt.byteRange)
    mapping.noteWriteback(of: receipt.byteRange, dirty: receipt.pages.count)
    markFlushing(receipt.pages)
  }

  /// Starts writeback of everything that was written, and does not wait for it.
  ///
  /// One sync_file_range(2) over the whole file, as ``flush(_:)``; no receipt is needed, and those that are held stay
  /// good. Pages that are *lost* stay so, with no error.
  ///
  /// - Throws: ``MmapFileError`` with `readOnly`, `noSpace` or `system`.
  public func flush() throws(MmapFileError) { try flushUnowned(0..<size) }

  /// Starts writeback of what lies in `bytes`, whoever owns it.
  func flushUnowned(_ bytes: Range<Int>) throws(MmapFileError) {
    guard isWritable else { throw notWritable() }
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= size, "bytes outside of the file")
    guard !bytes.isEmpty else { return }
    try mapping.startWriteback(bytes)
    let wanted = bytes.lowerBound / Alignment.page..<Alignment.pages(in: bytes.upperBound)
    mapping.noteWriteback(of: bytes, dirty: states.unsyncedCount)
    for pages in states.chunks(with: .unsynced) { markFlushing(pages.clamped(to: wanted)) }
  }

  /// Waits until a range's bytes are durable, and proves it.
  ///
  /// The system calls are msync(2) with `MS_SYNC`, ioctl(2) with `FS_IOC_FIEMAP` to see that the range has written blocks
  /// (where the file system tells), statx(2) to see that the file still covers it and has a name, and once for a new file
  /// fsync(2) of its directory. There are none if ``syncAll()`` has done the work already. Any number of threads may sync
  /// at once; one that succeeded waits for those that were under way, because they may be told of the failure that it
  /// asked for. <doc:WhatFlushedMeans> tells what is promised and what is not.
  ///
  /// - Parameter receipt: Consumed; on failure the error gives its range back, to be written anew.
  /// - Returns: The proof. In a file system that lives in memory it proves nothing: see ``isDurable``.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `lost`, `truncated`, `deleted`, `noSpace` or `system`. After any
  ///   but `foreignRange` the range's pages are *lost*. After a failed msync(2) so is all else that was written and is
  ///   not durable: the kernel tells of a failed writeback once, and would call the next attempt a success.
  public func sync(_ receipt: consuming WriteReceipt) throws(MmapFileError) -> FlushedRange {
    do throws(MmapFileError) {
      try check(receipt)
      if !receipt.pages.allSatisfy({ states[$0] == .flushed }) { try makeDurable(receipt) }
    } catch {
      let (start, count, pages) = (receipt.start, receipt.count, receipt.pages)
      if error.code != .foreignRange { states.set(pages, to: StateByte(.lost)) }
      throw MmapFileError(error, returning: AllocatedRange(start: start, count: count, file: receipt.file))
    }
    return FlushedRange(start: receipt.start, count: receipt.count, file: receipt.file, era: receipt.era)
  }

  /// Waits until everything that was written before the call is durable.
  ///
  /// Receipts stay with their owners; exchanging one at ``sync(_:)`` afterwards costs no system call. Others may write
  /// meanwhile: what they write after the call began is not promised, and does not show as *flushed*. Only one such
  /// sync runs at a time; a second waits.
  ///
  /// The system calls are those of ``sync(_:)``, over the whole file.
  ///
  /// While any page is *lost* it throws, even if all the rest is durable then: until what was lost is written anew, no
  /// call says that the file is whole.
  ///
  /// - Throws: ``MmapFileError`` with `readOnly`, `lost`, `truncated`, `deleted`, `noSpace` or `system`.
  public func syncAll() throws(MmapFileError) { try syncUnowned(0..<size) }

  /// Looks whether the file still covers all of its pages, and marks as lost those that held bytes and are cut off.
  ///
  /// Nobody tells when another program cuts the file short; each operation finds it out for its own range, this for all.
  /// The cost is one statx(2), and more only if the file is short.
  ///
  /// - Throws: ``MmapFileError`` with `truncated` or `deleted`.
  public func checkCoverage() throws(MmapFileError) {
    do { try mapping.checkCovered(0..<size) } catch {
      guard error.code == .truncated, let status = try? mapping.file.coverage() else { throw error }
      // From the page that the end lies in; the file may have grown again in between.
      let gone = min(status.size / Alignment.page, states.count)..<states.count
      for chunk in states.chunks(with: .unsynced + [.flushed]) {
        for page in chunk.clamped(to: gone) {
          let byte = states.byte(at: page)
          switch byte.state(in: states.era) {
          case .written, .flushing, .flushed: states.exchange(page..<page + 1, from: byte, to: StateByte(.lost))
          case .free, .allocated, .lost: break
          }
        }
      }
      throw error
    }
  }

  /// Takes a receipt back and gives its pages out again, to be written anew, with no system call.
  ///
  /// Their bytes stay until they are written over. The cost is one store a page.
  ///
  /// - Parameter receipt: Consumed.
  /// - Returns: The same pages, allocated. Those of another file come back unmarked; only that file takes them.
  public func reuse(_ receipt: consuming WriteReceipt) -> AllocatedRange { allocatedAnew(receipt) }

  /// Gives durable pages out again, to be written anew, with no system call.
  ///
  /// Their bytes stay until they are written over. The cost is one store a page.
  ///
  /// - Parameter range: Consumed.
  /// - Returns: The same pages, allocated. Those of another file come back unmarked; only that file takes them.
  public func reuse(_ range: consuming FlushedRange) -> AllocatedRange { allocatedAnew(range) }

  private func allocatedAnew<Stage>(_ range: consuming PageRange<Stage>) -> AllocatedRange {
    let again = AllocatedRange(start: range.start, count: range.count, file: range.file)
    if again.file == identity { states.markAllocated(again) }
    return again
  }

  private func markFlushing(_ pages: Range<Int>) {
    let era = states.era
    mapping.residences.noteWriteback(of: pages)
    states.exchange(pages, from: StateByte(.written, era: era), to: StateByte(.flushing, era: era))
  }

  /// Makes durable what lies in `bytes`, whoever owns it and may be writing it meanwhile.
  ///
  /// Pages that are written now are marked, synced, and promoted if the mark is still there: whoever writes a page
  /// anew takes the mark away. Only one such sync runs at a time, so that a mark can't be another's.
  func syncUnowned(_ bytes: Range<Int>) throws(MmapFileError) {
    guard isWritable else { throw notWritable() }
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= size, "bytes outside of the file")
    guard !bytes.isEmpty else { return }
    let wanted = bytes.lowerBound / Alignment.page..<Alignment.pages(in: bytes.upperBound)
    let failure: MmapFileError? = durability.wholeFile.withLock { _ in
      let era = states.era
      let chunks = states.chunks(with: .unsynced).map { $0.clamped(to: wanted) }
      mapping.noteWriteback(of: bytes, dirty: states.unsyncedCount)
      for pages in chunks {
        mapping.residences.noteWriteback(of: pages)
        states.exchange(pages, from: StateByte(.written, era: era), to: .syncing(era: era))
        states.exchange(pages, from: StateByte(.flushing, era: era), to: .syncing(era: era))
      }
      do throws(MmapFileError) {
        try synchronise(bytes) { chunks.flatMap { states.runs(of: .syncing(era: era), in: $0) } }
        guard states.era == era else { throw lostToFailure(bytes) }
      } catch {
        // Nothing was proven for the marked pages; one that somebody rewrote meanwhile is not ours to judge.
        for pages in chunks { states.exchange(pages, from: .syncing(era: era), to: StateByte(.lost)) }
        return error
      }
      let detached = mapping.hasFaults ? chunks.joined().filter { mapping.isDetached(page: $0) } : []
      for page in detached { states.exchange(page..<page + 1, from: .syncing(era: era), to: StateByte(.lost)) }
      for pages in chunks { states.exchange(pages, from: .syncing(era: era), to: StateByte(.flushed)) }
      // Lost now or long since: to call this a success would say that they are on the disk.
      let lost = states.chunks(with: [.lost]).map { $0.clamped(to: wanted) }.joined().first { states[$0] == .lost }
      return lost.map { lostToFailure($0 * Alignment.page..<min(($0 + 1) * Alignment.page, size)) }
    }
    if let failure { throw failure }
  }

  private func makeDurable(_ receipt: borrowing WriteReceipt) throws(MmapFileError) {
    try checkEra(receipt)
    let pages = receipt.pages
    mapping.noteWriteback(of: receipt.byteRange, dirty: pages.count)
    mapping.residences.noteWriteback(of: pages)
    try synchronise(receipt.byteRange) { [pages] }
    try mapping.checkAttached(receipt.byteRange)
    // Again: another thread's sync may have been told of the failure that took these bytes.
    try checkEra(receipt)
    states.set(receipt.pages, to: StateByte(.flushed))
  }

  /// Syncs, and lets a success count for some pages.
  ///
  /// A success is compared with what the file system says of the pages. After a failed writeback, which another program
  /// may have been told of, ext4 (Linux 6.18) has chosen the blocks of reserved pages and still calls them unwritten: to
  /// write such a page anew while it stays in memory and to sync it succeeds, and after a crash it reads as zeros. So
  /// pages that are written after a failure are dropped from memory before. A file that was cut and has grown again has
  /// holes.
  private func synchronise(_ bytes: Range<Int>, proving pages: () -> [Range<Int>]) throws(MmapFileError) {
    let errno = durability.attempt {
      if let errno = mapping.synchronise(bytes) { return errno }
      // A file that is too short is told of below, for what it is.
      let isTold = pages().allSatisfy { mapping.isOnDisk($0) != false } || (try? mapping.checkCovered(bytes)) == nil
      return isTold ? nil : Errno.ioError
    }
    if let errno { throw .system(errno, path, "the file could not be made durable", bytes: bytes) }
    guard states.era < Era.last else { throw lostToFailure(bytes) }
    try mapping.checkCovered(bytes)
    try unsyncedDirectory.withLock { directory throws(MmapFileError) in
      try directory?.synchronise()
      directory = nil
    }
  }

  private func checkEra(_ receipt: borrowing WriteReceipt) throws(MmapFileError) {
    guard receipt.era == states.era, receipt.era < Era.last else { throw lostToFailure(receipt.byteRange) }
  }

  private func lostToFailure(_ bytes: Range<Int>) -> MmapFileError {
    MmapFileError(
      .lost, path: path, bytes: bytes, "a sync has failed since these bytes were written; they may be gone",
      remedy: states.era < Era.last ? "write them anew, then sync" : "too many syncs have failed: open the file anew")
  }
}
