import Glibc

/// The time that only goes forward, in nanoseconds: clock_gettime(2) with `CLOCK_MONOTONIC`, which makes no system call.
///
/// `ContinuousClock` reads the same page of the kernel and takes a third longer to make a `Duration` of it; workers read
/// the time twice an operation.
enum MonotonicTime {
  static var now: UInt64 {
    var time = timespec()
    // SAFETY: fills the structure that it is given.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
  }
}
