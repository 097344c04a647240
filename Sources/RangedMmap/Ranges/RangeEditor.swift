/// What a closure changes some bytes of a range through, and sees the others.
///
/// ``MmapFile/update(_:_:)-(PageRange<Stage>,_)`` lends one to its closure. Offsets are bytes, counted from the range's
/// start; one outside of the range traps. Like a ``RangeWriter`` it can't leave the closure.
///
/// Stores are made in place, in the order of the calls. If one fails, those that follow are left out, and `update`
/// throws when the closure has ended; a page that can't be read shows zeros until then.
@safe public struct RangeEditor: ~Escapable {
  // On the stack of `update(_:_:)`.
  private let edit: UnsafeMutablePointer<Edit>
  /// The number of bytes that the range has.
  public let count: Int

  /// What `update(_:_:)` and its editor share.
  struct Edit {
    let file: MmapFile
    let bytes: Range<Int>
    let epoch: Epoch
    var hasStored = false
    var lendings = 0
    var failure: MmapFileError?
  }

  @_lifetime(borrow edit)
  init(_ edit: UnsafeMutablePointer<Edit>) {
    // SAFETY: `update` keeps it, and the editor, whose lifetime depends on it, can't outlive it: here and below.
    unsafe self.edit = edit
    count = unsafe edit.pointee.bytes.count
  }

  private func place(_ offset: Int, _ byteCount: Int) -> Range<Int> {
    precondition(offset >= 0 && byteCount <= count - offset, "bytes outside of the range")
    // SAFETY: as in `init`.
    let start = unsafe edit.pointee.bytes.lowerBound + offset
    return start..<start + byteCount
  }
}

@available(*, unavailable)
extension RangeEditor: Sendable {}

extension RangeEditor {
  /// The byte at an offset.
  ///
  /// - Complexity: O(1), as ``load(littleEndianAt:as:)`` and ``store(littleEndian:at:)``.
  public subscript(offset: Int) -> UInt8 {
    get { load(littleEndianAt: offset, as: UInt8.self) }
    nonmutating set { store(littleEndian: newValue, at: offset) }
  }

  /// The integer that starts at an offset, its least significant byte first.
  ///
  /// - Complexity: O(n) in the bytes of the integer; no system call, but a fault where the page is not in memory.
  public func load<Value: FixedWidthInteger>(littleEndianAt offset: Int, as type: Value.Type = Value.self) -> Value {
    withBytes { $0.load(littleEndianAt: offset, as: type) }
  }

  /// The integer as ``load(littleEndianAt:as:)`` loads it, but its most significant byte first.
  public func load<Value: FixedWidthInteger>(bigEndianAt offset: Int, as type: Value.Type = Value.self) -> Value {
    withBytes { $0.load(bigEndianAt: offset, as: type) }
  }

  /// Lends the range's bytes as they are now to a closure, with no copy.
  ///
  /// To store while they are lent traps.
  ///
  /// - Parameter body: Reads the bytes.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  /// - Complexity: O(1) and what `body` does; no copy, no system call.
  public func withBytes<Result: ~Copyable, Failure>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: the range was consumed by `update`, whose closure is running; its editor stores nothing meanwhile.
    unsafe edit.pointee.lendings += 1
    defer { unsafe edit.pointee.lendings -= 1 }
    let (file, bytes) = unsafe (edit.pointee.file, edit.pointee.bytes)
    let memory = unsafe UnsafeRawBufferPointer(file.mapping.memory(bytes))
    return try body(unsafe Span(_unsafeBytes: memory))
  }

  /// Stores the bytes of any collection, as an array, a slice, a `Data` or a string's `utf8`, at an offset.
  ///
  /// - Complexity: O(n) in the bytes; as ``store(_:at:)-(RawSpan,_)``, with one more copy if they are not contiguous.
  public func store(_ bytes: some Collection<UInt8>, at offset: Int) {
    // SAFETY: the collection keeps its storage until the closure ends.
    let isStored: Void? = bytes.withContiguousStorageIfAvailable {
      unsafe store(UnsafeRawBufferPointer($0).bytes, at: offset)
    }
    if isStored == nil { store([UInt8](bytes), at: offset) }
  }

  /// Stores the bytes of a span, at an offset, as ``store(_:at:)-(RawSpan,_)``.
  public func store(_ bytes: Span<UInt8>, at offset: Int) {
    // SAFETY: a UInt8 has no padding.
    unsafe store(bytes.bytes, at: offset)
  }

  /// Stores the bytes of a span, at an offset.
  ///
  /// - Complexity: O(n) in the bytes; one copy, and one state stored a page. Where a page is not resident, or may have
  ///   no block, the system calls of ``MmapFile/write(_:to:)-(RawSpan,_)``.
  public func store(_ bytes: RawSpan, at offset: Int) {
    let place = place(offset, bytes.byteCount)
    // SAFETY: as in `init`, for each use of `edit` here.
    precondition(unsafe edit.pointee.lendings == 0, "bytes are stored while the range is lent")
    guard !place.isEmpty, unsafe edit.pointee.failure == nil else { return }
    let file = unsafe edit.pointee.file
    do throws(MmapFileError) {
      if file.mapping.mayHaveHoles { try file.mapping.prepare(place) }
    } catch {
      unsafe edit.pointee.failure = error
      return
    }
    do throws(MmapFileError) {
      // SAFETY: the source has as many bytes as the place, which lies in the range that `update` has consumed.
      try unsafe bytes.withUnsafeBytes { (source) throws(MmapFileError) in
        try unsafe file.mapping.copy(source, to: place)
      }
    } catch { unsafe edit.pointee.failure = error }
    // After a failure, too: some of the bytes may be in the file.
    unsafe edit.pointee.hasStored = true
    file.states.setWritten(Alignment.pages(of: place), since: unsafe edit.pointee.epoch)
  }

  /// Stores one byte `count` times, from an offset on.
  ///
  /// - Complexity: O(n) in the bytes; one copy, as ``store(_:at:)-(RawSpan,_)`` for each 64 KiB.
  public func store(repeating byte: UInt8, count: Int, at offset: Int) {
    precondition(count >= 0 && count <= self.count - max(offset, 0), "bytes outside of the range")
    let piece = [UInt8](repeating: byte, count: min(count, WriteStrategy.leastForCall))
    for start in stride(from: 0, to: count, by: max(1, piece.count)) {
      store(piece.span.extracting(first: min(piece.count, count - start)), at: offset + start)
    }
  }

  /// Stores an integer at an offset, its least significant byte first; else as ``store(_:at:)-(RawSpan,_)``.
  public func store<Value: FixedWidthInteger>(littleEndian value: Value, at offset: Int) {
    // SAFETY: the loop fills all of the bytes before they are used.
    unsafe withUnsafeTemporaryAllocation(byteCount: Value.bitWidth / 8, alignment: 1) { bytes in
      for byte in bytes.indices { unsafe bytes[byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
      unsafe store(UnsafeRawBufferPointer(bytes).bytes, at: offset)
    }
  }

  /// Stores an integer at an offset, its most significant byte first; else as ``store(_:at:)-(RawSpan,_)``.
  public func store(bigEndian value: some FixedWidthInteger, at offset: Int) {
    store(littleEndian: value.byteSwapped, at: offset)
  }
}
