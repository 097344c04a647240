// Acts on the page cache that change no byte, and what they cost.
#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

int clinux_read_ahead(int fd, off_t offset, size_t length) { return RETRY(readahead(fd, offset, length)); }

int clinux_populate_for_reading(void *address, size_t length) {
  return RETRY(madvise(address, length, MADV_POPULATE_READ));
}

// Puts bytes into a pipe and takes them out again.
static int pass(const int ends[2], const struct iovec *parts, int count, size_t *passed) {
  char bytes[256];
  ssize_t written;
  int code = RETRY(written = writev(ends[1], parts, count));
  if (code) return code;
  *passed = (size_t)written;
  for (size_t left = *passed; left > 0;) {
    ssize_t taken;
    code = RETRY(taken = read(ends[0], bytes, left < sizeof bytes ? left : sizeof bytes));
    if (code) return code;
    left -= (size_t)taken;
  }
  return 0;
}

int clinux_load_pages(const void *address, size_t length, size_t page) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) == -1) return errno;
  // A pipe holds 4096 bytes or more, so no call waits for another.
  enum { most = 256 };
  int code = 0;
  for (size_t done = 0; done < length && code == 0;) {
    struct iovec parts[most];
    int count = 0;
    for (size_t place = done; place < length && count < most; place += page)
      parts[count++] = (struct iovec){(char *)address + place, 1};
    size_t passed = 0;
    code = pass(ends, parts, count, &passed);
    done += passed * page;
  }
  close(ends[0]);
  close(ends[1]);
  return code;
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
