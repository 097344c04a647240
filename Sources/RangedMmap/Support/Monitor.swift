import Glibc

/// A value behind a lock, on whose change threads can wait; for slow paths only.
///
/// The mutex of `Synchronization` has no condition, and under contention the kernel passes it on (`FUTEX_LOCK_PI`): the
/// thread sanitizer can't see that, and reports races.
@safe package final class Monitor<State: ~Copyable>: @unchecked Sendable {
  // SAFETY: `state` is reached with the mutex held and at no other time; the two pointers are constant.

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var state: State

  package init(_ state: consuming sending State) {
    self.state = state
    // SAFETY: fresh memory of the right type, initialised once, here.
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    // Deadlines must not move when the clock is set.
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    // SAFETY: the last reference is gone, so no thread holds or waits.
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` while no other thread is inside, and wakes those that wait for a change.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    // SAFETY: initialised by `init`; unlocked on the way out.
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(condition)
      unsafe pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Waits until `body` returns an answer; it is called now and after every change.
  package func wait<Result: ~Copyable>(for body: (inout State) -> sending Result?) -> sending Result {
    // SAFETY: as above; pthread_cond_wait gives the lock up while it sleeps and has it again after.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) { return result }
      unsafe pthread_cond_wait(condition, mutex)
    }
  }

  /// Waits as ``wait(for:)`` does, but not longer than `time`; `nil` if there was no answer by then.
  package func wait<Result>(atMost time: Duration, for body: (inout State) -> sending Result?) -> sending Result? {
    var deadline = timespec()
    // SAFETY: fills the structure that it is given.
    unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
    let nanoseconds = deadline.tv_nsec + Int(time.components.attoseconds / 1_000_000_000)
    deadline.tv_sec += Int(time.components.seconds) + nanoseconds / 1_000_000_000
    deadline.tv_nsec = nanoseconds % 1_000_000_000
    // SAFETY: as above.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) { return result }
      if unsafe pthread_cond_timedwait(condition, mutex, &deadline) != 0 { return nil }
    }
  }
}
