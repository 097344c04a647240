#define _GNU_SOURCE
#include "CTestSupport.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// MARK: Signals

static atomic_int runs;
static unsigned long blocked;

static void note(void) {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  blocked = 0;
  for (int number = 1; number < 32; number++) blocked |= (unsigned long)(sigismember(&mask, number) == 1) << number;
  atomic_fetch_add(&runs, 1);
}

static void note_number(int number) { (void)number, note(); }
static void note_info(int number, siginfo_t *info, void *context) { (void)number, (void)info, (void)context, note(); }

void ctest_note_sigbus(int flags, int masked) {
  struct sigaction action = {.sa_flags = flags};
  if (flags & SA_SIGINFO) {
    action.sa_sigaction = note_info;
  } else {
    action.sa_handler = note_number;
  }
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, masked);
  sigaction(SIGBUS, &action, NULL);
}

unsigned long ctest_blocked_in_sigbus(void) {
  blocked = 0;
  raise(SIGBUS);
  return blocked;
}

int ctest_sigbus_runs(void) { return atomic_load(&runs); }

static int ends[2];

static void *signal_again_and_again(void *reader) {
  // Some of these come before it reads, and most while it does.
  for (int count = 0; count < 200; count++) {
    usleep(1000);
    pthread_kill(*(pthread_t *)reader, SIGBUS);
  }
  char byte = 1;
  if (write(ends[1], &byte, 1) != 1) abort();
  return NULL;
}

int ctest_read_under_sigbus(void) {
  pthread_t thread, reader = pthread_self();
  if (pipe(ends) != 0 || pthread_create(&thread, NULL, signal_again_and_again, &reader) != 0) return errno;
  char byte;
  int code = read(ends[0], &byte, 1) == 1 ? 0 : errno;
  pthread_join(thread, NULL);
  return code;
}

// MARK: Mappings

static char *filling;
static size_t filling_size;
static void *lone[1 << 12];
static size_t lone_count;

long ctest_fill_mappings(unsigned long limit, unsigned long left) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  filling_size = (limit + 8) * 2 * page;
  filling = mmap(NULL, filling_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (filling == MAP_FAILED) return -errno;
  // Each second page that may be read makes three mappings of one, until there are no more to be had.
  size_t count = 0;
  while (count < limit + 8 && mprotect(filling + (2 * count + 1) * page, page, PROT_READ) == 0) count++;
  // Shared memory joins no neighbour, and mmap(2) lets there be one more.
  for (lone_count = 0; lone_count < sizeof lone / sizeof *lone; lone_count++) {
    void *address = mmap(NULL, page, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) break;
    lone[lone_count] = address;
  }
  bool is_full = count < limit + 8 && lone_count < sizeof lone / sizeof *lone;
  for (; left > 0 && lone_count > 0; left--) munmap(lone[--lone_count], page);
  // One of the pairs for each that is still to be left.
  for (; left > 0 && count > 0; left -= left > 1 ? 2 : 1) mprotect(filling + (2 * --count + 1) * page, page, PROT_NONE);
  return is_full ? (long)(count * 2 + lone_count) : -ENOSPC;
}

void ctest_free_mappings(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  munmap(filling, filling_size);
  while (lone_count > 0) munmap(lone[--lone_count], page);
}
