public import SystemPackage

/// The same mapped file without the types: any bytes, at any time, on the caller's word.
///
/// It is for programs that keep track themselves of who writes where. Nothing here checks for overlap, so every member
/// that touches bytes is `@unsafe`. All else is as with ``MmapFile``: blocks reserved, the lock, faults as errors, page
/// states, a failed sync that is not forgotten. It is a reference; copies share one mapping.
///
/// Offsets and lengths are bytes, and need no alignment.
///
/// ```swift
/// let file = try UnsafeMmapFile.create(at: path, size: 1 << 20)
/// let bytes: [UInt8] = [1, 2, 3]
/// try unsafe file.writeAllBytes(bytes, at: 4094)  // may straddle pages
/// try file.sync(4094..<4097)
/// ```
///
/// States are kept for pages, not for bytes: one byte written makes its whole page `written`. So after a loss write
/// the whole of each *lost* page again.
public struct UnsafeMmapFile: Sendable {
  let file: MmapFile

  /// Gives access to an open file without its types; both share one mapping, and the states.
  ///
  /// # Safety
  /// The ranges that the file's allocator has handed out are no longer safe from writes through this.
  @unsafe
  public init(sharing file: MmapFile) { self.file = file }

  /// Creates a file and maps it; see ``MmapFile/create(at:size:allocator:storage:replacing:)-(FilePath,_,_,_,_)``.
  public static func create(
    at path: FilePath, size: Int, storage: Storage = .preallocated, replacing: Bool = false
  ) throws(MmapFileError) -> UnsafeMmapFile {
    // SAFETY: the allocator is dropped, so no range is handed out.
    unsafe UnsafeMmapFile(
      sharing: try MmapFile.create(at: path, size: size, storage: storage, replacing: replacing).file)
  }

  /// Maps an existing file for writing; see ``MmapFile/open(at:allocator:)-(FilePath,_)``.
  public static func open(at path: FilePath) throws(MmapFileError) -> UnsafeMmapFile {
    // SAFETY: the allocator is dropped, so no range is handed out.
    unsafe UnsafeMmapFile(sharing: try MmapFile.open(at: path).file)
  }

  /// The size in bytes that the file had when it was opened; it never changes.
  public var size: Int { file.size }

  /// The states of all pages; a page of which any byte was written is `written`.
  public var states: PageStates { file.states }
}

extension UnsafeMmapFile {
  /// Writes as many of the bytes as fit before the end of the file; a negative offset traps.
  ///
  /// # Safety
  /// No other thread may read or write these bytes of the mapping meanwhile.
  ///
  /// - Parameters:
  ///   - bytes: What to write.
  ///   - offset: Where; 0 or more.
  /// - Returns: How many were written: 0 at or past the end.
  /// - Throws: ``MmapFileError`` with `readOnly`, `noSpace`, `truncated`, `deleted`, `lost` or `system`.
  /// - Complexity: As ``MmapFile/write(_:to:)-(RawSpan,_)``.
  @unsafe
  @discardableResult
  public func writeBytes(_ bytes: RawSpan, at offset: Int) throws(MmapFileError) -> Int {
    precondition(offset >= 0, "an offset is not negative")
    let start = min(offset, size)
    let count = min(bytes.byteCount, size - start)
    try change(start..<start + count) { (place) throws(MmapFileError) in
      // SAFETY: so many bytes are there, and fit.
      try unsafe bytes.withUnsafeBytes { (source) throws(MmapFileError) in
        try unsafe file.mapping.copy(UnsafeRawBufferPointer(rebasing: source[..<count]), to: place)
      }
    }
    return count
  }

  /// Writes all of the bytes, or none if they do not fit before the end of the file.
  ///
  /// # Safety
  /// No other thread may read or write these bytes of the mapping meanwhile.
  ///
  /// - Parameters:
  ///   - bytes: What to write.
  ///   - offset: Where; 0 or more.
  /// - Throws: ``MmapFileError`` with `lengthMismatch` if they do not fit or the offset is negative, and all that
  ///   ``writeBytes(_:at:)`` throws.
  /// - Complexity: As ``writeBytes(_:at:)``.
  @unsafe
  public func writeAllBytes(_ bytes: RawSpan, at offset: Int) throws(MmapFileError) {
    guard offset >= 0, bytes.byteCount <= size - offset else {
      throw MmapFileError(
        .lengthMismatch, path: file.path, "\(bytes.byteCount) bytes at offset \(offset) end after \(size)",
        remedy: "write what fits before the end; a mapped file does not grow")
    }
    // SAFETY: the caller keeps other threads away from the bytes.
    _ = try unsafe writeBytes(bytes, at: offset)
  }

  /// Writes all of the bytes of an array, a slice, a `Data` or any other collection, or none if they do not fit.
  ///
  /// # Safety
  /// No other thread may read or write these bytes of the mapping meanwhile.
  ///
  /// - Throws: ``MmapFileError``, as ``writeAllBytes(_:at:)-(RawSpan,_)``.
  /// - Complexity: As ``writeBytes(_:at:)``, with one more copy if the bytes are not contiguous.
  @unsafe
  public func writeAllBytes(_ bytes: some Collection<UInt8>, at offset: Int) throws(MmapFileError) {
    var failure: MmapFileError?
    // SAFETY: the caller keeps other threads away; the storage is the collection's until the closure ends.
    let isWritten: Void? = bytes.withContiguousStorageIfAvailable { bytes in
      do throws(MmapFileError) {
        try unsafe writeAllBytes(UnsafeRawBufferPointer(bytes).bytes, at: offset)
      } catch { failure = error }
    }
    if isWritten == nil { try unsafe writeAllBytes([UInt8](bytes).span.bytes, at: offset) }
    if let failure { throw failure }
  }

  /// Reads as many bytes as the buffer holds and the file has from an offset on.
  ///
  /// A negative offset traps.
  ///
  /// # Safety
  /// No thread may write these bytes of the mapping meanwhile; ``MmapFile/peek(_:)`` needs no such promise.
  ///
  /// - Parameters:
  ///   - offset: Where; 0 or more.
  ///   - buffer: Filled from its start.
  /// - Returns: How many were read: 0 at or past the end.
  /// - Throws: ``MmapFileError`` with `truncated`, `deleted`, `lost` or `system`.
  /// - Complexity: A copy, with no system call; a page that is not in memory is read by the fault that touches it.
  @unsafe
  public func readBytes(at offset: Int, into buffer: inout MutableRawSpan) throws(MmapFileError) -> Int {
    precondition(offset >= 0, "an offset is not negative")
    let start = min(offset, size)
    let wanted = start..<start + min(buffer.byteCount, size - start)
    try file.mapping.checkAttached(wanted)
    // SAFETY: the mapping outlives this call, the caller keeps writers away, and the buffer has the room.
    let memory = unsafe UnsafeRawBufferPointer(file.mapping.memory(wanted))
    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyMemory(from: memory) }
    try file.mapping.checkAttached(wanted)
    return wanted.count
  }

  /// Lends bytes of the file to a closure, with no copy; offsets outside of the file trap.
  ///
  /// # Safety
  /// No thread may write these bytes of the mapping meanwhile.
  ///
  /// - Parameters:
  ///   - bytes: Offsets, inside the file.
  ///   - body: Reads the bytes; the span can't leave it.
  /// - Returns: What `body` returns.
  /// - Throws: ``MmapFileError`` with `truncated`, `deleted`, `lost` or `system`, or the one that `body` throws.
  /// - Complexity: O(1) and what `body` does; no copy, no system call.
  @unsafe
  public func withBytes<Result: ~Copyable>(
    in bytes: Range<Int>, _ body: (Span<UInt8>) throws(MmapFileError) -> Result
  ) throws(MmapFileError) -> Result {
    try file.lend(bytes, body)
  }

  /// Lends bytes of the file to a closure that throws errors of its own; else it is the same.
  ///
  /// # Safety
  /// No thread may write these bytes of the mapping meanwhile.
  ///
  /// - Throws: What `body` throws, or ``MmapFileError`` as for a closure that throws nothing.
  @unsafe
  public func withBytes<Result: ~Copyable>(
    in bytes: Range<Int>, _ body: (Span<UInt8>) throws -> Result
  ) throws -> Result {
    try file.lend(bytes, body)
  }

  /// Sets every byte of the file.
  ///
  /// # Safety
  /// No other thread may read or write the mapping meanwhile.
  ///
  /// - Parameter byte: What each byte becomes.
  /// - Throws: ``MmapFileError``, as ``writeBytes(_:at:)``.
  /// - Complexity: As a write of all of the file.
  @unsafe
  public func fill(_ byte: UInt8) throws(MmapFileError) {
    try change(0..<size) { (bytes) throws(MmapFileError) in
      try file.mapping.prepare(bytes)
      // SAFETY: the bytes are the whole mapping, from which the caller keeps other threads away.
      _ = unsafe file.mapping.memory(bytes).initializeMemory(as: UInt8.self, repeating: byte)
    }
  }

  /// Sets every byte of the file to 0.
  ///
  /// # Safety
  /// No other thread may read or write the mapping meanwhile.
  ///
  /// - Throws: ``MmapFileError``, as ``writeBytes(_:at:)``.
  /// - Complexity: As ``fill(_:)``.
  @unsafe
  public func zero() throws(MmapFileError) { try unsafe fill(0) }

  /// The first byte of the mapping, for reading.
  ///
  /// # Safety
  /// Valid for ``size`` bytes and as long as a copy of this value lives. No thread may write what is read. A fault, as
  /// after a truncation, shows zeros instead of ending the process, and no error reports it.
  @unsafe
  public var pointer: UnsafeRawPointer { unsafe UnsafeRawPointer(file.mapping.base) }

  /// The first byte of the mapping, for writing; `nil` if the file was opened for reading.
  ///
  /// # Safety
  /// As ``pointer``, and no other thread may use what is written. Page states know nothing of such writes: they are
  /// durable after ``syncAll()`` all the same, but show as they were. In a sparse file a full disk is a fault.
  @unsafe
  public var mutablePointer: UnsafeMutableRawPointer? { unsafe file.isWritable ? file.mapping.base : nil }

  private func change(_ bytes: Range<Int>, _ body: (Range<Int>) throws(MmapFileError) -> Void) throws(MmapFileError) {
    guard file.isWritable else { throw file.notWritable() }
    guard !bytes.isEmpty else { return }
    // A write of a part leaves a lost page lost.
    let edges = [bytes.lowerBound / Alignment.page, (bytes.upperBound - 1) / Alignment.page]
    let stillLost = edges.filter { page in
      let whole = page * Alignment.page..<min((page + 1) * Alignment.page, size)
      return states[page] == .lost && !(bytes.lowerBound <= whole.lowerBound && whole.upperBound <= bytes.upperBound)
    }
    defer { for page in stillLost { states.set(page..<page + 1, to: StateByte(.lost)) } }
    try file.store(in: bytes, body)
  }

  /// Starts writeback of everything that was written; see ``MmapFile/flush()``.
  public func flush() throws(MmapFileError) { try file.flush() }

  /// Starts writeback of some bytes' pages and does not wait for it: sync_file_range(2).
  ///
  /// - Parameter bytes: Offsets, inside the file.
  /// - Throws: ``MmapFileError`` with `readOnly`, `noSpace` or `system`.
  /// - Complexity: As ``MmapFile/flush(_:)``.
  public func flush(_ bytes: Range<Int>) throws(MmapFileError) { try file.flushUnowned(bytes) }

  /// Waits until everything that was written before the call is durable; see ``MmapFile/syncAll()``.
  public func syncAll() throws(MmapFileError) { try file.syncAll() }

  /// Waits until what was written to some bytes' pages before the call is durable.
  ///
  /// Of these and of ``syncAll()`` only one runs at a time in a file; a second waits.
  ///
  /// - Parameter bytes: Offsets, inside the file.
  /// - Throws: ``MmapFileError``, as ``MmapFile/syncAll()``.
  /// - Complexity: The system calls of ``MmapFile/sync(_:)``.
  public func sync(_ bytes: Range<Int>) throws(MmapFileError) { try file.syncUnowned(bytes) }
}
