import Glibc
public import SystemPackage

/// How many pages of a range the kernel holds in its page cache, and in which state; units of 4096 bytes.
///
/// Where the system's pages are larger, each counts as several. The words are those of cachestat(2).
public struct CacheCounts: Sendable, Equatable {
  /// Pages that are in memory.
  public var cached = 0
  /// Pages in memory that differ from the disk.
  public var dirty = 0
  /// Pages that are being written to the disk now.
  public var writeback = 0
  /// Pages that were in memory once and were evicted.
  public var evicted = 0
  /// Those of them that were evicted so recently that reading them again shows memory to be short.
  public var recentlyEvicted = 0
}

/// What the kernel knows of a file's pages, and acting on them, without root.
///
/// A query changes nothing; what acts says so.
///
/// Pages are pages of ``pageSize`` bytes, counted from the start of the file; offsets are bytes from there. A range may
/// reach behind the file's end, as far as an `Int` does: nothing is cached there, and all is hole. A range that begins
/// below 0 is a mistake of the program and traps, with a message that names the argument.
///
/// Any number of threads may call all of it, with one descriptor too. The caller keeps the descriptor open until the
/// call returns. Nothing is cached between two calls.
public enum PageCache {
  /// How much mincore(2) may scan at once, in bytes: 12 ms for a GiB whatever is cached, so 0.2 s, the longest that a
  /// person should wait for an answer.
  package static let mostScanned = 16 << 30

  /// The size of a page in bytes, as this library counts them, whatever the system's own is.
  public static let pageSize = 4096

  /// Counts the pages of a range that are cached, dirty and in writeback: cachestat(2).
  ///
  /// What can't be counted is not called zero: before, fcntl(2), statx(2) and fstatfs(2) show what the file is. On a
  /// file system that may not have pages of its own, as FUSE, a zero counts only if no page of the range is resident
  /// either.
  ///
  /// - Parameters:
  ///   - file: An open regular file or block device that the caller owns or may write.
  ///   - bytes: Offsets into the file; the kernel counts every page that they touch.
  /// - Returns: The counts at one moment of the recent past; all of them 0 for no bytes.
  /// - Throws: ``PageCacheError/kernelTooOld`` before Linux 6.5; ``PageCacheError/notPermitted`` if the caller neither
  ///   owns the file nor may write it; ``PageCacheError/stacked`` where the zeros that the kernel has would be none;
  ///   ``PageCacheError/notSupported`` on ZFS, hugetlbfs and files that are mapped directly (DAX);
  ///   ``PageCacheError/notRegular``; ``PageCacheError/notOpenForReading`` for `O_PATH`; ``PageCacheError/failed(_:)``.
  /// - Precondition: `bytes` begins at 0 or behind.
  /// - Complexity: Some microseconds and 26 ns for each page of the range that is cached, however long it is.
  public static func counts(of file: FileDescriptor, bytes: Range<Int>) throws(PageCacheError) -> CacheCounts {
    require(bytes: bytes)
    let pages = bytes.lowerBound / pageSize..<max(bytes.lowerBound / pageSize, self.pages(in: bytes.upperBound))
    return try CountedFile(file, pages: pages).counts(bytes)
  }

  /// The size of the system's pages, in pages of this library.
  static var systemPage: Int { max(1, Int(getpagesize()) / pageSize) }

  /// The pages of the system that a range touches, as far as a file can have them.
  static func systemPages(of pages: Range<Int>) -> Range<Int> {
    let (known, unit) = (possible(pages), systemPage)
    return known.isEmpty ? 0..<0 : known.lowerBound / unit..<(known.upperBound - 1) / unit + 1
  }

  /// How many pages a file can have, whose size is an `Int` of bytes.
  static var mostPages: Int { Int.max / pageSize + 1 }

  /// How many pages hold so many bytes, the last of them perhaps in part.
  static func pages(in bytes: Int) -> Int { bytes / pageSize + (bytes % pageSize > 0 ? 1 : 0) }

  static func possible(_ pages: Range<Int>) -> Range<Int> { pages.clamped(to: 0..<mostPages) }

  static func require(bytes: Range<Int>) {
    precondition(bytes.lowerBound >= 0, "bytes: expected offsets into a file, from 0, and not \(bytes)")
  }

  static func require(pages: Range<Int>) {
    precondition(pages.lowerBound >= 0, "pages: expected pages of a file, from 0, and not \(pages)")
  }
}
