import Glibc

/// A thread of the operating system that takes no signals from outside: those belong to the thread that draws.
package final class Thread: @unchecked Sendable {
  // SAFETY: the handle is set by `init`, and changed only by the one that joins the thread.

  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  // `nil` when the thread has been joined; one that was not gives its stack back by itself at its end.
  private var handle: pthread_t?

  package init?(_ body: @escaping @Sendable () -> Void) {
    var (all, before) = (sigset_t(), sigset_t())
    // SAFETY: the sets are filled by the calls that they are given to; the box is retained for the new thread, which
    // releases it.
    unsafe sigfillset(&all)
    // A fault is the faulting thread's own affair: blocked, it would end the process.
    for fault in [SIGBUS, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS] { unsafe sigdelset(&all, fault) }
    unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let work = unsafe Unmanaged.passRetained(Work(body))
    var made = pthread_t()
    let code = unsafe pthread_create(&made, nil, Self.start, work.toOpaque())
    guard code == 0 else {
      unsafe work.release()
      return nil
    }
    handle = made
  }

  private static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    if let argument = unsafe argument {
      let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
      work.body()
    }
    return nil
  }

  /// What the calling thread has taken of a processor so far: clock_gettime(2) with `CLOCK_THREAD_CPUTIME_ID`.
  package static var processorTime: Duration {
    var time = timespec()
    // SAFETY: fills the structure that it is given.
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  deinit { if let handle { _ = pthread_detach(handle) } }

  func join() { if let handle = handle.take() { _ = pthread_join(handle, nil) } }
}
