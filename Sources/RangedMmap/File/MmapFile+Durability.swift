import SystemPackage

extension MmapFile {
  /// Starts writeback of a range's pages and does not wait for it; the receipt stays.
  ///
  /// It is no promise: only ``sync(_:)`` is. The system call is sync_file_range(2) with `SYNC_FILE_RANGE_WRITE`,
  /// because msync(2) with `MS_ASYNC` does nothing on Linux.
  ///
  /// - Parameter receipt: Borrowed.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `lost` (a sync has failed since the write), `noSpace`,
  ///   `system`. What could not be started stays `written`.
  /// - Complexity: One system call, which may wait for room in the device's queue, and an exchange a page.
  public func flush(_ receipt: borrowing WriteReceipt) throws(MmapFileError) {
    try check(receipt)
    try checkEpoch(receipt)
    try mapping.startWriteback(receipt.byteRange)
    mapping.noteWriteback(of: receipt.byteRange, dirty: receipt.pages.count)
    markFlushing(receipt.pages)
  }

  /// Starts writeback of everything that was written, and does not wait for it.
  ///
  /// No receipt is needed, and those that are held stay good. Pages that are *lost* stay so, with no error.
  ///
  /// - Throws: ``MmapFileError`` with `readOnly`, `noSpace` or `system`.
  /// - Complexity: As ``flush(_:)``, over the whole file.
  public func flush() throws(MmapFileError) { try flushUnowned(0..<size) }

  /// Starts writeback of some bytes, whatever ranges they lie in.
  func flushUnowned(_ bytes: Range<Int>) throws(MmapFileError) {
    guard let wanted = try writablePages(of: bytes) else { return }
    try mapping.startWriteback(bytes)
    let chunks = states.chunks(with: .unsynced, in: wanted)
    noteWriteback(of: bytes, in: chunks)
    for pages in chunks { markFlushing(pages) }
  }

  /// Waits until a range's bytes are durable, and proves it.
  ///
  /// Any number of threads may sync at once; one that succeeded waits for those that were under way, because the
  /// failure of its own bytes may have been reported to them. <doc:WhatFlushedMeans> says what is promised and what is
  /// not.
  ///
  /// - Parameter receipt: Consumed; on failure the error gives its range back, to be written again. One of another file
  ///   comes back as it was: ``MmapFileError/takeReceipt()``.
  /// - Returns: The proof. In a file system that lives in memory it proves nothing: see ``isDurable``.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `lost`, `truncated`, `deleted`, `noSpace` or `system`. After any
  ///   but `foreignRange` the range's pages are *lost*. After a failed msync(2) so is all else that was written and is
  ///   not durable: the kernel reports a failed writeback once, and the next attempt would succeed.
  /// - Complexity: None if ``syncAll()`` has done the work already. Else msync(2) with `MS_SYNC`, for 1 MiB and more
  ///   sync_file_range(2) before it, statx(2) to see that the file still covers the range and has a name, ioctl(2) with
  ///   `FS_IOC_FIEMAP` to see that the range has written blocks, and once for a new file fsync(2) of its directory.
  public func sync(_ receipt: consuming WriteReceipt) throws(MmapFileError) -> FlushedRange {
    do throws(MmapFileError) { try prove(receipt) } catch {
      // A good receipt of another file comes back as what it was.
      guard error.code != .foreignRange else { throw MmapFileError(error, returning: receipt) }
      throw MmapFileError(error, returning: AllocatedRange(replacing: receipt))
    }
    return FlushedRange(replacing: receipt, epoch: receipt.epoch)
  }

  /// Waits until a range's bytes are durable; the receipt stays where it is.
  ///
  /// It is for a receipt in a ``HandOver`` that is updated again and again. ``sync(_:)`` exchanges it for the proof
  /// later, with no system call unless the range was changed since. Else it is as ``sync(_:)``.
  ///
  /// ```swift
  /// try box.withValue { receipt in
  ///   try file.update(&receipt) { editor in editor.store(littleEndian: count, at: 0) }
  ///   try file.sync(inPlace: &receipt)
  /// }
  /// ```
  ///
  /// - Parameter receipt: As good as before; after any error but `foreignRange` the range must be written again:
  ///   `reuse`.
  /// - Throws: ``MmapFileError``, as for one that is consumed; it holds no range.
  /// - Complexity: As ``sync(_:)``.
  public func sync(inPlace receipt: inout WriteReceipt) throws(MmapFileError) {
    do throws(MmapFileError) { try prove(receipt) } catch {
      if error.code != .foreignRange { receipt = WriteReceipt(replacing: receipt, epoch: Epoch.none.number) }
      throw error
    }
  }

  /// Waits until everything that was written before the call is durable.
  ///
  /// Receipts stay with their owners; exchanging one at ``sync(_:)`` afterwards costs no system call. What is written
  /// after the call began is not promised, and does not show as *flushed*. Only one such sync runs at a time; a second
  /// waits.
  ///
  /// While any page is *lost* it throws, even if all the rest is durable: until what was lost is written again, no call
  /// says that the file is whole.
  ///
  /// - Throws: ``MmapFileError`` with `readOnly`, `lost`, `truncated`, `deleted`, `noSpace` or `system`.
  /// - Complexity: The system calls of ``sync(_:)``, over the whole file.
  public func syncAll() throws(MmapFileError) { try syncUnowned(0..<size) }

  /// Checks whether the file still covers all of its pages, and marks as lost those that held bytes and are cut off.
  ///
  /// The kernel does not report that another program cuts the file short, and an operation checks only its own range.
  /// This checks the whole file.
  ///
  /// - Throws: ``MmapFileError`` with `truncated` or `deleted`.
  /// - Complexity: One statx(2), and more only if the file is short.
  public func checkCoverage() throws(MmapFileError) {
    do { try mapping.checkCovered(0..<size) } catch {
      let gone = try pagesCutOff(error)
      for chunk in states.chunks(with: .unsynced + [.flushed], in: gone) {
        for page in chunk {
          let byte = states.byte(at: page)
          switch byte.state(tag: states.epoch.tag) {
          case .written, .flushing, .flushed: states.exchange(page..<page + 1, from: byte, to: StateByte(.lost))
          case .free, .allocated, .lost: break
          }
        }
      }
      throw error
    }
  }

  /// Takes a receipt back and gives its pages out again; their bytes stay until they are written over.
  ///
  /// - Parameter receipt: Consumed.
  /// - Returns: The same pages, allocated. Those of another file come back unmarked; only that file takes them.
  /// - Complexity: One store a page.
  public func reuse(_ receipt: consuming WriteReceipt) -> AllocatedRange { allocateAgain(receipt) }

  /// Gives durable pages out again, as it does those of a receipt.
  public func reuse(_ range: consuming FlushedRange) -> AllocatedRange { allocateAgain(range) }

  private func allocateAgain<Stage>(_ range: consuming PageRange<Stage>) -> AllocatedRange {
    let again = AllocatedRange(replacing: range)
    if again.file == identity { states.markAllocated(again) }
    return again
  }

  private func writablePages(of bytes: Range<Int>) throws(MmapFileError) -> Range<Int>? {
    guard isWritable else { throw notWritable() }
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= size, "bytes outside of the file")
    return bytes.isEmpty ? nil : Alignment.pages(of: bytes)
  }

  private func markFlushing(_ pages: Range<Int>) {
    let epoch = states.epoch
    mapping.mappingStates.noteWriteback(of: pages)
    states.exchange(pages, from: StateByte(.written, epoch: epoch), to: StateByte(.flushing, epoch: epoch))
  }

  private func noteWriteback(of bytes: Range<Int>, in chunks: [Range<Int>]) {
    mapping.noteWriteback(of: bytes, dirty: states.unsyncedCount(in: chunks, enough: Mapping.large / Alignment.page))
  }

  /// Makes some bytes durable while other threads may write them.
  ///
  /// Pages that are written now are marked, synced, and promoted if the mark is still there: a write takes it away.
  /// Only one such sync runs at a time, so each mark is its own.
  func syncUnowned(_ bytes: Range<Int>) throws(MmapFileError) {
    guard let wanted = try writablePages(of: bytes) else { return }
    let failure: MmapFileError? = durability.wholeFile.withLock { _ in
      let epoch = states.epoch
      let chunks = states.chunks(with: .unsynced, in: wanted)
      noteWriteback(of: bytes, in: chunks)
      for pages in chunks {
        mapping.mappingStates.noteWriteback(of: pages)
        states.exchange(pages, from: StateByte(.written, epoch: epoch), to: .syncing(epoch: epoch))
        states.exchange(pages, from: StateByte(.flushing, epoch: epoch), to: .syncing(epoch: epoch))
      }
      let missing: Missing?
      do throws(MmapFileError) {
        missing = try synchronise(bytes) { chunks.flatMap { states.runs(of: .syncing(epoch: epoch), in: $0) } }
        guard states.epoch == epoch else { throw lostToFailure(bytes) }
      } catch {
        // Nothing was proven for pages that are still marked; a page without its mark was written meanwhile.
        for pages in chunks { states.exchange(pages, from: .syncing(epoch: epoch), to: StateByte(.lost)) }
        return error
      }
      let detached = mapping.hasFaults ? chunks.joined().filter { mapping.isDetached(page: $0) } : []
      for page in detached { states.exchange(page..<page + 1, from: .syncing(epoch: epoch), to: StateByte(.lost)) }
      for gone in missing?.pages ?? [] {
        for pages in chunks {
          states.exchange(gone.clamped(to: pages), from: .syncing(epoch: epoch), to: StateByte(.lost))
        }
      }
      for pages in chunks { states.exchange(pages, from: .syncing(epoch: epoch), to: StateByte(.flushed)) }
      if let missing { return missing.reason }
      // Lost now or before: a success would say that they are on the disk.
      let lost = states.chunks(with: [.lost], in: wanted).joined().first { states[$0] == .lost }
      return lost.map { lostToFailure($0 * Alignment.page..<min(($0 + 1) * Alignment.page, size)) }
    }
    if let failure { throw failure }
  }

  /// Makes a range durable unless it is; where that fails, its pages are lost.
  private func prove(_ receipt: borrowing WriteReceipt) throws(MmapFileError) {
    try check(receipt)
    guard !receipt.pages.allSatisfy({ states[$0] == .flushed }) else { return }
    do throws(MmapFileError) { try makeDurable(receipt) } catch {
      states.set(receipt.pages, to: StateByte(.lost))
      throw error
    }
  }

  private func makeDurable(_ receipt: borrowing WriteReceipt) throws(MmapFileError) {
    try checkEpoch(receipt)
    let pages = receipt.pages
    mapping.noteWriteback(of: receipt.byteRange, dirty: pages.count)
    mapping.mappingStates.noteWriteback(of: pages)
    if let missing = try synchronise(receipt.byteRange, proving: { [pages] }) { throw missing.reason }
    try mapping.checkAttached(receipt.byteRange)
    // Again: the failure that took these bytes may have been reported to another thread's sync.
    try checkEpoch(receipt)
    states.set(receipt.pages, to: StateByte(.flushed))
  }

  /// Pages that are not durable although a sync has succeeded.
  private struct Missing {
    var pages: [Range<Int>]
    var reason: MmapFileError
  }

  /// Syncs, and compares a success with what the file system says of some pages.
  ///
  /// Blocks that are reserved and not written are a failure of the device. After a failed writeback, which may have
  /// been reported to another program, ext4 keeps the extent unwritten (`ext4_end_io_end` in fs/ext4/page-io.c, kernel
  /// commit e856f93e0fb2). If such a page stays in memory, a new write and sync of it succeed, and after a crash it
  /// reads as zeros. So pages are dropped from memory before they are written after a failure.
  ///
  /// A hole is no failure of the device: another program punched it, or cut the file. Other pages may be durable.
  ///
  /// - Returns: The pages that the file has no longer, and why; `nil` if it has all.
  private func synchronise(_ bytes: Range<Int>, proving pages: () -> [Range<Int>]) throws(MmapFileError) -> Missing? {
    guard mapping.stores.isOn else { return try synchroniseUnwatched(bytes, proving: pages) }
    // Before anything is written: what is stored meanwhile may be written, and may not.
    let stored = (try? mapping.stores.find(in: bytes, makesClean: true)) ?? []
    do throws(MmapFileError) {
      let missing = try synchroniseUnwatched(bytes, proving: pages)
      for gone in missing?.pages ?? [] {
        let gone = gone.lowerBound * Alignment.page..<gone.upperBound * Alignment.page
        mapping.stores.note(stored.map { $0.clamped(to: gone) }.filter { !$0.isEmpty })
      }
      return missing
    } catch {
      mapping.stores.note(stored)
      throw error
    }
  }

  private func synchroniseUnwatched(
    _ bytes: Range<Int>, proving pages: () -> [Range<Int>]
  ) throws(MmapFileError) -> Missing? {
    mapping.writeBackAhead(bytes)
    if let errno = durability.attempt({ mapping.synchronise(bytes) }) { throw notDurable(errno, bytes) }
    var missing: Missing?
    do throws(MmapFileError) { try mapping.checkCovered(bytes) } catch {
      missing = Missing(pages: [try pagesCutOff(error)], reason: error)
    }
    if let gaps = mapping.gaps(in: pages()) {
      // Its owner may have punched a page meanwhile, and taken it out of the sync before.
      let gaps = gaps.isEmpty ? gaps : gaps.within(pages())
      guard gaps.unwritten.isEmpty else {
        durability.fail()
        throw notDurable(.ioError, bytes)
      }
      if let hole = gaps.holes.first {
        missing = Missing(pages: (missing?.pages ?? []) + gaps.holes, reason: missing?.reason ?? lostToHole(hole))
      }
    }
    try unsyncedDirectory.withLock { directory throws(MmapFileError) in
      try directory?.synchronise()
      directory = nil
    }
    return missing
  }

  /// The pages of a file that was cut short behind its end; rethrows any other error.
  private func pagesCutOff(_ error: MmapFileError) throws(MmapFileError) -> Range<Int> {
    guard error.code == .truncated, let status = try? mapping.file.coverage() else { throw error }
    // From the page that the end lies in; the file may have grown again in between.
    return min(status.size / Alignment.page, states.count)..<states.count
  }

  private func checkEpoch(_ receipt: borrowing WriteReceipt) throws(MmapFileError) {
    guard receipt.epoch == states.epoch.number else { throw lostToFailure(receipt.byteRange) }
  }

  private func notDurable(_ errno: Errno, _ bytes: Range<Int>) -> MmapFileError {
    .system(errno, path, "the file could not be made durable", bytes: bytes)
  }

  private func lostToFailure(_ bytes: Range<Int>) -> MmapFileError {
    MmapFileError(
      .lost, path: path, bytes: bytes, "a sync has failed since these bytes were written; they may be gone",
      remedy: "write them again, then sync")
  }

  private func lostToHole(_ pages: Range<Int>) -> MmapFileError {
    MmapFileError(
      .lost, path: path, bytes: pages.lowerBound * Alignment.page..<min(pages.upperBound * Alignment.page, size),
      "the file has a hole where these bytes were written: it was punched, or the file was cut",
      remedy: "write them again, then sync")
  }
}
