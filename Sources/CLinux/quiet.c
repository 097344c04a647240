// Reads that leave the page cache as it is: which pages are in memory, which of them are active, and the times.
#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/uio.h>

// Missing in the headers of older systems.
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x80
#endif

enum { PAGE = 4096 };

void clinux_be_quiet(int fd) {
  int flags = fcntl(fd, F_GETFL);
  // Only the owner may (and CAP_FOWNER); elsewhere reading moves the time as it always does.
  if (flags != -1) fcntl(fd, F_SETFL, flags | O_NOATIME);
  posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
}

struct clinux_window {
  int fd;
  off_t start;
  size_t length;
  char *base;
  struct clinux_guard *guard;
  _Atomic(uint64_t) faults;
  uint8_t marks[];
};

// pread(2) would mark pages as accessed, and set off readahead at those that carry its mark, FADV_RANDOM or not. Faults
// in a mapping that is read at random do neither (do_async_mmap_readahead in mm/filemap.c).
int clinux_window_open(int fd, off_t offset, size_t length, struct clinux_window **window) {
  size_t unit = (size_t)sysconf(_SC_PAGESIZE), head = (size_t)offset % unit;
  length = (head + length + unit - 1) / unit * unit;
  struct clinux_window *made = calloc(1, sizeof *made + length / PAGE);
  if (!made) return ENOMEM;
  made->fd = fd;
  made->start = offset - (off_t)head;
  made->length = length;
  made->base = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, made->start);
  if (made->base == MAP_FAILED) {
    int failure = errno;
    free(made);
    return failure;
  }
  madvise(made->base, length, MADV_RANDOM);
  made->guard = clinux_guard_register(made->base, length, unit, made->marks, (uint64_t *)&made->faults);
  if (!made->guard) {
    munmap(made->base, length);
    free(made);
    return ENOMEM;
  }
  *window = made;
  return 0;
}

void clinux_window_close(struct clinux_window *window) {
  clinux_guard_unregister(window->guard);
  // Before Linux 6.3 the pages of a mapping that is read at random count as accessed when it goes, those of one that is
  // read in sequence never (zap_pte_range in mm/memory.c).
  madvise(window->base, window->length, MADV_SEQUENTIAL);
  munmap(window->base, window->length);
  free(window);
}

// Clamps a count of bytes to the end that the file has now.
static int covered(struct clinux_window *window, size_t place, size_t *count) {
  struct clinux_coverage now;
  int code = clinux_cover(window->fd, &now);
  if (code) return code;
  uint64_t start = (uint64_t)window->start + place;
  *count = now.size <= start ? 0 : now.size - start < *count ? now.size - start : *count;
  return 0;
}

// How many bytes come before the first page that a fault has replaced.
static size_t attached(struct clinux_window *window, size_t place, size_t count) {
  if (atomic_load(&window->faults) == 0) return count;
  for (size_t page = place / PAGE; page * PAGE < place + count; page++) {
    if (__atomic_load_n(&window->marks[page], __ATOMIC_SEQ_CST)) return page * PAGE <= place ? 0 : page * PAGE - place;
  }
  return count;
}

int clinux_window_copy(struct clinux_window *window, off_t offset, void *bytes, size_t count, size_t *copied) {
  *copied = 0;
  size_t place = (size_t)(offset - window->start);
  count = place >= window->length ? 0 : MIN(count, window->length - place);
  int code = covered(window, place, &count);
  if (code) return code;
  memcpy(bytes, window->base + place, count);
  // If the file was cut meanwhile, zeros were copied from behind its end.
  size_t left = attached(window, place, count);
  code = covered(window, place, &count);
  if (code) return code;
  *copied = MIN(left, count);
  return left < count ? EIO : 0;
}

int clinux_read_once(int fd, void *bytes, size_t count, off_t offset, size_t *found) {
  struct iovec memory = {bytes, count};
  ssize_t read;
  int code = RETRY(read = preadv2(fd, &memory, 1, offset, RWF_DONTCACHE));
  if (code == EOPNOTSUPP) code = RETRY(read = pread(fd, bytes, count, offset));
  *found = code ? 0 : (size_t)read;
  return code;
}
