public import SystemPackage

/// Why the kernel's view of a file can't be had; nothing is guessed in its place.
public enum UnknownReason: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kernel has no cachestat(2): it came with Linux 6.5.
  case kernelTooOld
  /// The file is somebody else's, or a sandbox forbids the call.
  case notPermitted
  /// The file system can't answer.
  case notSupported
  /// The kernel answered with another error.
  case failed(Errno)

  init(_ code: Int32) {
    switch Errno(rawValue: code) {
    case .noFunction: self = .kernelTooOld
    case .notPermitted, .permissionDenied: self = .notPermitted
    case .notSupported, .inappropriateIOCTLForDevice: self = .notSupported
    case let errno: self = .failed(errno)
    }
  }

  /// The reason in a few words.
  public var description: String {
    switch self {
    case .kernelTooOld: "the kernel is older than Linux 6.5"
    case .notPermitted: "not permitted: the kernel tells owners and those who may write"
    case .notSupported: "this file system does not tell"
    case .failed(let errno): "\(errno)"
    }
  }
}
