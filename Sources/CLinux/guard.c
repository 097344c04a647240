#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096 };

// What a mark says of a page: its memory is the file's; is a private page of zeros; or is the file's again, and what
// was stored into the page of zeros is lost.
enum { ATTACHED, REPLACED, LOST };

// Guards are never freed, only reused: the handler walks the list without a lock and can't meet a dead one. All that
// follows the lock changes only under it. The holder of the lock has all signals blocked, makes no page fault in a
// guarded mapping, and waits for nothing but the kernel: so the handler may wait for the lock.
struct clinux_guard {
  struct clinux_guard *next; // set before the guard is published
  atomic_bool claimed;
  _Atomic(uint32_t) lock; // 0 free, 1 held, 2 held and perhaps waited for
  _Atomic(uintptr_t) base; // 0 while the guard watches nothing
  _Atomic(uintptr_t) end;
  size_t unit;
  _Atomic(uint8_t) *marks;
  _Atomic(uint64_t) *faults;
};

static _Atomic(struct clinux_guard *) guards;
static struct sigaction previous;
static atomic_bool previous_is_spent;
static bool installed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// A mapping to give up for a replacement, when the process has as many as it may have. It is shared: the kernel would
// join private memory with its neighbours.
static _Atomic(void *) spare;

// A futex, because it can be waited for in a signal handler.
static void lock(_Atomic(uint32_t) *word) {
  uint32_t seen = 0;
  if (atomic_compare_exchange_strong(word, &seen, 1)) return;
  while (atomic_exchange(word, 2) != 0) syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

static void unlock(_Atomic(uint32_t) *word) {
  if (atomic_exchange(word, 0) == 2) syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void hold(struct clinux_guard *guard, sigset_t *mask) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, mask);
  lock(&guard->lock);
}

static void let_go(struct clinux_guard *guard, const sigset_t *mask) {
  unlock(&guard->lock);
  pthread_sigmask(SIG_SETMASK, mask, NULL);
}

// A child has one thread, which was not in the handler: locks of other threads would never be given back.
static void free_locks(void) {
  for (struct clinux_guard *guard = atomic_load(&guards); guard; guard = guard->next) atomic_store(&guard->lock, 0);
}

static void mark(struct clinux_guard *guard, uintptr_t start, uintptr_t end) {
  uintptr_t base = atomic_load(&guard->base);
  for (uintptr_t page = start; page < end; page += PAGE) atomic_store(&guard->marks[(page - base) / PAGE], REPLACED);
}

static bool lay_zeros(uintptr_t start, uintptr_t end) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  return mmap((void *)start, end - start, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED;
}

static void keep_spare(void) {
  if (atomic_load(&spare)) return;
  void *page = mmap(NULL, PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  void *none = NULL;
  if (page != MAP_FAILED && !atomic_compare_exchange_strong(&spare, &none, page)) munmap(page, PAGE);
}

// Marked before the memory is replaced: a thread that sees the replacement also sees the mark.
static bool replace(struct clinux_guard *guard, uintptr_t address) {
  uintptr_t base = atomic_load(&guard->base), end = atomic_load(&guard->end);
  uintptr_t start = base + (address - base) / guard->unit * guard->unit;
  mark(guard, start, start + guard->unit);
  atomic_fetch_add(guard->faults, 1);
  if (lay_zeros(start, start + guard->unit)) return true;
  // One mapping became three, which are too many (vm.max_map_count). A new tail makes two of one, and takes the place
  // of all that were split behind it; a new whole never makes more than there are.
  mark(guard, start, end);
  if (lay_zeros(start, end)) return true;
  mark(guard, base, end);
  if (lay_zeros(base, end)) return true;
  // At one mapping over the limit mmap(2) refuses everything: the spare page makes room.
  void *page = atomic_exchange(&spare, NULL);
  return page && munmap(page, PAGE) == 0 && lay_zeros(base, end);
}

static bool covers(struct clinux_guard *guard, uintptr_t address) {
  uintptr_t base = atomic_load(&guard->base);
  return base && address >= base && address < atomic_load(&guard->end);
}

static bool absorb(uintptr_t address) {
  for (struct clinux_guard *guard = atomic_load(&guards); guard; guard = guard->next) {
    // Without the lock, base and end may be of two registrations; that of the faulting address stays for the access.
    if (!covers(guard, address)) continue;
    lock(&guard->lock);
    bool is_covered = covers(guard, address), is_replaced = is_covered && replace(guard, address);
    unlock(&guard->lock);
    if (is_covered) return is_replaced;
  }
  return false;
}

static void act_as_default(const siginfo_t *info) {
  signal(SIGBUS, SIG_DFL);
  // The access repeats, and ends the process; a signal that was sent is raised again, and comes after this handler.
  if (info->si_code <= 0 || info->si_code == BUS_MCEERR_AO) raise(SIGBUS);
}

// Does what the kernel would do if the previous action were still installed, but on the alternate stack, if the thread
// has one.
static void chain(int signal_number, siginfo_t *info, ucontext_t *context) {
  bool is_function = previous.sa_flags & SA_SIGINFO || (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN);
  bool is_sent = info->si_code <= 0;
  if (!is_function && previous.sa_handler == SIG_IGN && is_sent) return;
  if (!is_function || (previous.sa_flags & SA_RESETHAND && atomic_exchange(&previous_is_spent, true))) {
    act_as_default(info);
    return;
  }
  sigset_t mask;
  sigorset(&mask, &context->uc_sigmask, &previous.sa_mask);
  if (!(previous.sa_flags & SA_NODEFER)) sigaddset(&mask, SIGBUS);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal_number, info, context);
  } else {
    previous.sa_handler(signal_number);
  }
}

static void on_sigbus(int signal_number, siginfo_t *info, void *context) {
  int saved = errno;
  bool is_absorbed = info->si_code > 0 && absorb((uintptr_t)info->si_addr);
  errno = saved;
  if (!is_absorbed) chain(signal_number, info, context);
  errno = saved;
}

static void install(void) {
  keep_spare();
  if (pthread_atfork(NULL, NULL, free_locks) != 0 || sigaction(SIGBUS, NULL, &previous) != 0) return;
  // A signal that is ignored interrupts no system call.
  bool is_ignored = !(previous.sa_flags & SA_SIGINFO) && previous.sa_handler == SIG_IGN;
  int restart = is_ignored ? SA_RESTART : previous.sa_flags & SA_RESTART;
  struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO | SA_ONSTACK | restart};
  sigfillset(&action.sa_mask);
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

struct clinux_guard *clinux_guard_register(void *base, size_t length, size_t unit, uint8_t *marks, uint64_t *faults) {
  pthread_once(&once, install);
  if (!installed) return NULL;
  keep_spare();
  struct clinux_guard *guard = claim();
  if (!guard) return NULL;
  sigset_t mask;
  hold(guard, &mask);
  guard->unit = unit;
  guard->marks = (_Atomic(uint8_t) *)marks;
  guard->faults = (_Atomic(uint64_t) *)faults;
  atomic_store(&guard->end, (uintptr_t)base + length);
  atomic_store(&guard->base, (uintptr_t)base);
  let_go(guard, &mask);
  return guard;
}

void clinux_guard_unregister(struct clinux_guard *guard) {
  sigset_t mask;
  hold(guard, &mask);
  atomic_store(&guard->base, 0);
  let_go(guard, &mask);
  atomic_store(&guard->claimed, false);
}

// Shows the file in whole units that were replaced, one after another.
static int show(struct clinux_guard *guard, size_t first, size_t end, int protection, int fd) {
  size_t start = first * PAGE, length = (end - first) * PAGE;
  void *place = (void *)(atomic_load(&guard->base) + start);
  if (mmap(place, length, protection, MAP_SHARED | MAP_FIXED, fd, (off_t)start) == MAP_FAILED) return errno;
  for (size_t page = first; page < end; page++) atomic_store(&guard->marks[page], LOST);
  return 0;
}

int clinux_guard_reattach(struct clinux_guard *guard, size_t first, size_t end, int protection, int fd) {
  sigset_t mask;
  hold(guard, &mask);
  size_t unit = guard->unit / PAGE;
  int code = 0;
  for (size_t page = first / unit * unit; page < end && !code; page += unit) {
    size_t next = page;
    while (next < end && atomic_load(&guard->marks[next]) == REPLACED) next += unit;
    if (next == page) continue;
    code = show(guard, page, next, protection, fd);
    page = next - unit;
  }
  for (size_t page = first; page < end && !code; page++) atomic_store(&guard->marks[page], ATTACHED);
  let_go(guard, &mask);
  return code;
}
