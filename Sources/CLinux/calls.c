#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
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

void clinux_unlock(int fd) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
  fcntl(fd, F_OFD_SETLK, &lock);
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

int clinux_memory_file_system(int fd, const char **name) {
  struct statfs info;
  while (fstatfs(fd, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  switch (info.f_type) {
  case TMPFS_MAGIC: *name = "tmpfs"; break;
  case RAMFS_MAGIC: *name = "ramfs"; break;
  case HUGETLBFS_MAGIC: *name = "hugetlbfs"; break;
  default: *name = NULL;
  }
  return 0;
}

int clinux_cachestat(int fd, uint64_t offset, uint64_t length, struct clinux_cachestat *counts) {
  struct {
    uint64_t offset, length;
  } range = {offset, length};
  RETRY(syscall(SYS_cachestat, fd, &range, counts, 0));
}

int clinux_extents(int fd, uint64_t start, uint64_t length, struct clinux_extent *extents, unsigned capacity,
                   unsigned *count) {
  struct fiemap *map = calloc(1, sizeof *map + capacity * sizeof(struct fiemap_extent));
  if (!map) return ENOMEM;
  map->fm_start = start;
  map->fm_length = length;
  map->fm_extent_count = capacity;
  int answer;
  do answer = ioctl(fd, FS_IOC_FIEMAP, map) == -1 ? errno : 0;
  while (answer == EINTR);
  *count = answer ? 0 : map->fm_mapped_extents;
  for (unsigned i = 0; i < *count; i++) {
    struct fiemap_extent *from = &map->fm_extents[i];
    extents[i] = (struct clinux_extent){from->fe_logical, from->fe_physical, from->fe_length, from->fe_flags};
  }
  free(map);
  return answer;
}

int clinux_seek(int fd, off_t from, bool to_data, off_t *found) {
  off_t before = lseek(fd, 0, SEEK_CUR);
  if (before == -1) return errno;
  *found = lseek(fd, from, to_data ? SEEK_DATA : SEEK_HOLE);
  int answer = *found == -1 ? errno : 0;
  lseek(fd, before, SEEK_SET);
  return answer;
}

int clinux_watch(int fd) {
  int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watch == -1) return -errno;
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  uint32_t events = IN_MODIFY | IN_ATTRIB | IN_OPEN | IN_CLOSE | IN_DELETE_SELF | IN_MOVE_SELF;
  if (inotify_add_watch(watch, link, events) != -1) return watch;
  int failure = errno;
  close(watch);
  return -failure;
}

void clinux_watch_clear(int watch) {
  char events[4096];
  while (read(watch, events, sizeof events) > 0) {}
}

int clinux_identity(int folder, const char *name, struct clinux_identity *identity) {
  struct statx info;
  while (statx(folder, name, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  *identity = (struct clinux_identity){info.stx_dev_major, info.stx_dev_minor, info.stx_ino};
  return 0;
}

int clinux_cover(int fd, struct clinux_coverage *coverage) {
  struct statx info;
  while (statx(fd, "", AT_EMPTY_PATH, STATX_SIZE | STATX_NLINK, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  *coverage = (struct clinux_coverage){info.stx_size, info.stx_nlink};
  return 0;
}

int clinux_next_number(DIR *folder) {
  for (struct dirent *entry; (entry = readdir(folder));) {
    char *end;
    long number = strtol(entry->d_name, &end, 10);
    if (end != entry->d_name && !*end && number >= 0) return (int)number;
  }
  return -1;
}

int clinux_may_write(int fd) { RETRY(syscall(SYS_faccessat2, fd, "", W_OK, AT_EACCESS | AT_EMPTY_PATH)); }
