#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096 };

// Guards are never freed, only reused: the handler walks the list without a lock and can't meet a dead one.
struct clinux_guard {
  _Atomic(uintptr_t) base; // 0 while the guard watches nothing
  _Atomic(uintptr_t) end;
  _Atomic(uint8_t *) detached;
  _Atomic(uint64_t *) faults;
  atomic_bool claimed;
  struct clinux_guard *next; // set before the guard is published
};

static _Atomic(struct clinux_guard *) guards;
static struct sigaction previous;
static uintptr_t system_page;
static bool installed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool absorb(uintptr_t address) {
  for (struct clinux_guard *guard = atomic_load(&guards); guard; guard = guard->next) {
    uintptr_t base = atomic_load(&guard->base);
    if (!base || address < base || address >= atomic_load(&guard->end)) continue;

    uintptr_t start = address & ~(system_page - 1);
    _Atomic(uint8_t) *detached = (_Atomic(uint8_t) *)atomic_load(&guard->detached);
    // Marked before the page is replaced: whoever sees the replacement also sees the mark.
    for (uintptr_t page = start; page < start + system_page && page < atomic_load(&guard->end); page += PAGE)
      atomic_store(&detached[(page - base) / PAGE], 1);
    atomic_fetch_add((_Atomic(uint64_t) *)atomic_load(&guard->faults), 1);
    return mmap((void *)start, system_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
           != MAP_FAILED;
  }
  return false;
}

static void chain(int signal_number, siginfo_t *info, void *context) {
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal_number, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal_number);
  } else if (info->si_code > 0 || previous.sa_handler == SIG_DFL) {
    // A hardware fault can't be ignored: with the default action back, the access repeats and ends the process.
    signal(SIGBUS, SIG_DFL);
    if (info->si_code <= 0) raise(SIGBUS);
  }
}

static void on_sigbus(int signal_number, siginfo_t *info, void *context) {
  int saved = errno;
  if (!(info->si_code > 0 && absorb((uintptr_t)info->si_addr))) chain(signal_number, info, context);
  errno = saved;
}

static void install(void) {
  system_page = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigemptyset(&action.sa_mask);
  installed = sigaction(SIGBUS, &action, &previous) == 0;
}

static struct clinux_guard *claim(void) {
  for (struct clinux_guard *guard = atomic_load(&guards); guard; guard = guard->next) {
    bool expected = false;
    if (atomic_compare_exchange_strong(&guard->claimed, &expected, true)) return guard;
  }
  struct clinux_guard *guard = calloc(1, sizeof *guard);
  if (!guard) return NULL;
  atomic_store(&guard->claimed, true);
  guard->next = atomic_load(&guards);
  while (!atomic_compare_exchange_weak(&guards, &guard->next, guard)) {
  }
  return guard;
}

struct clinux_guard *clinux_guard_register(void *base, size_t length, uint8_t *detached, uint64_t *faults) {
  pthread_once(&once, install);
  if (!installed) return NULL;
  struct clinux_guard *guard = claim();
  if (!guard) return NULL;
  atomic_store(&guard->faults, faults);
  atomic_store(&guard->detached, detached);
  atomic_store(&guard->end, (uintptr_t)base + length);
  atomic_store(&guard->base, (uintptr_t)base); // last: from here on the handler believes the rest
  return guard;
}

void clinux_guard_unregister(struct clinux_guard *guard) {
  atomic_store(&guard->base, 0);
  atomic_store(&guard->claimed, false);
}
