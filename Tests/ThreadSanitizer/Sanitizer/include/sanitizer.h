#include <stdint.h>

// What the thread sanitizer asks for by name when it starts.
const char *__tsan_default_options(void);
const char *__tsan_default_suppressions(void);

// `Mutex` where two threads meet: these names come before those of the Swift library, and call them.
__attribute__((swiftcall)) void sanitizer_lock(uint32_t thread, __attribute__((swift_context)) void *mutex)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
__attribute__((swiftcall)) void sanitizer_unlock(__attribute__((swift_context)) void *mutex)
    __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
