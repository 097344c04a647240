/// What a closure fills a range through: it appends, from the range's first byte to its last.
///
/// ``MmapFile/write(to:_:)`` lends one to its closure. It gives no span of its memory, and can't leave the closure: the
/// compiler refuses to keep it, to return it, and to capture it in a closure that escapes. Copies of it share one
/// position. To append beyond the end traps; ``remaining`` is how much is left.
///
/// - Complexity: Each append is a copy and an addition, with no system call.
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
  public var count: Int { unsafe position.pointee }

  /// The number of bytes that are still to come.
  @inlinable
  public var remaining: Int { capacity - count }

  @inlinable
  func advance(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let start = count
    precondition(byteCount >= 0 && byteCount <= capacity - start, "more bytes are appended than the range has")
    unsafe position.pointee = start + byteCount
    return unsafe base + start
  }
}

@available(*, unavailable)
extension RangeWriter: Sendable {}

// MARK: - Appending

extension RangeWriter {
  /// Appends one byte.
  @inlinable
  public func append(_ byte: UInt8) {
    // SAFETY: `advance` has checked that there is room for it, here and below.
    unsafe advance(1).storeBytes(of: byte, as: UInt8.self)
  }

  /// Appends bytes: of an array, a slice, a `Data`, a string's `utf8`, or any other sequence.
  ///
  /// Where they lie in memory one after the other it is one copy, and `repeatElement` needs none; others come one by
  /// one.
  @inlinable
  public func append(contentsOf bytes: some Sequence<UInt8>) {
    if let same = bytes as? Repeated<UInt8> {
      append(repeating: same.repeatedValue, count: same.count)
      return
    }
    let isCopied: Void? = bytes.withContiguousStorageIfAvailable {
      unsafe append(contentsOf: UnsafeRawBufferPointer($0).bytes)
    }
    guard isCopied == nil else { return }
    for byte in bytes { append(byte) }
  }

  /// Appends the bytes of a span.
  @inlinable
  public func append(contentsOf bytes: Span<UInt8>) {
    // SAFETY: a UInt8 has no padding.
    unsafe append(contentsOf: bytes.bytes)
  }

  /// Appends the bytes of a span.
  @inlinable
  public func append(contentsOf bytes: RawSpan) {
    guard !bytes.isEmpty else { return }
    let place = unsafe advance(bytes.byteCount)
    unsafe bytes.withUnsafeBytes { source in
      // SAFETY: `advance` made room for as many; the source can't overlap, as the range has one owner.
      unsafe place.copyMemory(from: source.baseAddress.unsafelyUnwrapped, byteCount: source.count)
    }
  }

  /// Appends one byte, `count` times.
  @inlinable
  public func append(repeating byte: UInt8, count: Int) {
    unsafe advance(count).initializeMemory(as: UInt8.self, repeating: byte, count: count)
  }

  /// Appends an integer, its least significant byte first.
  @inlinable
  public func append<Value: FixedWidthInteger>(littleEndian value: Value) {
    let place = unsafe advance(Value.bitWidth / 8)
    for byte in 0..<Value.bitWidth / 8 {
      unsafe place.storeBytes(of: UInt8(truncatingIfNeeded: value >> (8 * byte)), toByteOffset: byte, as: UInt8.self)
    }
  }

  /// Appends an integer, its most significant byte first.
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
  @unsafe
  public func append<Failure>(
    upTo count: Int, filledBy body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    precondition(count >= 0, "a number of bytes is not negative")
    let start = unsafe base + self.count
    let memory = unsafe UnsafeMutableRawBufferPointer(start: start, count: min(count, remaining))
    let filled = try unsafe body(memory)
    precondition(filled <= memory.count, "more bytes were filled in than were lent")
    _ = unsafe advance(filled)
  }
}
