import CLinux

/// What an act has cost the thread that carried it out, as far as the system says.
///
/// Bytes that were sent to storage are not in it: the kernel's account of a thread (`write_bytes` of proc_pid_io(5))
/// counts what it made dirty, and who writes that back is not counted (`folio_account_dirtied` in mm/page-writeback.c).
/// How many pages are not dirty any more is in ``Effect``.
public struct Cost: Sendable, Equatable {
  /// How long it took, by a clock that nobody sets.
  public var time: Duration
  /// Page faults that read nothing: getrusage(2), `ru_minflt` of the thread.
  public var minorFaults: Int
  /// Page faults for which something was read: `ru_majflt`.
  public var majorFaults: Int
  /// Bytes that the thread had read from storage, with what was read ahead: `read_bytes` of proc_pid_io(5); `nil` where
  /// the kernel keeps no such account, or `/proc` is not mounted.
  public var bytesRead: Int?

  package init(time: Duration, minorFaults: Int, majorFaults: Int, bytesRead: Int?) {
    (self.time, self.minorFaults, self.majorFaults, self.bytesRead) = (time, minorFaults, majorFaults, bytesRead)
  }

  /// What both cost together.
  public static func + (one: Cost, other: Cost) -> Cost {
    Cost(
      time: one.time + other.time, minorFaults: one.minorFaults + other.minorFaults,
      majorFaults: one.majorFaults + other.majorFaults,
      bytesRead: one.bytesRead.flatMap { bytes in other.bytesRead.map { bytes + $0 } })
  }

  /// Nothing.
  public static let none = Cost(time: .zero, minorFaults: 0, majorFaults: 0, bytesRead: 0)
}

/// Measures what the calling thread does from now on.
///
/// ```swift
/// let meter = CostMeter()
/// try PageCache.touch(file, pages: 3..<4)
/// print(meter.cost().majorFaults)
/// ```
///
/// - Complexity: Two system calls for the faults and six for the bytes, in all: some 10 µs.
public struct CostMeter: Sendable {
  private let start = ContinuousClock.now
  private let usage: clinux_usage

  /// Begins to measure.
  public init() { usage = Self.usage() }

  /// What has happened since, on the same thread: of another the figures would be of no meaning.
  public func cost() -> Cost {
    let time = ContinuousClock.now - start
    let now = Self.usage()
    let isCounted = usage.bytes_read >= 0 && now.bytes_read >= 0
    return Cost(
      time: time, minorFaults: Int(now.minor_faults - usage.minor_faults),
      majorFaults: Int(now.major_faults - usage.major_faults),
      bytesRead: isCounted ? Int(now.bytes_read - usage.bytes_read) : nil)
  }

  private static func usage() -> clinux_usage {
    var usage = clinux_usage()
    // SAFETY: the call fills the structure that it is given.
    unsafe clinux_thread_usage(&usage)
    return usage
  }
}
