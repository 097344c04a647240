import Glibc

/// A time of day in the place where the program runs.
public struct WallTime: Sendable, Equatable, CustomStringConvertible {
  private let seconds: Int

  /// The present.
  public static var now: WallTime { WallTime(seconds: time(nil)) }

  /// Hours, minutes and seconds, as in `09:41:07`.
  public var description: String { fields(after: 3).joined(separator: ":") }

  /// The day and the time of day, as in `2025-01-31 09:41:07`.
  var date: String { fields(after: 0).prefix(3).joined(separator: "-") + " " + description }

  // Of year, month, day, hour, minute and second, those after the first ones.
  private func fields(after count: Int) -> [String] {
    var parts = unsafe tm()
    var seconds = seconds
    // SAFETY: fills the structure that it is given.
    unsafe localtime_r(&seconds, &parts)
    return unsafe [
      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
    ].dropFirst(count).map { $0 < 10 ? "0\($0)" : "\($0)" }
  }
}
