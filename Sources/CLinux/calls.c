#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

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

int clinux_start_writeback(int fd, off_t offset, off_t length) {
  RETRY(sync_file_range(fd, offset, length, SYNC_FILE_RANGE_WRITE));
}

int clinux_write_back(int fd, off_t offset, off_t length) {
  RETRY(sync_file_range(
      fd, offset, length, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
}

int clinux_populate_for_writing(void *address, size_t length) {
  RETRY(madvise(address, length, MADV_POPULATE_WRITE));
}

int clinux_memory_file_system(int fd, const char **name) {
  struct statfs info;
  while (fstatfs(fd, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  struct stat file;
  bool is_device = info.f_type == TMPFS_MAGIC && fstat(fd, &file) == 0 && S_ISBLK(file.st_mode);
  switch (is_device ? 0 : info.f_type) {
  case TMPFS_MAGIC: *name = "tmpfs"; break;
  case RAMFS_MAGIC: *name = "ramfs"; break;
  case HUGETLBFS_MAGIC: *name = "hugetlbfs"; break;
  default: *name = NULL;
  }
  return 0;
}

size_t clinux_mapping_unit(int fd) {
  struct statfs info;
  bool is_huge = fstatfs(fd, &info) == 0 && info.f_type == HUGETLBFS_MAGIC;
  return is_huge ? (size_t)info.f_bsize : (size_t)sysconf(_SC_PAGESIZE);
}

bool clinux_is_made_up(int fd) {
  struct statfs info;
  if (fstatfs(fd, &info) == -1) return false;
  switch (info.f_type) {
  case PROC_SUPER_MAGIC: case SYSFS_MAGIC: case DEBUGFS_MAGIC: case TRACEFS_MAGIC: case SECURITYFS_MAGIC:
  case CGROUP_SUPER_MAGIC: case CGROUP2_SUPER_MAGIC: case SELINUX_MAGIC: case EFIVARFS_MAGIC: case BPF_FS_MAGIC:
    return true;
  default: return false;
  }
}

int clinux_cachestat(int fd, uint64_t offset, uint64_t length, struct clinux_cachestat *counts) {
  struct {
    uint64_t offset, length;
  } range = {offset, length};
  RETRY(syscall(SYS_cachestat, fd, &range, counts, 0));
}

int clinux_extents(int fd, uint64_t start, uint64_t length, bool settled, struct clinux_extent *extents,
                   unsigned capacity, unsigned *count) {
  struct fiemap *map = calloc(1, sizeof *map + capacity * sizeof(struct fiemap_extent));
  if (!map) return ENOMEM;
  map->fm_start = start;
  map->fm_length = length;
  map->fm_flags = settled ? FIEMAP_FLAG_SYNC : 0;
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

int clinux_watch(int fd, int *file) {
  if (fcntl(fd, F_GETFD) == -1) return -errno;
  char link[48];
  snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
  int code = clinux_open_at(AT_FDCWD, link, O_PATH, 0, file);
  if (code) return -code;
  int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watch != -1) return watch;
  int failure = errno;
  close(*file);
  return -failure;
}

int clinux_watch_arm(int watch, int file, bool reads) {
  char link[48];
  snprintf(link, sizeof link, "/proc/thread-self/fd/%d", file);
  uint32_t events = IN_MODIFY | IN_ATTRIB | IN_OPEN | IN_CLOSE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONESHOT;
  if (reads) events |= IN_ACCESS;
  int number = inotify_add_watch(watch, link, events);
  return number == -1 ? -errno : number;
}

bool clinux_watch_clear(int watch, int number) {
  // Gone already if there was an event; or going, in the hands of who made it, and not to be armed anew by that.
  inotify_rm_watch(watch, number);
  union {
    struct inotify_event first;
    char bytes[4096];
  } events;
  bool had_any = false;
  for (ssize_t length; (length = read(watch, &events, sizeof events)) > 0;) {
    for (ssize_t place = 0; place < length;) {
      struct inotify_event *event = (struct inotify_event *)(events.bytes + place);
      if (!(event->mask & IN_IGNORED)) had_any = true;
      place += (ssize_t)(sizeof *event + event->len);
    }
  }
  return had_any;
}

int clinux_identity(int folder, const char *name, struct clinux_identity *identity) {
  if (folder < 0 && !*name) return EBADF;  // AT_FDCWD would be the working folder
  struct statx info;
  while (statx(folder, name, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  *identity = (struct clinux_identity){info.stx_dev_major, info.stx_dev_minor, info.stx_ino};
  return 0;
}

int clinux_cover(int fd, struct clinux_coverage *coverage) {
  if (fd < 0) return EBADF;
  struct statx info;
  while (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE | STATX_NLINK, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  uint64_t size = info.stx_size;
  if (S_ISBLK(info.stx_mode) && ioctl(fd, BLKGETSIZE64, &size) == -1) return errno;
  *coverage = (struct clinux_coverage){size, info.stx_nlink};
  return 0;
}

int clinux_modified(int fd, int64_t *nanoseconds) {
  if (fd < 0) return EBADF;
  struct statx info;
  while (statx(fd, "", AT_EMPTY_PATH, STATX_MTIME, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  *nanoseconds = info.stx_mtime.tv_sec * 1000000000 + info.stx_mtime.tv_nsec;
  return 0;
}

unsigned clinux_modes(int flags) {
  // O_SYNC has the bit of O_DSYNC, too.
  unsigned sync = (flags & O_SYNC) == O_SYNC ? CLINUX_SYNCHRONOUS : flags & O_DSYNC ? CLINUX_DATA_SYNCHRONOUS : 0;
  return sync | (flags & O_DIRECT ? CLINUX_DIRECT : 0) | (flags & O_APPEND ? CLINUX_APPENDING : 0);
}

int clinux_next_number(DIR *folder) {
  for (struct dirent *entry; (entry = readdir(folder));) {
    char *end;
    long number = strtol(entry->d_name, &end, 10);
    if (end != entry->d_name && !*end && number >= 0) return (int)number;
  }
  return -1;
}
