extension MmapFile {
  /// Copies `bytes` into a range and gives the receipt for it.
  ///
  /// Bytes are in the page cache when it returns, not on the disk: see ``flush(_:)`` and ``sync(_:)``. After a failed
  /// write some of them may be in the file.
  ///
  /// - Parameters:
  ///   - bytes: As many as the range holds.
  ///   - range: Consumed; on failure the error gives it back.
  /// - Returns: The proof of the write.
  /// - Throws: ``MmapFileError`` with `lengthMismatch`, `foreignRange`, `noSpace`, `truncated`, `deleted`, `lost` or
  ///   `system`. After `truncated`, `deleted` and `lost` the pages are *lost*; else their state is as it was.
  /// - Complexity: A copy and one store a page, with no system call where the pages are resident and were written
  ///   through the mapping. Others are written in the way that is fastest for them: by stores that fault, by madvise(2)
  ///   with `MADV_POPULATE_WRITE`, or by pwrite(2). See <doc:Speed>.
  public func write(_ bytes: RawSpan, to range: consuming AllocatedRange) throws(MmapFileError) -> WriteReceipt {
    guard bytes.byteCount == range.count else {
      throw MmapFileError(wrongLength(bytes.byteCount, range.count), returning: range)
    }
    return try fill(range) { (memory) throws(MmapFileError) in
      // SAFETY: source and range have the same length, which was checked.
      try unsafe bytes.withUnsafeBytes { (source) throws(MmapFileError) in try unsafe mapping.copy(source, to: memory) }
    }
  }

  /// Copies `bytes` into a range and gives the receipt for it; see ``write(_:to:)-(RawSpan,_)``.
  public func write(_ bytes: Span<UInt8>, to range: consuming AllocatedRange) throws(MmapFileError) -> WriteReceipt {
    // SAFETY: a UInt8 has no padding.
    try unsafe write(bytes.bytes, to: range)
  }

  /// Copies `bytes` into a range and gives the receipt for it; see ``write(_:to:)-(RawSpan,_)``.
  public func write(_ bytes: [UInt8], to range: consuming AllocatedRange) throws(MmapFileError) -> WriteReceipt {
    try write(bytes.span, to: range)
  }

  /// Copies the bytes of any collection into a range: of a slice, a `Data`, an unsafe buffer, a string's `utf8`.
  ///
  /// - Throws: ``MmapFileError``, as ``write(_:to:)-(RawSpan,_)``.
  /// - Complexity: As ``write(_:to:)-(RawSpan,_)`` where the bytes lie in memory one after the other; else as
  ///   ``write(to:_:)`` with ``RangeWriter/append(contentsOf:)-(Sequence<UInt8>)``.
  public func write(_ bytes: some Collection<UInt8>, to range: consuming AllocatedRange) throws(MmapFileError)
    -> WriteReceipt
  {
    var range: AllocatedRange? = consume range
    var receipt: WriteReceipt?
    var failure: MmapFileError?
    bytes.withContiguousStorageIfAvailable { bytes in
      guard let whole = range.take() else { return }
      // SAFETY: the collection keeps its storage until this closure ends.
      do throws(MmapFileError) { receipt = try write(unsafe bytes.span, to: whole) } catch { failure = error }
    }
    if let failure { throw failure }
    if let receipt { return receipt }
    guard let whole = range.take() else { preconditionFailure("the range is in the receipt or in the error") }
    let count = bytes.count
    guard count == whole.count else { throw MmapFileError(wrongLength(count, whole.count), returning: whole) }
    return try write(to: whole) { writer in writer.append(contentsOf: bytes) }
  }

  /// Lets a closure fill a range in place, with no copy at all, and gives the receipt for it.
  ///
  /// The closure appends through a ``RangeWriter`` until the range is full: a range that was filled in part gets no
  /// receipt, although its bytes are in the file. In a file with fewer blocks than bytes a full disk is an error before
  /// the closure is called.
  ///
  /// ```swift
  /// let receipt = try file.write(to: range) { writer in
  ///   writer.append(contentsOf: "rows".utf8)
  ///   for row in rows { writer.append(littleEndian: row) }
  ///   writer.append(repeating: 0, count: writer.remaining)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - range: Consumed; on failure the error gives it back.
  ///   - body: Fills the range. What it throws is the `cause` of the error that is thrown.
  /// - Returns: The proof of the write.
  /// - Throws: ``MmapFileError`` with `incompleteWrite`, and all that ``write(_:to:)-(RawSpan,_)`` throws.
  /// - Complexity: One store a page. Where pages are not resident, one madvise(2) with `MADV_POPULATE_WRITE` for ranges
  ///   from 64 KiB on and those of files with fewer blocks than bytes.
  public func write(
    to range: consuming AllocatedRange, _ body: (RangeWriter) throws -> Void
  ) throws(MmapFileError) -> WriteReceipt {
    try fill(range) { (bytes) throws(MmapFileError) in
      try mapping.prepare(bytes)
      var cause: (any Error)?
      var filled = 0
      // SAFETY: the memory is the range's, which this call alone holds; the writer outlives neither it nor the count.
      let memory = unsafe mapping.memory(bytes)
      unsafe withUnsafeMutablePointer(to: &filled) { position in
        let writer = unsafe RangeWriter(memory, position)
        do { try body(writer) } catch { cause = error }
      }
      guard cause != nil || filled < bytes.count else { return }
      throw MmapFileError(
        .incompleteWrite, path: path, "\(filled) of \(bytes.count) bytes were filled in",
        remedy: "fill the whole range", cause: cause)
    }
  }

  @inline(__always)
  private func fill(
    _ range: consuming AllocatedRange, _ body: (Range<Int>) throws(MmapFileError) -> Void
  ) throws(MmapFileError) -> WriteReceipt {
    do throws(MmapFileError) {
      try check(range)
      guard isWritable else { throw notWritable() }
      let epoch = try store(in: range.byteRange, body)
      return WriteReceipt(start: range.start, count: range.count, file: range.file, epoch: epoch.number)
    } catch { throw MmapFileError(error, returning: range) }
  }

  /// Stores bytes by `body`, between the checks before and after; returns the epoch that the bytes belong to.
  @discardableResult
  @inline(__always)
  func store(in bytes: Range<Int>, _ body: (Range<Int>) throws(MmapFileError) -> Void) throws(MmapFileError) -> Epoch {
    let pages = Alignment.pages(of: bytes)
    // Read first: a sync that fails from here on may have lost some of these bytes.
    let epoch = states.epoch
    do throws(MmapFileError) {
      if mapping.hasFaults { try mapping.reattach(pages) }
      // One of them may have failed to be written back: see `synchronise`.
      if !epoch.isFirst { mapping.forgetClean(bytes) }
      try body(bytes)
      if mapping.hasFaults { try mapping.checkStored(bytes) }
    } catch {
      if error.isLoss { states.set(pages, to: StateByte(.lost)) }
      throw error
    }
    states.setWritten(pages, since: epoch)
    return epoch
  }

  private func wrongLength(_ given: Int, _ wanted: Int) -> MmapFileError {
    MmapFileError(
      .lengthMismatch, path: path, "\(given) bytes were given for a range of \(wanted)",
      remedy: "give exactly as many as the range holds")
  }

  func notWritable() -> MmapFileError {
    MmapFileError(.readOnly, path: path, "is open for reading only", remedy: "open it for writing to change it")
  }

  /// Throws unless the range was handed out by the allocator of this very file.
  func check<Stage>(_ range: borrowing PageRange<Stage>) throws(MmapFileError) {
    guard range.file == identity else {
      throw MmapFileError(
        .foreignRange, path: path, bytes: range.byteRange, "the range belongs to another file",
        remedy: "use a range with the file whose allocator gave it")
    }
  }
}

extension MmapFileError {
  var isLoss: Bool {
    switch code {
    case .truncated, .lost, .deleted: true
    default: false
    }
  }
}
