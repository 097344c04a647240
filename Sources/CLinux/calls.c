#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

int clinux_write_back(int fd, off_t offset, off_t length, bool waits) {
  int wait = waits ? SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER : 0;
  return RETRY(sync_file_range(fd, offset, length, SYNC_FILE_RANGE_WRITE | wait));
}

int clinux_populate_for_writing(void *address, size_t length) {
  return RETRY(madvise(address, length, MADV_POPULATE_WRITE));
}

int clinux_cachestat(int fd, uint64_t offset, uint64_t length, struct clinux_cachestat *counts) {
  struct {
    uint64_t offset, length;
  } range = {offset, length};
  return RETRY(syscall(SYS_cachestat, fd, &range, counts, 0));
}

// Fetches the next extents; the map has none when there are no more.
static int fetch(struct clinux_extent_walk *walk, uint64_t position) {
  size_t size = sizeof *walk->map + walk->capacity * sizeof(struct fiemap_extent);
  if (!walk->map && !(walk->map = malloc(size))) return ENOMEM;
  *walk->map = (struct fiemap){.fm_start = position, .fm_length = walk->end - position,
      .fm_flags = walk->settled ? FIEMAP_FLAG_SYNC : 0, .fm_extent_count = walk->capacity};
  walk->index = 0;
  return RETRY(ioctl(walk->fd, FS_IOC_FIEMAP, walk->map));
}

int clinux_next_extent(struct clinux_extent_walk *walk, uint64_t position, struct clinux_extent *extent) {
  *extent = (struct clinux_extent){.logical = walk->end};
  // A server may answer anything: without progress the walk ends.
  for (bool may_fetch = true; position < walk->end;) {
    while (walk->map && walk->index < walk->map->fm_mapped_extents) {
      struct fiemap_extent *next = &walk->map->fm_extents[walk->index];
      bool is_too_far = next->fe_length > UINT64_MAX - next->fe_logical;
      if (is_too_far || next->fe_logical + next->fe_length > position) {
        *extent = (struct clinux_extent){next->fe_logical, next->fe_physical, next->fe_length, next->fe_flags};
        return 0;
      }
      if (next->fe_flags & FIEMAP_EXTENT_LAST) return 0;
      walk->index++;
    }
    if (!may_fetch) return 0;
    may_fetch = false;
    int code = fetch(walk, position);
    if (code) return code;
  }
  return 0;
}

void clinux_end_walk(struct clinux_extent_walk *walk) { free(walk->map); }

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
