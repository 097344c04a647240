import CLinux
import Glibc
public import SystemPackage

/// How many pages of a file the kernel holds in its page cache, and in which state; units of 4096 bytes.
public struct CacheCounts: Sendable, Equatable {
  /// Pages that are in memory.
  public var cached: Int
  /// Pages in memory that differ from the disk, with no writeback under way.
  public var dirty: Int
  /// Pages that are being written to the disk now.
  public var writeback: Int
}

/// Why the kernel's view of a file can't be had.
public enum UnknownReason: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kernel has no cachestat(2): it came with Linux 6.5.
  case kernelTooOld
  /// The file is somebody else's, or a sandbox forbids the call.
  case notPermitted
  /// The kernel answered with another error.
  case failed(Errno)

  /// The reason in a few words.
  public var description: String {
    switch self {
    case .kernelTooOld: "the kernel is older than Linux 6.5"
    case .notPermitted: "not permitted"
    case .failed(let errno): "\(errno)"
    }
  }
}

/// What the kernel knows of a file's pages.
public enum PageCache {
  /// Counts the pages of a range that are cached, dirty and in writeback: one cachestat(2), no root needed.
  ///
  /// The cost grows with the pages that are cached in the range, not with its length.
  ///
  /// - Parameters:
  ///   - file: An open regular file that the caller owns or may write.
  ///   - bytes: Offsets into the file; the kernel counts every page that they touch.
  /// - Returns: The counts at one moment of the recent past.
  /// - Throws: The reason why they are unknown.
  public static func counts(of file: FileDescriptor, bytes: Range<Int>) throws(UnknownReason) -> CacheCounts {
    guard !bytes.isEmpty else { return CacheCounts(cached: 0, dirty: 0, writeback: 0) }
    var raw = clinux_cachestat()
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_cachestat(file.rawValue, UInt64(bytes.lowerBound), UInt64(bytes.count), &raw)
    switch Errno(rawValue: code) {
    case Errno(rawValue: 0): break
    case .noFunction: throw .kernelTooOld
    case .notPermitted, .permissionDenied: throw .notPermitted
    case let errno: throw .failed(errno)
    }
    let unit = Int(getpagesize()) / 4096
    return CacheCounts(
      cached: Int(raw.cached) * unit, dirty: Int(raw.dirty) * unit, writeback: Int(raw.writeback) * unit)
  }
}
