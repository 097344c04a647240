import Glibc
import VisibleText

/// A moment of the wall clock.
package struct WallTime: Sendable, Comparable, CustomStringConvertible {
  private let nanoseconds: Int64

  init(sinceEpoch time: Duration) { nanoseconds = time.inNanoseconds }

  /// A moment to the millisecond.
  package init(milliseconds: Int) { nanoseconds = Int64(milliseconds) * 1_000_000 }

  package var milliseconds: Int { Int(nanoseconds / 1_000_000) }

  package static var now: WallTime {
    var time = timespec()
    // SAFETY: fills the structure that it is given.
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(sinceEpoch: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
  }

  /// The time of day where the program runs, as in `09:41:07`.
  package var description: String { localFields[3...].joined(separator: ":") }

  /// The same to the millisecond, as in `09:41:07.250`.
  var timeOfDay: String { description + fractionText }

  /// The day and the time of day where the program runs, as in `2025-01-31 09:41:07`.
  var localDate: String { localFields[..<3].joined(separator: "-") + " " + description }

  /// A time between two others, as in `09:41:07-12`.
  static func span(from start: WallTime, to end: WallTime) -> String {
    let (one, other) = (start.localFields, end.localFields)
    let isSameMinute = one.dropLast() == other.dropLast()
    return "\(start)-" + (isSameMinute ? other[5] : "\(end)")
  }

  /// Day and time of Greenwich by ISO 8601, as in `2025-01-31T09:41:07.250Z`.
  var date: String {
    let fields = self.fields(isLocal: false)
    return fields[..<3].joined(separator: "-") + "T" + fields[3...].joined(separator: ":") + "\(fractionText)Z"
  }

  /// How long ago another was, as in `0.2 s ago`.
  func age(of other: WallTime) -> String {
    // Not below zero, if the clock was set back.
    let tenths = max(0, (nanoseconds - other.nanoseconds) / 100_000_000)
    let seconds = tenths / 10
    switch seconds {
    case ..<10: return "\(seconds).\(tenths % 10) s ago"
    case ..<120: return "\(seconds) s ago"
    case ..<7200: return "\(seconds / 60) min ago"
    case ..<172_800: return "\(seconds / 3600) h ago"
    default: return "\(seconds / 86_400) days ago"
    }
  }

  package static func < (one: WallTime, other: WallTime) -> Bool { one.nanoseconds < other.nanoseconds }

  /// How many seconds after another it was, rounded down.
  package func seconds(since other: WallTime) -> Int {
    Int((Double(nanoseconds - other.nanoseconds) / 1e9).rounded(.down))
  }

  /// Whether both are shown as the same time of day.
  func isInSecond(of other: WallTime) -> Bool { seconds == other.seconds }

  package func advanced(by time: Duration) -> WallTime {
    WallTime(sinceEpoch: .nanoseconds(nanoseconds) + time)
  }

  // Both are right for times before 1970, too.
  private var seconds: Int { Int((nanoseconds - fraction) / 1_000_000_000) }
  private var fraction: Int64 { (nanoseconds % 1_000_000_000 + 1_000_000_000) % 1_000_000_000 }

  private var fractionText: String { "." + zeroPadded(fraction / 1_000_000, to: 3) }

  private var localFields: [String] { fields(isLocal: true) }

  // Year, month, day, hour, minute and second, with two digits at least.
  private func fields(isLocal: Bool) -> [String] {
    // SAFETY: the call fills the structure, whose pointer to a name is not followed.
    var (parts, seconds) = (unsafe tm(), seconds)
    _ = unsafe isLocal ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts)
    return unsafe [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec]
      .map { zeroPadded($0, to: 2) }
  }
}

extension Duration {
  // By whole numbers: a quotient of two durations is a `Double`, and may come out just below.
  var inNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
