#define _GNU_SOURCE
#include "sanitizer.h"

#include <dlfcn.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

// A thread that has ended and was not joined is no race.
const char *__tsan_default_options(void) { return "report_thread_leaks=0"; }

// `Monitor<Void>` has a state without a byte, which stands where the object's type does: every thread reads that.
const char *__tsan_default_suppressions(void) { return "race_top:Monitor*withLock\n"; }

typedef __attribute__((swiftcall)) void (*lock_call)(uint32_t, __attribute__((swift_context)) void *);
typedef __attribute__((swiftcall)) void (*unlock_call)(__attribute__((swift_context)) void *);

// The kernel passes a contended `Mutex` on (FUTEX_LOCK_PI), which the sanitizer can't see: it would report what the lock
// protects as a race.
__attribute__((swiftcall)) void sanitizer_lock(uint32_t thread, __attribute__((swift_context)) void *mutex) {
  lock_call real = (lock_call)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
  real(thread, mutex);
  __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void sanitizer_unlock(__attribute__((swift_context)) void *mutex) {
  unlock_call real = (unlock_call)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
  __tsan_release(mutex);
  real(mutex);
}
