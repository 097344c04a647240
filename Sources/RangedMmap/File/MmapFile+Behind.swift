import CLinux
public import SystemPackage

// What is done to the file past its mapping, by whoever owns it.

extension MmapFile {
  /// Lends the open file to a closure that writes some bytes of a range by a call of its own, and gives the receipt.
  ///
  /// It is for bytes that don't come by way of this library, as by pwrite(2), copy_file_range(2) or a child process. The
  /// mapping shows them at once. Their pages are *written* afterwards, whatever they were, so that nothing is called
  /// durable that isn't; the other pages of the range keep their state.
  ///
  /// ```swift
  /// let receipt = try file.withDescriptor(writing: 4096..<4101, of: flushed) { descriptor in
  ///   _ = try descriptor.writeAll(toAbsoluteOffset: 4096, Array("bytes".utf8))
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - bytes: What is written, as offsets into the file; in the range.
  ///   - range: Consumed; on failure the error gives it back: as it was if the closure was not called, else as a receipt.
  ///   - body: Writes the bytes, and does not close the descriptor. What it throws is the `cause` of the error.
  /// - Returns: The proof that the range was written; a sync of it makes the bytes durable.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `readOnly`, `incompleteWrite` (the closure threw), `truncated` or
  ///   `lost` (one of the bytes' pages is *lost*: only a write of the whole page restores it).
  /// - Precondition: `bytes` lies in the range.
  /// - Complexity: What `body` does, and one load and one store a page.
  public func withDescriptor(
    writing bytes: Range<Int>, of range: consuming FlushedRange, _ body: (FileDescriptor) throws -> Void
  ) throws(MmapFileError) -> WriteReceipt {
    try change(bytes, of: range, body)
  }

  /// The same for a range that is not durable yet.
  public func withDescriptor(
    writing bytes: Range<Int>, of receipt: consuming WriteReceipt, _ body: (FileDescriptor) throws -> Void
  ) throws(MmapFileError) -> WriteReceipt {
    try change(bytes, of: receipt, body)
  }

  private func change<Stage>(
    _ bytes: Range<Int>, of range: consuming PageRange<Stage>, _ body: (FileDescriptor) throws -> Void
  ) throws(MmapFileError) -> WriteReceipt {
    // Read before the states, and before the bytes: a sync that fails from here on may have lost some of them.
    let epoch = states.epoch
    precondition(bytes.clamped(to: range.byteRange) == bytes, "bytes outside of the range")
    let hasLost = range.pages.contains { states[$0] == .lost }
    do throws(MmapFileError) { try checkWhole(range, in: bytes) } catch { throw MmapFileError(error, returning: range) }
    // Before the first byte, which may take long: what is being changed is durable no more.
    states.setWritten(Alignment.pages(of: bytes), since: epoch)
    var cause: (any Error)?
    do { try withDescriptor(body) } catch { cause = error }
    // And after the last one, which a sync of everything meanwhile may not have had; after a failure, too.
    states.setWritten(Alignment.pages(of: bytes), since: epoch)
    // Where a part is lost, the receipt is no better than it was.
    let former = Stage.self == Written.self ? range.epoch : Epoch.none.number
    let receipt = WriteReceipt(replacing: range, epoch: hasLost ? former : epoch.number)
    guard let cause else { return receipt }
    throw MmapFileError(
      MmapFileError(
        .incompleteWrite, path: path, bytes: bytes, "the closure that writes to the file threw",
        remedy: "write them again, or `reuse` the range", cause: cause), returning: receipt)
  }

  /// Makes the file shorter or longer, as another program may: ftruncate(2).
  ///
  /// The mapping stays as it is. What was written and is cut off is *lost* when it returns.
  package func resizeBehind(to newSize: Int) throws(MmapFileError) {
    guard isWritable else { throw notWritable() }
    // Blocks that were cut off are not there when the file grows again.
    mapping.noteHoles()
    let code = clinux_resize(descriptor.rawValue, off_t(newSize))
    guard code == 0 else { throw pastLimit(code, newSize, "can't give the file \(newSize) bytes") }
    do throws(MmapFileError) { try checkCoverage() } catch {
      guard [.truncated, .deleted].contains(error.code) else { throw error }
    }
  }

  /// Writes bytes at an offset, as another program may: pwrite(2).
  ///
  /// No state changes.
  ///
  /// - Returns: How many bytes were written before the call failed, and why it did.
  package func writeBehind(_ bytes: [UInt8], at offset: Int) -> (count: Int, failure: MmapFileError?) {
    var done = 0
    while done < bytes.count {
      var written = 0
      // SAFETY: the call reads what the buffer covers, and fills the integer.
      let code = unsafe bytes[done...].withUnsafeBytes {
        unsafe clinux_write_at(descriptor.rawValue, $0.baseAddress, $0.count, off_t(offset + done), &written)
      }
      guard code == 0, written > 0 else {
        return (done, pastLimit(code, offset + bytes.count, "can't write to the file"))
      }
      done += written
    }
    return (done, nil)
  }

  private func pastLimit(_ code: Int32, _ end: Int, _ what: String) -> MmapFileError {
    let errno = Errno(rawValue: code)
    guard errno == .fileTooLarge, end > OpenFile.sizeLimit else { return .system(errno, path, what) }
    return OpenFile.pastLimit(end, path)
  }
}
