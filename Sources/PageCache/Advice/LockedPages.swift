import CLinux
public import SystemPackage

/// Pages of a file that stay in memory as long as this value lives: mlock(2).
///
/// They are read first, and waited for. The lock is of a mapping that this value owns and ends with; several locks of the
/// same pages are independent. `evict` passes over them.
///
/// ```swift
/// let locked = try LockedPages(of: file, pages: 0..<16)
/// ```
public struct LockedPages: ~Copyable, Sendable {
  /// What locking them has changed; its pages are those that are locked.
  public let effect: Effect
  // None of no pages.
  private let window: FileWindow?

  /// Locks pages of a file.
  ///
  /// - Parameters:
  ///   - file: A regular file or block device that is open for reading.
  ///   - pages: Pages of 4096 bytes, counted from the start of the file; those behind its end are left out.
  /// - Throws: ``PageCacheError/lockLimit(_:)`` where this process may lock no more; ``PageCacheError/notOpenForReading``;
  ///   ``PageCacheError/notSupported`` where the file can't be mapped; ``PageCacheError/failed(_:)``.
  /// - Precondition: `pages` begins at 0 or behind.
  /// - Complexity: What reading the pages takes.
  public init(of file: FileDescriptor, pages: Range<Int>) throws(PageCacheError) {
    var made: FileWindow?
    let effect = try PageCache.measuring(file, pages) { paged, pages throws(PageCacheError) in
      guard paged.isForReading else { throw .notOpenForReading }
      let window = try FileWindow(reading: file, pages: pages)
      try window.lock()
      made = consume window
    }
    window = made.take()
    self.effect = effect
  }

  /// Lets some of the pages go again before the others: munlock(2).
  ///
  /// - Parameter pages: Pages of the file; those that are not locked here are left out.
  /// - Complexity: Two system calls.
  public func unlock(_ pages: Range<Int>) { window?.unlock(pages.clamped(to: effect.pages), from: effect.pages) }

  /// How many bytes this process may lock, in all: `RLIMIT_MEMLOCK`; `nil` for as many as there are.
  public static var limit: Int? {
    let limit = clinux_lock_limit()
    return limit > Int.max ? nil : Int(limit)
  }
}
