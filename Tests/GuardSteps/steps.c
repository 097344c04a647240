#define _GNU_SOURCE
#include "GuardSteps.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

// MARK: One thread at a time

enum { HANDLER, OWNER, THREADS, FOREVER = 1 << 20 };

static _Thread_local int me = THREADS;
static sem_t turns[THREADS];
static int left[THREADS]; // steps until the thread is interrupted
static bool has_ended[THREADS];

static void change_places(void) {
  int other = !me;
  left[me] = FOREVER;
  if (has_ended[other]) return;
  sem_post(&turns[other]);
  while (sem_wait(&turns[me]) != 0) {
  }
}

static void step(void) {
  if (me != THREADS && left[me]-- <= 0) change_places();
}

static int wait_for_other(void) {
  if (me != THREADS && has_ended[!me]) abort(); // it would wait for ever
  if (me != THREADS) change_places();
  return 0;
}

static void *(*map)(void *address, size_t length);

// MARK: The guard, with steps

#undef atomic_load
#undef atomic_store
#undef atomic_fetch_add
#undef atomic_exchange
#undef atomic_compare_exchange_strong
#define atomic_load(object) (step(), atomic_load_explicit(object, memory_order_seq_cst))
#define atomic_store(object, value) (step(), atomic_store_explicit(object, value, memory_order_seq_cst))
#define atomic_fetch_add(object, value) (step(), atomic_fetch_add_explicit(object, value, memory_order_seq_cst))
#define atomic_exchange(object, value) (step(), atomic_exchange_explicit(object, value, memory_order_seq_cst))
#define atomic_compare_exchange_strong(object, expected, value) \
  (step(), atomic_compare_exchange_strong_explicit(object, expected, value, memory_order_seq_cst, memory_order_seq_cst))
#define mmap(address, length, protection, flags, fd, offset) (step(), map(address, length))
#define syscall(number, word, operation, ...) ((operation) == FUTEX_WAIT_PRIVATE ? wait_for_other() : 0)
#define clinux_guard_register guard_steps_register
#define clinux_guard_unregister guard_steps_unregister
#define clinux_guard_reattach guard_steps_reattach
#pragma clang diagnostic ignored "-Wunused-function"
#include "../../Sources/CLinux/guard.c"

// MARK: A guard that is handed over

enum { PAGES = 64, POISON = 0xee };

static struct mapping {
  uint8_t marks[PAGES];
  uint64_t faults;
  bool is_released;
} mappings[2];
static uintptr_t addresses[2], fault;
static struct clinux_guard *only;
static bool was_absorbed;
static int laid, laid_too_late;

static void *note_map(void *address, size_t length) {
  if (!address) return MAP_FAILED; // the spare is of no matter here
  (void)length;
  laid++;
  if (mappings[0].is_released) laid_too_late++;
  return address;
}

static struct clinux_guard *watch(int which) {
  struct mapping *mapping = &mappings[which];
  return clinux_guard_register((void *)addresses[which], PAGES * PAGE, PAGE, mapping->marks, &mapping->faults);
}

static void begin(int thread) {
  me = thread;
  while (sem_wait(&turns[me]) != 0) {
  }
}

static void end(void) {
  has_ended[me] = true;
  sem_post(&turns[!me]);
}

static void *handle(void *unused) {
  begin(HANDLER);
  was_absorbed = absorb(fault);
  end();
  return unused;
}

static void *hand_over(void *unused) {
  begin(OWNER);
  clinux_guard_unregister(only);
  // Now the memory is another mapping's.
  mappings[0].is_released = true;
  memset(mappings[0].marks, POISON, PAGES);
  mappings[0].faults = POISON;
  only = watch(1);
  end();
  return unused;
}

static bool is_filled(const struct mapping *mapping, uint8_t byte) {
  for (int page = 0; page < PAGES; page++) {
    if (mapping->marks[page] != byte) return false;
  }
  return mapping->faults == byte;
}

static bool is_right(int inside) {
  bool is_untouched = is_filled(&mappings[0], POISON) && is_filled(&mappings[1], 0);
  return is_untouched && laid_too_late == 0 && was_absorbed == (laid > 0) && (inside || laid == 0);
}

static bool try_order(int inside, int handler_steps, int owner_steps) {
  memset(mappings, 0, sizeof mappings);
  memset(has_ended, 0, sizeof has_ended);
  laid = laid_too_late = 0;
  only = watch(0);
  left[HANDLER] = handler_steps;
  left[OWNER] = owner_steps;
  for (int thread = 0; thread < THREADS; thread++) sem_init(&turns[thread], 0, thread == HANDLER);
  pthread_t threads[THREADS];
  if (!only || pthread_create(&threads[HANDLER], NULL, handle, NULL) != 0) abort();
  if (pthread_create(&threads[OWNER], NULL, hand_over, NULL) != 0) abort();
  for (int thread = 0; thread < THREADS; thread++) pthread_join(threads[thread], NULL);
  clinux_guard_unregister(only);
  return is_right(inside);
}

struct guard_steps guard_steps_handed_over(int inside, int upwards) {
  // Both threads come to their end within fewer steps.
  enum { STEPS = 40 };
  const uintptr_t low = 1 << 28, middle = low + (PAGES + 1) * PAGE, high = middle + PAGE;
  map = note_map;
  addresses[0] = upwards ? low : high;
  addresses[1] = upwards ? high : low;
  fault = inside ? addresses[0] + PAGE : middle;
  struct guard_steps answer = {0};
  for (int handler_steps = 0; handler_steps < STEPS; handler_steps++) {
    for (int owner_steps = 0; owner_steps < STEPS; owner_steps++) {
      answer.runs++;
      if (!try_order(inside, handler_steps, owner_steps)) answer.wrong++;
    }
  }
  return answer;
}

// MARK: A child

static sem_t is_inside, may_go_on;

static void *stay_inside(void *address, size_t length) {
  if (!address) return MAP_FAILED;
  (void)length;
  sem_post(&is_inside);
  while (sem_wait(&may_go_on) != 0) {
  }
  return address;
}

static void *fault_once(void *unused) {
  absorb(fault);
  return unused;
}

int guard_steps_child_unregisters(void) {
  map = stay_inside;
  addresses[0] = 1 << 28;
  fault = addresses[0];
  sem_init(&is_inside, 0, 0);
  sem_init(&may_go_on, 0, 0);
  struct clinux_guard *guard = watch(0);
  pthread_t thread;
  if (!guard || pthread_create(&thread, NULL, fault_once, NULL) != 0) return 0;
  while (sem_wait(&is_inside) != 0) {
  }
  pid_t child = fork();
  if (child == 0) {
    clinux_guard_unregister(guard);
    _exit(0);
  }
  int status = -1;
  pid_t ended = 0;
  for (int tenths = 0; ended == 0 && tenths < 600; tenths++) {
    usleep(100 * 1000);
    ended = waitpid(child, &status, WNOHANG);
  }
  if (ended == 0) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  sem_post(&may_go_on);
  pthread_join(thread, NULL);
  return status == 0;
}
