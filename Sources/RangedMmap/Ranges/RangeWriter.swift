/// What a closure fills a range through: it appends, from the range's first byte to its last.
///
/// ``MmapFile/write(to:_:)`` lends one to its closure. It gives no span of its memory, and can't leave the closure: the
/// compiler refuses to keep it, to return it, and to capture it in a closure that escapes. Copies of it share one
/// position. To append beyond the end traps; ``remaining`` is how much is left.
@safe public struct RangeWriter: ~Escapable {
  // Copyable, and lent by value: Swift 6.3 lets a task capture a noncopyable parameter whose type is not written out,
  // and does not follow what is assigned out of an `inout` one. A copyable type it refuses; the cases are in
  // `MustNotCompile`.

  @usableFromInline let base: UnsafeMutableRawPointer
  // On the stack of `write(to:_:)`, which so knows how far the closure came.
  @usableFromInline let position: UnsafeMutablePointer<Int>
  /// The number of bytes that the range has.
  public let capacity: Int

  /// Makes a writer, which the memory and the position must outlive.
  @_lifetime(borrow position)
  init(_ memory: UnsafeMutableRawBufferPointer, _ position: UnsafeMutablePointer<Int>) {
    // SAFETY: memory in a mapping has an address, also where it has no bytes.
    unsafe base = memory.baseAddress.unsafelyUnwrapped
    unsafe self.position = position
    capacity = memory.count
  }

  /// The number of bytes that were appended.
  @inlinable
  public var count: Int {
    // SAFETY: the position outlives the writer, whose lifetime depends on it.
    unsafe position.pointee
  }

  /// The number of bytes that are still to come.
  @inlinable
  public var remaining: Int { capacity - count }

  @inlinable
  func advance(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let start = count
    precondition(byteCount >= 0 && byteCount <= capacity - start, "more bytes are appended than the range has")
    // SAFETY: the range has so many bytes more; the position outlives the writer.
    unsafe position.pointee = start + byteCount
    return unsafe base + start
  }
}

@available(*, unavailable)
extension RangeWriter: Sendable {}

extension RangeWriter {
  /// Appends one byte.
  ///
  /// - Complexity: O(1); no system call.
  @inlinable
  public func append(_ byte: UInt8) {
    // SAFETY: `advance` checks that there is room.
    unsafe advance(1).storeBytes(of: byte, as: UInt8.self)
  }

  /// Appends bytes: of an array, a slice, a `Data`, a string's `utf8`, or any other sequence.
  ///
  /// - Complexity: O(n) in the bytes; one copy from contiguous memory, a fill for `repeatElement`, else byte by byte.
  @inlinable
  public func append(contentsOf bytes: some Sequence<UInt8>) {
    if let same = bytes as? Repeated<UInt8> {
      append(repeating: same.repeatedValue, count: same.count)
      return
    }
    // SAFETY: the sequence keeps its storage until the closure ends.
    let isCopied: Void? = bytes.withContiguousStorageIfAvailable {
      unsafe append(contentsOf: UnsafeRawBufferPointer($0).bytes)
    }
    guard isCopied == nil else { return }
    for byte in bytes { append(byte) }
  }

  /// Appends the bytes of a span, as ``append(contentsOf:)-(RawSpan)``.
  @inlinable
  public func append(contentsOf bytes: Span<UInt8>) {
    // SAFETY: a UInt8 has no padding.
    unsafe append(contentsOf: bytes.bytes)
  }

  /// Appends the bytes of a span.
  ///
  /// - Complexity: O(n) in the bytes; one copy. No system call.
  @inlinable
  public func append(contentsOf bytes: RawSpan) {
    guard !bytes.isEmpty else { return }
    // SAFETY: `advance` checks that there is room; the source can't overlap, as the range has one owner.
    let place = unsafe advance(bytes.byteCount)
    unsafe bytes.withUnsafeBytes { source in
      unsafe place.copyMemory(from: source.baseAddress.unsafelyUnwrapped, byteCount: source.count)
    }
  }

  /// Appends one byte, `count` times.
  ///
  /// - Complexity: O(n) in the bytes; no source is made. No system call.
  @inlinable
  public func append(repeating byte: UInt8, count: Int) {
    // SAFETY: `advance` checks that there is room.
    unsafe advance(count).initializeMemory(as: UInt8.self, repeating: byte, count: count)
  }

  /// Appends an integer, its least significant byte first.
  ///
  /// - Complexity: O(n) in the bytes of the integer; no system call.
  @inlinable
  public func append<Value: FixedWidthInteger>(littleEndian value: Value) {
    // SAFETY: `advance` checks that there is room.
    let place = unsafe advance(Value.bitWidth / 8)
    for byte in 0..<Value.bitWidth / 8 {
      unsafe place.storeBytes(of: UInt8(truncatingIfNeeded: value >> (8 * byte)), toByteOffset: byte, as: UInt8.self)
    }
  }

  /// Appends an integer as ``append(littleEndian:)``, but its most significant byte first.
  @inlinable
  public func append(bigEndian value: some FixedWidthInteger) { append(littleEndian: value.byteSwapped) }

  /// Lends the memory of the bytes that come next to a closure, for code that fills memory by itself, as C does.
  ///
  /// # Safety
  /// The memory is the range's until the closure ends, and no longer; and as many bytes as the closure returns must be
  /// filled.
  ///
  /// - Parameters:
  ///   - count: The most bytes that are lent; no more than ``remaining``.
  ///   - body: Fills the memory from its start, and returns how many bytes it has filled.
  /// - Throws: What `body` throws; the memory then counts as not filled.
  /// - Complexity: O(1) and what `body` does; no copy, no system call.
  @unsafe
  public func append<Failure>(
    upTo count: Int, filledBy body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    precondition(count >= 0, "a number of bytes is not negative")
    // SAFETY: the count is no more than the capacity, and what is lent ends with the range; `advance` checks the rest.
    let start = unsafe base + self.count
    let memory = unsafe UnsafeMutableRawBufferPointer(start: start, count: min(count, remaining))
    let filled = try unsafe body(memory)
    precondition(filled <= memory.count, "more bytes were filled in than were lent")
    _ = unsafe advance(filled)
  }
}
