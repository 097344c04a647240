#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

#define RETRY(call)                                                                                                \
  while ((call) == -1) {                                                                                           \
    if (errno != EINTR) return errno;                                                                              \
  }                                                                                                                \
  return 0

int clinux_lock_exclusive(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
  RETRY(fcntl(fd, F_OFD_SETLK, &lock));
}

int clinux_preallocate(int fd, off_t offset, off_t length) { RETRY(fallocate(fd, 0, offset, length)); }

int clinux_start_writeback(int fd, off_t offset, off_t length) {
  RETRY(sync_file_range(fd, offset, length, SYNC_FILE_RANGE_WRITE));
}

int clinux_populate_for_writing(void *address, size_t length) {
  RETRY(madvise(address, length, MADV_POPULATE_WRITE));
}

int clinux_rename(const char *from, const char *to, bool replace) {
  RETRY(renameat2(AT_FDCWD, from, AT_FDCWD, to, replace ? 0 : RENAME_NOREPLACE));
}

int clinux_filesystem_type(int fd, int64_t *type) {
  struct statfs info;
  while (fstatfs(fd, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  *type = info.f_type;
  return 0;
}

int clinux_cachestat(int fd, uint64_t offset, uint64_t length, struct clinux_cachestat *counts) {
  struct {
    uint64_t offset, length;
  } range = {offset, length};
  RETRY(syscall(SYS_cachestat, fd, &range, counts, 0));
}
