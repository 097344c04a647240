import SystemPackage

extension MmapFile {
  /// Lends the bytes of a range to a closure, with no copy.
  ///
  /// The span can't leave the closure. The range is borrowed for as long, so that no other thread writes it meanwhile;
  /// <doc:IfItDoesNotCompile> says what the compiler does not see of that.
  ///
  /// ```swift
  /// let sum = try file.withBytes(of: receipt) { bytes in
  ///   var sum = 0
  ///   for index in bytes.indices { sum += Int(bytes[index]) }
  ///   return sum
  /// }
  /// ```
  ///
  /// A span is no `Sequence`: what leaves the closure is copied out of it.
  ///
  /// ```swift
  /// let (name, values) = try file.withBytes(of: receipt) { bytes in
  ///   (String(copying: try UTF8Span(validating: bytes.extracting(0..<5))), bytes.indices.map { bytes[$0] })
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - range: Any of the three kinds; borrowed.
  ///   - body: Reads the bytes.
  /// - Returns: What `body` returns.
  /// - Throws: ``MmapFileError`` with `foreignRange`, `truncated`, `deleted`, `lost` or `system`, or the one that
  ///   `body` throws. A fault under the closure shows zeros to it and is thrown when it has ended.
  /// - Complexity: No system call; a page that is not in memory is read by the fault that touches it.
  public func withBytes<Stage, Result: ~Copyable>(
    of range: borrowing PageRange<Stage>, _ body: (Span<UInt8>) throws(MmapFileError) -> Result
  ) throws(MmapFileError) -> Result {
    try check(range)
    return try lend(range.byteRange, body)
  }

  /// Lends the bytes of a range to a closure that throws errors of its own; else it is the same.
  public func withBytes<Stage, Result: ~Copyable>(
    of range: borrowing PageRange<Stage>, _ body: (Span<UInt8>) throws -> Result
  ) throws -> Result {
    try check(range)
    return try lend(range.byteRange, body)
  }

  /// Lends bytes of a file that is open for reading only to a closure, with no copy.
  ///
  /// It is for files that do not change, or parts that do not: an index, a checksum. Other programs may write the file.
  /// What they write meanwhile changes what the closure sees, even between two loads of the same byte; ``peek(_:)``
  /// copies. Faults are absorbed as ever.
  ///
  /// ```swift
  /// let file = try MmapFile.openReadOnly(at: path)
  /// let magic = try file.withBytes(in: 0..<4) { bytes in bytes.load(bigEndianAt: 0, as: UInt32.self) }
  /// ```
  ///
  /// - Parameters:
  ///   - bytes: Offsets into the file, all inside of it; need no alignment.
  ///   - body: Reads the bytes.
  /// - Returns: What `body` returns.
  /// - Throws: ``MmapFileError`` with `openForWriting`, `outOfBounds`, `truncated`, `deleted`, `lost` or `system`, or
  ///   the one that `body` throws.
  /// - Complexity: O(1) and what `body` does; no system call, but a fault for each page that is not in memory.
  public func withBytes<Result: ~Copyable>(
    in bytes: Range<Int>, _ body: (Span<UInt8>) throws(MmapFileError) -> Result
  ) throws(MmapFileError) -> Result {
    try checkReadOnly(bytes)
    return try lend(bytes, body)
  }

  /// Lends bytes of a file that is open for reading only to a closure that throws errors of its own; else it is the
  /// same.
  public func withBytes<Result: ~Copyable>(
    in bytes: Range<Int>, _ body: (Span<UInt8>) throws -> Result
  ) throws -> Result {
    try checkReadOnly(bytes)
    return try lend(bytes, body)
  }

  private func checkReadOnly(_ bytes: Range<Int>) throws(MmapFileError) {
    guard !isWritable else {
      throw MmapFileError(
        .openForWriting, path: path, bytes: bytes, "is open for writing: its bytes belong to the owner of their range",
        remedy: "use `withBytes(of:)` with the range, or `peek`, or open the file with `openReadOnly`")
    }
    guard bytes.lowerBound >= 0, bytes.upperBound <= size else {
      throw MmapFileError(
        .outOfBounds, path: path, bytes: bytes, "the file has \(size) bytes",
        remedy: "ask for bytes that lie in the file")
    }
  }

  // Lends bytes that no thread may write meanwhile, and checks afterwards whether a fault has hidden them.
  func lend<Result: ~Copyable>(
    _ bytes: Range<Int>, _ body: (Span<UInt8>) throws(MmapFileError) -> Result
  ) throws(MmapFileError) -> Result {
    try mapping.checkAttached(bytes)
    // SAFETY: the mapping outlives this call, and the caller keeps writers away.
    let memory = unsafe UnsafeRawBufferPointer(mapping.memory(bytes))
    let result = try body(unsafe Span(_unsafeBytes: memory))
    try mapping.checkAttached(bytes)
    return result
  }

  func lend<Result: ~Copyable>(_ bytes: Range<Int>, _ body: (Span<UInt8>) throws -> Result) throws -> Result {
    try mapping.checkAttached(bytes)
    // SAFETY: the mapping outlives this call, and the caller keeps writers away.
    let memory = unsafe UnsafeRawBufferPointer(mapping.memory(bytes))
    let result = try body(unsafe Span(_unsafeBytes: memory))
    try mapping.checkAttached(bytes)
    return result
  }

  /// Copies the bytes of a range into a buffer that must have room for all of them.
  ///
  /// - Parameters:
  ///   - range: Any of the three kinds; borrowed.
  ///   - buffer: At least `range.count` bytes; what lies after is left alone.
  /// - Returns: The number of bytes read, `range.count`.
  /// - Throws: ``MmapFileError`` with `bufferTooSmall`, and all that ``withBytes(of:_:)-(_,(Span<UInt8>)->Result)``
  ///   throws of its own. After a fault the buffer holds zeros where the file could not be reached.
  /// - Complexity: O(n) in the bytes; one copy. No system call, but a fault for each page that is not in memory.
  @discardableResult
  public func read<Stage>(
    _ range: borrowing PageRange<Stage>, into buffer: inout MutableRawSpan
  ) throws(MmapFileError) -> Int {
    try check(range)
    guard buffer.byteCount >= range.count else { throw tooSmall(buffer.byteCount, range.byteRange) }
    try mapping.checkAttached(range.byteRange)
    // SAFETY: the room was checked; the source is mapped, and its range is borrowed.
    let memory = unsafe UnsafeRawBufferPointer(mapping.memory(range.byteRange))
    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyMemory(from: memory) }
    try mapping.checkAttached(range.byteRange)
    return range.count
  }

  /// Copies the bytes of a range into an array, as ``read(_:into:)-(_,MutableRawSpan)``.
  @discardableResult
  public func read<Stage>(
    _ range: borrowing PageRange<Stage>, into buffer: inout [UInt8]
  ) throws(MmapFileError) -> Int {
    var span = buffer.mutableSpan
    // SAFETY: any byte is a valid UInt8.
    var bytes = unsafe span.mutableBytes
    return try read(range, into: &bytes)
  }

  /// Copies the bytes of a range into any collection that has room for them: a slice, a `Data`, an unsafe buffer.
  ///
  /// - Complexity: O(n) in the bytes; one copy, byte by byte if the room is not contiguous. No system call.
  @discardableResult
  public func read<Stage>(
    _ range: borrowing PageRange<Stage>, into buffer: inout some MutableCollection<UInt8>
  ) throws(MmapFileError) -> Int {
    try check(range)
    let room = buffer.count
    guard room >= range.count else { throw tooSmall(room, range.byteRange) }
    return try lend(range.byteRange) { (bytes) throws(MmapFileError) in
      // SAFETY: the room was checked.
      let isCopied: Void? = unsafe buffer.withContiguousMutableStorageIfAvailable { target in
        unsafe bytes.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
      }
      guard isCopied == nil else { return bytes.count }
      var place = buffer.startIndex
      for index in bytes.indices {
        buffer[place] = bytes[index]
        buffer.formIndex(after: &place)
      }
      return bytes.count
    }
  }

  /// Reads what the file holds now, while other threads may write it: pread(2).
  ///
  /// It goes through the page cache, which a mapping shares, so it sees every byte that was stored, and can neither
  /// fault nor disturb a writer. It is for observers; a page that is being written may be seen half done.
  ///
  /// - Parameter bytes: Offsets into the file; those after its end are left out.
  /// - Returns: The bytes, fewer than asked for where the file ends.
  /// - Throws: ``MmapFileError`` with `system`.
  /// - Complexity: A system call, an array and a copy.
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

  private func tooSmall(_ room: Int, _ bytes: Range<Int>) -> MmapFileError {
    MmapFileError(
      .bufferTooSmall, path: path, bytes: bytes, "the buffer holds \(room) bytes and the range has \(bytes.count)",
      remedy: "give a buffer of at least \(bytes.count) bytes")
  }
}
