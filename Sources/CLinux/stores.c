#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

#include <linux/fs.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

// Headers before Linux 5.11 and 6.7 lack these.
enum { USER_MODE_ONLY = 1 };
enum { WP_UNPOPULATED = 1 << 13, WP_ASYNC = 1 << 15 };
enum { WPALLOWED = 1, WRITTEN = 2, SCAN_WP_MATCHING = 1 };
struct scan {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define SCAN _IOWR('f', 16, struct scan)

int clinux_stores_open(struct clinux_stores *stores, enum clinux_stores_step *step) {
  *stores = (struct clinux_stores){-1, -1};
  *step = CLINUX_STORES_USERFAULTFD;
  stores->faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | USER_MODE_ONLY);
  if (stores->faults == -1) return errno;
  *step = CLINUX_STORES_FEATURES;
  struct uffdio_api api = {.api = UFFD_API, .features = WP_UNPOPULATED | WP_ASYNC};
  int code = RETRY(ioctl(stores->faults, UFFDIO_API, &api));
  if (!code) {
    *step = CLINUX_STORES_PAGEMAP;
    code = clinux_open_at(AT_FDCWD, "/proc/self/pagemap", O_RDONLY, 0, &stores->pages);
  }
  if (code) clinux_stores_close(stores);
  return code;
}

int clinux_stores_cover(const struct clinux_stores *stores, uint64_t from, uint64_t end) {
  struct uffdio_range range = {from, end - from};
  struct uffdio_register registration = {.range = range, .mode = UFFDIO_REGISTER_MODE_WP};
  int code = RETRY(ioctl(stores->faults, UFFDIO_REGISTER, &registration));
  if (code) return code;
  // EAGAIN while the process's mappings change, as at a fork(2).
  struct uffdio_writeprotect protection = {.range = range, .mode = UFFDIO_WRITEPROTECT_MODE_WP};
  do code = RETRY(ioctl(stores->faults, UFFDIO_WRITEPROTECT, &protection));
  while (code == EAGAIN);
  return code;
}

int clinux_stores_find(const struct clinux_stores *stores, struct clinux_stores_search *search) {
  struct scan scan = {
      .size = sizeof scan, .flags = search->makes_clean ? SCAN_WP_MATCHING : 0, .start = search->from, .end = search->end,
      .vec = (uintptr_t)search->runs, .vec_len = search->capacity,
      // Without WPALLOWED, memory that the guard has laid over the file would count as written.
      .category_mask = WRITTEN | WPALLOWED, .return_mask = WRITTEN};
  int count = (int)TEMP_FAILURE_RETRY(ioctl(stores->pages, SCAN, &scan));
  search->count = count == -1 ? 0 : (unsigned)count;
  if (count == -1) return errno;
  search->from = search->count < search->capacity ? search->end : scan.walk_end;
  return 0;
}

void clinux_stores_close(struct clinux_stores *stores) {
  if (stores->faults != -1) close(stores->faults);
  if (stores->pages != -1) close(stores->pages);
  *stores = (struct clinux_stores){-1, -1};
}
