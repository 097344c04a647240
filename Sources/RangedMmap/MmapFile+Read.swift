import SystemPackage

// Reading: of ranges, through the mapping; of anything, through the page cache.

extension MmapFile {
  /// Lends the bytes of a range to a closure, with no copy.
  ///
  /// The span can't leave the closure. The range is borrowed for as long, so that nobody writes it meanwhile. No
  /// system call is made; a page that is not in memory is read by the fault that touches it.
  ///
  /// ```swift
  /// let sum = try file.withBytes(of: receipt) { bytes in
  ///   var sum = 0
  ///   for index in 0..<bytes.byteCount {
  ///     sum += Int(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
  ///   }
  ///   return sum
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - range: Any of the three kinds; borrowed.
  ///   - body: Reads the bytes.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, or ``MmapFileError`` with `foreignRange`, `truncated`, `deleted`, `lost` or
  ///   `system`; a fault under the closure shows zeros to it and is thrown when it has ended.
  public func withBytes<Stage, Result: ~Copyable>(
    of range: borrowing PageRange<Stage>, _ body: (RawSpan) throws -> Result
  ) throws -> Result {
    try check(range)
    try mapping.checkAttached(range.byteRange)
    let memory = unsafe UnsafeRawBufferPointer(mapping.memory(range.byteRange))
    // SAFETY: the mapping outlives this call, and the borrowed range keeps writers away.
    let result = try body(unsafe RawSpan(_unsafeBytes: memory))
    try mapping.checkAttached(range.byteRange)
    return result
  }

  /// Copies the bytes of a range into a buffer that must have room for all of them.
  ///
  /// - Parameters:
  ///   - range: Any of the three kinds; borrowed.
  ///   - buffer: At least `range.count` bytes; what lies after is left alone.
  /// - Returns: The number of bytes read, `range.count`.
  /// - Throws: ``MmapFileError`` with `bufferTooSmall`, and all that ``withBytes(of:_:)`` throws of its own. After a
  ///   fault the buffer holds zeros where the file could not be reached.
  @discardableResult
  public func read<Stage>(
    _ range: borrowing PageRange<Stage>, into buffer: inout MutableRawSpan
  ) throws(MmapFileError) -> Int {
    try check(range)
    guard buffer.byteCount >= range.count else {
      throw MmapFileError(
        .bufferTooSmall, path: path, bytes: range.byteRange,
        "the buffer holds \(buffer.byteCount) bytes and the range has \(range.count)",
        remedy: "give a buffer of at least \(range.count) bytes")
    }
    try mapping.checkAttached(range.byteRange)
    let memory = unsafe UnsafeRawBufferPointer(mapping.memory(range.byteRange))
    // SAFETY: the room was checked; the source is mapped, and borrowed from whoever could write it.
    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyMemory(from: memory) }
    try mapping.checkAttached(range.byteRange)
    return range.count
  }

  /// Copies the bytes of a range into an array that must have room for all of them.
  ///
  /// - Parameters:
  ///   - range: Any of the three kinds; borrowed.
  ///   - buffer: At least `range.count` bytes; what lies after is left alone.
  /// - Returns: The number of bytes read, `range.count`.
  /// - Throws: ``MmapFileError``, as ``read(_:into:)-(_,MutableRawSpan)``.
  @discardableResult
  public func read<Stage>(
    _ range: borrowing PageRange<Stage>, into buffer: inout [UInt8]
  ) throws(MmapFileError) -> Int {
    var span = buffer.mutableSpan
    // SAFETY: any byte is a valid UInt8.
    var bytes = unsafe span.mutableBytes
    return try read(range, into: &bytes)
  }

  /// Reads what the file holds now, whoever owns the range and may be writing it: pread(2).
  ///
  /// It goes through the page cache, which a mapping shares, so it sees every byte that was stored, and can neither
  /// fault nor disturb a writer. It is for looking on; a page that is being written may be seen half done. The cost is
  /// an array and a copy.
  ///
  /// - Parameter bytes: Offsets into the file; those after its end are left out.
  /// - Returns: The bytes, fewer than asked for where the file ends.
  /// - Throws: ``MmapFileError`` with `system`.
  public func peek(_ bytes: Range<Int>) throws(MmapFileError) -> [UInt8] {
    let wanted = bytes.clamped(to: 0..<size)
    do {
      // SAFETY: `count` counts what pread has filled in.
      return try unsafe [UInt8](unsafeUninitializedCapacity: wanted.count) { buffer, count in
        while count < wanted.count {
          // SAFETY: the rest of the buffer is that long.
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
          let position = Int64(wanted.lowerBound + count)
          let read = try unsafe descriptor.read(fromAbsoluteOffset: position, into: rest)
          if read == 0 { break }
          count += read
        }
      }
    } catch {
      throw .system(error as? Errno ?? .ioError, path, "can't read the file", bytes: wanted)
    }
  }
}
