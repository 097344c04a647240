import CLinux
import Glibc
public import SystemPackage

/// How many pages of a range the kernel holds in its page cache, and in which state; units of 4096 bytes.
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

/// What the kernel knows of a file's pages, asked without root and without changing anything.
public enum PageCache {
  /// The size of a page in bytes, as this library counts them, whatever the system's own is.
  public static let pageSize = 4096

  /// Counts the pages of a range that are cached, dirty and in writeback: one fstat(2) and one cachestat(2).
  ///
  /// The cost grows with the pages that are cached in the range, not with its length. Where the system's pages are
  /// larger than 4096 bytes, each counts as several.
  ///
  /// - Parameters:
  ///   - file: An open regular file that the caller owns or may write.
  ///   - bytes: Offsets into the file; the kernel counts every page that they touch.
  /// - Returns: The counts at one moment of the recent past.
  /// - Throws: The reason why they are unknown.
  public static func counts(of file: FileDescriptor, bytes: Range<Int>) throws(UnknownReason) -> CacheCounts {
    _ = try regularFile(file)
    guard !bytes.isEmpty else { return CacheCounts() }  // a length of 0 would mean all of the file
    let raw = try cachestat(file, bytes)
    return CacheCounts(
      cached: Int(raw.cached) * systemPage, dirty: Int(raw.dirty) * systemPage,
      writeback: Int(raw.writeback) * systemPage, evicted: Int(raw.evicted) * systemPage,
      recentlyEvicted: Int(raw.recently_evicted) * systemPage)
  }

  /// The size of the system's pages, in pages of this library.
  static var systemPage: Int { max(1, Int(getpagesize()) / pageSize) }

  /// What the kernel counts in some bytes, which are not none, in pages of the system.
  static func cachestat(_ file: FileDescriptor, _ bytes: Range<Int>) throws(UnknownReason) -> clinux_cachestat {
    var raw = clinux_cachestat()
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_cachestat(file.rawValue, UInt64(bytes.lowerBound), UInt64(bytes.count), &raw)
    guard code == 0 else { throw UnknownReason(code) }
    return raw
  }
}
