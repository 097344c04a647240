// Acts on the page cache that change no byte, and what they cost.
#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

int clinux_read_ahead(int fd, off_t offset, size_t length) { return RETRY(readahead(fd, offset, length)); }

int clinux_populate_for_reading(void *address, size_t length) {
  return RETRY(madvise(address, length, MADV_POPULATE_READ));
}

int clinux_load_pages(void *address, size_t length, size_t page) {
  uint64_t faults = 0;
  uint8_t *marks = calloc(length / 4096 + 1, 1);
  struct clinux_guard *guard = marks ? clinux_guard_register(address, length, page, marks, &faults) : NULL;
  if (guard) {
    const volatile char *bytes = address;
    // The guard counts in its handler, on this thread.
    const volatile uint64_t *found = &faults;
    for (size_t place = 0; place < length && *found == 0; place += page) (void)bytes[place];
    clinux_guard_unregister(guard);
  }
  free(marks);
  return !guard ? ENOMEM : faults > 0 ? EFAULT : 0;
}

static int64_t bytes_read(void) {
  int fd = open("/proc/thread-self/io", O_RDONLY | O_CLOEXEC);
  if (fd == -1) return -1;
  char text[512];
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return -1;
  text[length] = 0;
  const char *field = strstr(text, "\nread_bytes: ");
  return field ? atoll(field + strlen("\nread_bytes: ")) : -1;
}

void clinux_thread_usage(struct clinux_usage *usage) {
  struct rusage used;
  getrusage(RUSAGE_THREAD, &used);
  *usage = (struct clinux_usage){(uint64_t)used.ru_minflt, (uint64_t)used.ru_majflt, bytes_read()};
}

uint64_t clinux_lock_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_MEMLOCK, &limit) == -1 || limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}
