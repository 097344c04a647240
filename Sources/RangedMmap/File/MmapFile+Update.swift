import SystemPackage

extension MmapFile {
  /// Lets a closure change some bytes of a range, which sees those that are there, and gives the receipt for the range.
  ///
  /// It is for what is not written at one time, or not as a whole: a header, a bitmap, a log. A range of any stage can
  /// be updated. The closure stores through a ``RangeEditor``; what it leaves alone stays as it is, and the pages in
  /// which it stores nothing keep their state: what was *flushed* there still is.
  ///
  /// ```swift
  /// let receipt = try file.update(range) { editor in
  ///   editor.store(littleEndian: 1 as UInt32, at: 0)  // how many records there are
  ///   editor.store(record, at: 4)
  /// }
  /// let longer = try file.update(receipt) { editor in
  ///   let count: UInt32 = editor.load(littleEndianAt: 0)
  ///   editor.store(record, at: 4 + Int(count) * record.count)
  ///   editor.store(littleEndian: count + 1, at: 0)
  /// }
  /// ```
  ///
  /// The first update of an allocated range takes over all that lies in it. Pages without written blocks (ioctl(2) with
  /// `FS_IOC_FIEMAP`), as those of a new file, are written whole, with the zeros that they show. A range with a *lost*
  /// page is refused: only a write of the whole page restores it. After a crash a page may have some of the stores and
  /// not others, like one that was written.
  ///
  /// - Parameters:
  ///   - range: Any of the three kinds; consumed. On failure the error gives it back: as it was if nothing was stored,
  ///     as a receipt if it was one or was durable.
  ///   - body: Changes the bytes. What it throws is the `cause` of the error; what it stored before is in the file.
  /// - Returns: The proof that the range was written; a sync of it makes the changes durable.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `readOnly`, `incompleteWrite` (the closure threw), `noSpace`,
  ///   `truncated`, `deleted`, `lost` or `system`. After `truncated`, `deleted` and `lost` the pages are *lost*.
  /// - Complexity: One load a page, and what the closure stores; the first update of an allocated range also an
  ///   ioctl(2) for each MiB.
  public func update<Stage>(
    _ range: consuming PageRange<Stage>, _ body: (RangeEditor) throws -> Void
  ) throws(MmapFileError) -> WriteReceipt {
    // Read before the states: a sync that fails from here on may have lost some of the bytes.
    let epoch = states.epoch
    do throws(MmapFileError) { try checkWhole(range) } catch { throw MmapFileError(error, returning: range) }
    let outcome = edit(range.byteRange, epoch: epoch, takesAll: Stage.self == Allocated.self, body)
    guard let failure = outcome.failure else { return WriteReceipt(replacing: range, epoch: epoch.number) }
    if failure.isLoss { throw MmapFileError(failure, returning: AllocatedRange(replacing: range)) }
    guard outcome.hasStored, Stage.self != Allocated.self else { throw MmapFileError(failure, returning: range) }
    throw MmapFileError(failure, returning: WriteReceipt(replacing: range, epoch: epoch.number))
  }

  /// Lets a closure change some bytes of a range whose receipt stays where it is.
  ///
  /// Else it is as ``update(_:_:)-(PageRange<Stage>,_)``. ``sync(inPlace:)`` makes it durable where it is.
  ///
  /// ```swift
  /// try file.update(&receipt) { editor in editor.store(record, at: 128) }
  /// ```
  ///
  /// - Parameters:
  ///   - receipt: Good for the changed range afterwards, and as good as before where the error says nothing else. After
  ///     `truncated`, `deleted` and `lost` its range must be written again: `reuse`.
  ///   - body: Changes the bytes.
  /// - Throws: ``MmapFileError``, as for one that is consumed; it holds no range.
  /// - Complexity: One load a page, and what the closure stores.
  public func update(_ receipt: inout WriteReceipt, _ body: (RangeEditor) throws -> Void) throws(MmapFileError) {
    let epoch = states.epoch
    try checkWhole(receipt)
    let outcome = edit(receipt.byteRange, epoch: epoch, takesAll: false, body)
    let isLoss = outcome.failure?.isLoss == true
    if outcome.hasStored || isLoss {
      receipt = WriteReceipt(replacing: receipt, epoch: (isLoss ? Epoch.none : epoch).number)
    }
    if let failure = outcome.failure { throw failure }
  }

  /// Takes over the bytes that lie in an allocated range, as if they had been written just now, and gives the receipt.
  ///
  /// It is for a program that knows what a file holds: it opens the file, allocates what it knows to be there with
  /// ``FreeListAllocator/allocate(_:at:)``, and adopts it. From then on the range is read, synced, updated and reused
  /// like any other. Nothing is stored. A writeback that failed before this program opened the file is not known here;
  /// only a checksum shows it. On a file system without FIEMAP the range is adopted unchecked, with zeros where there
  /// is a hole.
  ///
  /// - Parameter range: Consumed; on failure the error gives it back.
  /// - Returns: The proof that the range holds what was written.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `readOnly`, `noData` (a part is a hole, or blocks that were only
  ///   reserved), `lost` (a page is *lost*: only a write brings it back), `truncated`, `deleted` or `system`.
  /// - Complexity: statx(2), to see that the file covers the range, and ioctl(2) with `FS_IOC_FIEMAP`, to see that it
  ///   has written blocks. Where it has none, msync(2) with `MS_SYNC` before a second ioctl(2).
  public func adopt(_ range: consuming AllocatedRange) throws(MmapFileError) -> WriteReceipt {
    let epoch = states.epoch
    let (bytes, pages) = (range.byteRange, range.pages)
    do throws(MmapFileError) {
      try checkWhole(range)
      try mapping.checkCovered(bytes)
      try mapping.reattach(pages)
      if !epoch.isFirst { mapping.forgetClean(bytes) }
      try requireData(bytes)
    } catch {
      if error.isLoss { states.set(pages, to: StateByte(.lost)) }
      throw MmapFileError(error, returning: range)
    }
    states.setWritten(pages, since: epoch)
    return WriteReceipt(replacing: range, epoch: epoch.number)
  }

  // Throws unless the range, or a part of it, can be changed and be good.
  func checkWhole<Stage>(
    _ range: borrowing PageRange<Stage>, in part: Range<Int>? = nil
  ) throws(MmapFileError) {
    let bytes = part ?? range.byteRange
    try check(range)
    guard isWritable else { throw notWritable() }
    // A fault has taken what was written to a page that it replaced.
    if Stage.self != Allocated.self { try mapping.checkAttached(bytes) }
    guard let page = Alignment.pages(of: bytes).first(where: { states[$0] == .lost }) else { return }
    throw MmapFileError(
      .lost, path: path, bytes: page * Alignment.page..<min((page + 1) * Alignment.page, size),
      "a page of the range is lost, and only a write of the whole page restores it",
      remedy: "write the whole range again")
  }

  private struct Outcome {
    let hasStored: Bool
    var failure: MmapFileError?
  }

  private func edit(
    _ bytes: Range<Int>, epoch: Epoch, takesAll: Bool, _ body: (RangeEditor) throws -> Void
  ) -> Outcome {
    let pages = Alignment.pages(of: bytes)
    var edit = RangeEditor.Edit(file: self, bytes: bytes, epoch: epoch)
    do throws(MmapFileError) {
      try mapping.reattach(pages)
      // One of the pages may have failed to be written back: see `synchronise`.
      if !epoch.isFirst { mapping.forgetClean(bytes) }
      var cause: (any Error)?
      // SAFETY: what the editor shares with this call is on its stack, and the editor can't outlive the closure.
      unsafe withUnsafeMutablePointer(to: &edit) { edit in
        let editor = unsafe RangeEditor(edit)
        do { try body(editor) } catch { cause = error }
      }
      if mapping.hasFaults { try mapping.checkStored(bytes) }
      if let failure = edit.failure { throw failure }
      if let cause {
        throw MmapFileError(
          .incompleteWrite, path: path, bytes: bytes, "the closure that updates the range threw",
          remedy: "update it again, or write all of it", cause: cause)
      }
      if takesAll { try writeRest(of: bytes, epoch: epoch) }
    } catch {
      if error.isLoss {
        states.set(pages, to: StateByte(.lost))
      } else {
        // What was in a replaced page before is still good.
        try? mapping.reattach(pages)
      }
      return Outcome(hasStored: edit.hasStored, failure: error)
    }
    return Outcome(hasStored: edit.hasStored)
  }

  private func requireData(_ bytes: Range<Int>) throws(MmapFileError) {
    let pages = Alignment.pages(of: bytes)
    guard !pages.isEmpty, mapping.isOnDisk(pages) == false else { return }
    // Dirty pages are data too.
    if let errno = durability.attempt({ mapping.synchronise(bytes) }) {
      throw .system(errno, path, "what lies in the range could not be made durable", bytes: bytes)
    }
    guard mapping.isOnDisk(pages) == false else { return }
    throw MmapFileError(
      .noData, path: path, bytes: bytes, "the file has a hole there: not all of the range was ever written",
      remedy: "write the range, or update it")
  }

  // What is copied at a time, so that a large range needs no second one of its size: a step then costs far more than
  // its ioctl(2) and its pread(2).
  private static let stepOfRest = 1 << 20

  // Pages without written blocks are promised as parts of the range.
  private func writeRest(of bytes: Range<Int>, epoch: Epoch) throws(MmapFileError) {
    for start in stride(from: bytes.lowerBound, to: bytes.upperBound, by: Self.stepOfRest) {
      let piece = start..<min(start + Self.stepOfRest, bytes.upperBound)
      guard mapping.isOnDisk(Alignment.pages(of: piece)) == false else { continue }
      let whole = try peek(piece)
      guard whole.count == piece.count else { continue }  // cut short: the sync reports it
      // SAFETY: the copy has as many bytes as the place, which lies in the range that `update` has consumed.
      try unsafe whole.span.bytes.withUnsafeBytes { (source) throws(MmapFileError) in
        try unsafe mapping.copy(source, to: piece)
      }
    }
    if mapping.hasFaults { try mapping.checkStored(bytes) }
    states.setWritten(Alignment.pages(of: bytes), since: epoch)
  }
}
