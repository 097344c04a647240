public import SystemPackage

/// What went wrong with a mapped file, where, and what can be done about it.
///
/// When a step that consumes a range fails, the error holds the range: ``range()`` and ``takeRange()`` give it back to
/// be written again. A receipt that is still good, as one that was given to the wrong file, comes back as what it was:
/// ``takeReceipt()``. <doc:SurvivingFaults> lists the failures and what to do about each.
///
/// ```swift
/// do {
///   let flushed = try file.sync(receipt)
///   print("durable:", flushed.byteRange)
/// } catch {
///   let range = try error.range()  // throws the error itself if it holds none
///   let receipt = try file.write(bytes, to: range)  // there is no receipt to try again: the bytes may be gone
///   try file.flush(receipt)
/// }
/// ```
///
/// A range that is left in the error is not lost with it: see ``MmapFile/takeAbandoned()``.
public struct MmapFileError: Error, Sendable {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// A file of no bytes was asked for, or of more than the file system holds in one file or the process may write
    /// (`RLIMIT_FSIZE`).
    case invalidSize
    /// The file has no bytes: there is nothing to map.
    case emptyFile
    /// The path names a directory, a device, a pipe, a socket, or a file that the kernel makes up as it is read, such
    /// as those of `/proc`.
    case notRegularFile
    /// The path is a symbolic link that leads nowhere.
    case danglingLink
    /// The file exists and was not to be replaced.
    case alreadyExists
    /// Another mapping has the file for writing, in this process or another, and holds its lock.
    case locked
    /// The file was opened for reading only.
    case readOnly
    /// The file is open for writing: its bytes are read through the ranges that own them.
    case openForWriting
    /// Some of the bytes do not lie in the file.
    case outOfBounds
    /// The pages hold no data: they are a hole of the file, or blocks that were only reserved.
    case noData
    /// The file system has no room, or the user's quota is used up.
    case noSpace
    /// The file system can't reserve blocks: only a file with ``Storage/sparse`` can be made there.
    case cannotReserve
    /// The file system can't punch holes, or the file is not one whose blocks it gives up.
    case cannotPunch
    /// The bytes given are not as many as the range holds.
    case lengthMismatch
    /// The buffer is smaller than the range.
    case bufferTooSmall
    /// The closure that fills a range left some of it unwritten, or threw.
    case incompleteWrite
    /// The range belongs to another file, or to an earlier opening of this one.
    case foreignRange
    /// The file no longer covers the bytes: it was cut short.
    case truncated
    /// No name leads to the file any more: what is written to it goes when it is closed.
    case deleted
    /// The bytes did not become durable or could not be reached, and won't be unless they are written again.
    case lost
    /// Which pages are stored to can't be known here: the kernel has no means, or does not grant them.
    case cannotWatchStores
    /// Any other error of the system; see ``MmapFileError/errno``.
    case system
  }

  /// The kind of failure.
  public let code: Code
  /// The system's own code, where a system call failed.
  public let errno: Errno?
  /// The file, by the path that it was opened by.
  public let path: FilePath
  /// The bytes concerned, as offsets into the file; `nil` if it is not about some of them.
  public let byteRange: Range<Int>?
  /// What happened, in words, without the path.
  public let message: String
  /// What to do next, in the terms of this library.
  public let remedy: String?
  /// What the closure that was to fill a range threw, if it threw.
  public let cause: (any Error)?
  private let returned: ReturnedRange?

  init(
    _ code: Code, path: FilePath, errno: Errno? = nil, bytes: Range<Int>? = nil, _ message: String,
    remedy: String? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.path = path
    self.errno = errno
    self.byteRange = bytes
    self.message = message
    self.remedy = remedy
    self.cause = cause
    returned = nil
  }

  // The same failure, with the range that the failed step had consumed.
  init<Stage>(_ error: MmapFileError, returning range: consuming PageRange<Stage>) {
    code = error.code
    errno = error.errno
    path = error.path
    byteRange = range.byteRange
    message = error.message
    remedy = error.remedy
    cause = error.cause
    returned = ReturnedRange(range)
  }
}

extension MmapFileError {
  /// Gives back the range that the failed step consumed, ready to be written again, or throws this error.
  ///
  /// - Returns: The range for the first caller.
  /// - Throws: This error, for all others, and if the step consumed none.
  /// - Complexity: An atomic exchange, and one store a page for a receipt.
  public func range() throws(MmapFileError) -> AllocatedRange {
    guard let range = takeRange() else { throw self }
    return range
  }

  /// Gives back the range that the failed step consumed, ready to be written again.
  ///
  /// An error can be copied and a range can't: the copies of one error share one range. A receipt comes back as if it
  /// had been given to `reuse`; ``takeReceipt()`` gives it back as what it was.
  ///
  /// - Returns: The range for the first caller; `nil` for all others, and if the step consumed none.
  /// - Complexity: An atomic exchange, and one store a page for a receipt.
  public func takeRange() -> AllocatedRange? { returned?.takeAllocated() }

  /// Gives back the receipt that the failed step consumed, if it is as good as before.
  ///
  /// It is so when the step was refused before it did anything, as where the receipt is another file's. After a sync
  /// that failed there is no receipt any more, because the bytes may be gone.
  ///
  /// - Returns: The receipt for the first caller; `nil` for all others, and if the error holds none.
  /// - Complexity: An atomic exchange.
  public func takeReceipt() -> WriteReceipt? { returned?.take() }

  /// Gives back the durable range that the failed step consumed, if nothing was changed in it.
  ///
  /// - Returns: The range for the first caller; `nil` for all others, and if the error holds none.
  /// - Complexity: An atomic exchange.
  public func takeFlushed() -> FlushedRange? { returned?.take() }
}

extension MmapFileError: CustomStringConvertible {
  /// One line: the path, what happened, where, and what to do next.
  public var description: String {
    var line = "\(path): \(message)"
    if let errno { line += " (\(errno))" }
    if let byteRange { line += ", bytes \(byteRange.lowerBound)..<\(byteRange.upperBound)" }
    if let remedy { line += "; \(remedy)" }
    return line
  }
}

extension MmapFileError {
  /// The failure of a system call, classified by its errno.
  static func system(_ errno: Errno, _ path: FilePath, _ what: String, bytes: Range<Int>? = nil) -> Self {
    switch errno {
    case .noSpace, .diskQuotaExceeded:
      return Self(
        .noSpace, path: path, errno: errno, bytes: bytes, what,
        remedy: "free some space, or ask for a smaller file")
    case .fileTooLarge:
      return Self(
        .invalidSize, path: path, errno: errno, bytes: bytes, what,
        remedy: "the file system holds no file of that size: ask for a smaller one")
    default: return Self(.system, path: path, errno: errno, bytes: bytes, what)
    }
  }
}
