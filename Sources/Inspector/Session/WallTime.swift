import Glibc

/// A time of day in the place where the program runs.
public struct WallTime: Sendable, Equatable, CustomStringConvertible {
  private let seconds: Int

  /// The present.
  public static var now: WallTime { WallTime(seconds: time(nil)) }

  /// Hours, minutes and seconds, as in `09:41:07`.
  public var description: String {
    var parts = unsafe tm()
    var seconds = seconds
    // SAFETY: fills the structure that it is given.
    unsafe localtime_r(&seconds, &parts)
    return unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(
      separator: ":")
  }
}
