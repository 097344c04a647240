public import SystemPackage

/// Why the kernel's view of a file can't be had; nothing is guessed in its place.
public enum UnknownReason: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no cachestat(2): it came with Linux 6.5, and a sandbox may answer as older kernels do.
  case kernelTooOld
  /// The kernel tells only those who own the file or may write it, or a sandbox forbids the call.
  case notPermitted
  /// The file system can't answer.
  case notSupported
  /// It is a folder, a device or a pipe, which have no pages of a file.
  case notRegular
  /// The answer stands in `/proc`, which is not mounted here.
  case noProc
  /// The kernel answered with another error.
  case failed(Errno)

  init(_ code: Int32) { self.init(Errno(rawValue: code)) }

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
    case .notPermitted: "not permitted: the kernel tells owners and those who may write, if no sandbox forbids it"
    case .notSupported: "this file system does not tell"
    case .notRegular: "not a regular file"
    case .noProc: "/proc is not mounted"
    case .failed(let errno): "\(errno)"
    }
  }
}
