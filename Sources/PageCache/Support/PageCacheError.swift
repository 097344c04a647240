public import SystemPackage

/// Why the kernel's view of a file can't be had; nothing is guessed in its place.
public enum PageCacheError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no cachestat(2): it came with Linux 6.5, and a sandbox may answer as older kernels do.
  case kernelTooOld
  /// The kernel answers only a caller that owns the file or may write it, or a sandbox forbids the call.
  case notPermitted
  /// The file system can't answer.
  case notSupported
  /// The file system stands on another one, whose pages can't be counted by a file of this one: overlayfs, which is the
  /// root of most containers, eCryptfs, and FUSE where the server passes files through.
  ///
  /// ``PageCache/PageCache/residency(of:pages:)`` shows there which pages are in memory; dirty and writeback stay
  /// unknown.
  case stacked
  /// The descriptor is one of `O_PATH`, or it is open for writing alone where a page has to be mapped.
  ///
  /// Use a descriptor that is open for reading. None is opened in its place: that can change the pages, and closing it
  /// would give up locks (fcntl_locking(2)).
  case notOpenForReading
  /// The answer needs the offset of a descriptor to be moved, by which other threads or processes may read.
  ///
  /// ``PageCache/PageCache/extents(of:bytes:movesOffset:)`` gives it if the offset may be moved.
  case offsetNeeded
  /// It is a folder, a pipe or a character device, which have no pages of a file.
  case notRegular
  /// This process may lock no more pages: `RLIMIT_MEMLOCK`, in bytes, or `nil` where memory itself is short.
  case lockLimit(Int?)
  /// The answer stands in `/proc`, which is not mounted here.
  case noProc
  /// The kernel answered with another error, as `EBADF` for a descriptor that is closed.
  case failed(Errno)

  /// Throws the errno that a function of CLinux returned, unless it is 0; those functions retry by themselves.
  static func check(_ code: Int32) throws(PageCacheError) {
    guard code == 0 else { throw PageCacheError(Errno(rawValue: code)) }
  }

  init(_ errno: Errno) {
    switch errno {
    case .noFunction: self = .kernelTooOld
    case .notPermitted, .permissionDenied: self = .notPermitted
    case .notSupported, .inappropriateIOCTLForDevice: self = .notSupported
    default: self = .failed(errno)
    }
  }

  /// The reason in a few words.
  public var description: String {
    switch self {
    case .kernelTooOld: "the kernel is older than Linux 6.5, or a sandbox hides the call"
    case .notPermitted: "not permitted: the kernel answers owners and users who may write, if no sandbox forbids it"
    case .notSupported: "this file system does not tell"
    case .stacked: "a stacked file system, such as overlayfs, hides which pages are dirty"
    case .notOpenForReading: "the descriptor is not open for reading"
    case .offsetNeeded: "this file system answers only by moving the descriptor's offset"
    case .notRegular: "neither a regular file nor a block device"
    case .lockLimit(let limit?): "this process may lock \(limit) bytes in all; lock less, or raise `ulimit -l`"
    case .lockLimit(nil): "there is no memory left to lock"
    case .noProc: "/proc is not mounted"
    case .failed(let errno): "\(errno)"
    }
  }
}
