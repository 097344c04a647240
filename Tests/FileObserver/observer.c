#define _GNU_SOURCE
#include "FileObserver.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A round over so many pages takes some milliseconds; of longer files the first ones are looked at.
enum { PAGES_MAX = 8192 };

struct file_observer {
  int fd, events, by_page;
  char *path;
  struct file_seen seen;
  unsigned char *states, *blocks, *residency;
  pthread_t thread;
  atomic_int is_ending;
  struct statx_timestamp modified;
};

// Without times: on ext4 the next write would have new ones to journal.
static int ask(int folder, const char *path, int flags, struct statx *answer) {
  return statx(folder, path, flags, STATX_SIZE | STATX_INO | STATX_NLINK, answer);
}

static int is_same(const struct statx *a, const struct statx *b) {
  return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

static void widen(struct span *span, int round, long value) {
  if (round == 0 || value < span->low) span->low = value;
  if (round == 0 || value > span->high) span->high = value;
}

// cachestat(2): 0 bytes mean to the end.
static int count(int fd, uint64_t start, uint64_t size, uint64_t counts[5]) {
  uint64_t range[2] = {start, size};
  return syscall(451, fd, range, counts, 0) == 0 ? 0 : errno;
}

static long resident(struct file_observer *o, long size) {
  if (size == 0) return 0;
  size_t pages = (size_t)(size + 4095) / 4096;
  void *mapping = mmap(NULL, pages * 4096, PROT_READ, MAP_SHARED, o->fd, 0);
  if (mapping == MAP_FAILED) return -1;
  unsigned char *vector = realloc(o->residency, pages);
  long found = 0;
  if (vector) o->residency = vector;
  if (!vector || mincore(mapping, pages * 4096, vector) != 0) found = -1;
  for (size_t i = 0; i < pages && found >= 0; i++) found += vector[i] & 1;
  munmap(mapping, pages * 4096);
  return found;
}

static int kind(unsigned flags) {
  if (flags & FIEMAP_EXTENT_DELALLOC) return BLOCKS_DELAYED;
  if (flags & (FIEMAP_EXTENT_DATA_INLINE | FIEMAP_EXTENT_UNKNOWN)) return BLOCKS_OTHER;
  return flags & FIEMAP_EXTENT_UNWRITTEN ? BLOCKS_UNWRITTEN : BLOCKS_WRITTEN;
}

static void mark(struct file_observer *o, uint64_t from, uint64_t to, int kind, uint64_t end) {
  if (to > end) to = end;
  for (uint64_t page = from / 4096; from < to && page <= (to - 1) / 4096; page++) o->blocks[page] |= kind;
}

static void look_at_blocks(struct file_observer *o, uint64_t end) {
  enum { COUNT = 128 };
  uint64_t room[(sizeof(struct fiemap) + COUNT * sizeof(struct fiemap_extent)) / 8];
  struct fiemap *map = (void *)room;
  uint64_t at = 0;
  int is_last = 0;
  while (at < end && !is_last) {
    memset(map, 0, sizeof *map);
    map->fm_start = at, map->fm_length = end - at, map->fm_extent_count = COUNT;
    if (ioctl(o->fd, FS_IOC_FIEMAP, map) != 0) return;
    is_last = map->fm_mapped_extents == 0;
    for (unsigned i = 0; i < map->fm_mapped_extents; i++) {
      struct fiemap_extent *extent = &map->fm_extents[i];
      if (extent->fe_logical > at) mark(o, at, extent->fe_logical, BLOCKS_HOLE, end);
      at = extent->fe_logical + extent->fe_length;
      mark(o, extent->fe_logical, at, kind(extent->fe_flags), end);
      is_last |= (extent->fe_flags & FIEMAP_EXTENT_LAST) != 0;
    }
  }
  if (at < end) mark(o, at, end, BLOCKS_HOLE, end);
}

static void look(struct file_observer *o) {
  struct file_seen *seen = &o->seen;
  int round = seen->rounds++;
  struct statx own, named;
  if (ask(o->fd, "", AT_EMPTY_PATH, &own) != 0) return;
  int name = ask(AT_FDCWD, o->path, 0, &named) != 0 ? NAME_GONE : is_same(&own, &named) ? NAME_KEPT : NAME_TAKEN;
  seen->names |= name;
  seen->inode = own.stx_ino;
  long size = (long)own.stx_size;
  widen(&seen->size, round, size);
  widen(&seen->links, round, own.stx_nlink);
  uint64_t counts[5];
  int is_told = count(o->fd, 0, 0, counts) == 0;
  widen(&seen->cached, round, is_told ? (long)counts[0] : -1);
  widen(&seen->dirty, round, is_told ? (long)counts[1] : -1);
  widen(&seen->writeback, round, is_told ? (long)counts[2] : -1);
  widen(&seen->resident, round, resident(o, size));
  if (!o->by_page) return;
  long pages = (size + 4095) / 4096;
  if (pages > PAGES_MAX) pages = PAGES_MAX;
  // What is reported is in the file in every round.
  if (round == 0 || pages < seen->pages) seen->pages = pages;
  for (long page = 0; page < pages; page++) {
    if (count(o->fd, (uint64_t)page * 4096, 4096, counts) != 0) break;
    o->states[page] |= 1 << ((counts[0] > 0) | (counts[1] > 0) << 1 | (counts[2] > 0) << 2);
  }
  look_at_blocks(o, (uint64_t)pages * 4096);
}

static void *look_on(void *context) {
  struct file_observer *o = context;
  while (!atomic_load(&o->is_ending)) look(o);
  return NULL;
}

struct file_observer *observer_open(const char *path) {
  struct file_observer *o = calloc(1, sizeof *o);
  if (!o) return NULL;
  o->fd = open(path, O_RDONLY | O_CLOEXEC);
  o->path = strdup(path);
  o->states = calloc(PAGES_MAX, 1), o->blocks = calloc(PAGES_MAX, 1);
  o->events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  char open_file[32];
  snprintf(open_file, sizeof open_file, "/proc/self/fd/%d", o->fd);
  inotify_add_watch(o->events, open_file, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
  struct statx own;
  if (o->fd >= 0 && o->path && o->states && o->blocks && ask(o->fd, "", AT_EMPTY_PATH, &own) == 0 && own.stx_size > 0) {
    o->seen.inode = own.stx_ino;
    return o;
  }
  observer_close(o);
  return NULL;
}

void observer_close(struct file_observer *o) {
  if (o->fd >= 0) close(o->fd);
  if (o->events >= 0) close(o->events);
  free(o->path), free(o->states), free(o->blocks), free(o->residency);
  free(o);
}

// Whether there were events since the last time.
static int had_events(struct file_observer *o) {
  char room[4096];
  int had = 0;
  while (read(o->events, room, sizeof room) > 0) had = 1;
  return had;
}

// A store into a mapping makes no event. It moves the time where it makes a clean page dirty.
static struct statx_timestamp modified(const struct file_observer *o) {
  struct statx answer = {0};
  statx(o->fd, "", AT_EMPTY_PATH, STATX_MTIME, &answer);
  return answer.stx_mtime;
}

int observer_start(struct file_observer *o, int by_page) {
  o->by_page = by_page;
  o->seen = (struct file_seen){.inode = o->seen.inode};
  memset(o->states, 0, PAGES_MAX), memset(o->blocks, 0, PAGES_MAX);
  had_events(o);
  // Asked for before and after all rounds alone: on ext4 the next write has new times to journal.
  o->modified = modified(o);
  look(o);
  atomic_store(&o->is_ending, 0);
  return pthread_create(&o->thread, NULL, look_on, o);
}

struct file_seen observer_stop(struct file_observer *o) {
  atomic_store(&o->is_ending, 1);
  pthread_join(o->thread, NULL);
  look(o);
  struct statx_timestamp now = modified(o);
  int has_moved = now.tv_sec != o->modified.tv_sec || now.tv_nsec != o->modified.tv_nsec;
  o->seen.was_written = had_events(o) || has_moved;
  return o->seen;
}

int observer_states(const struct file_observer *o, long page) { return o->states[page]; }

int observer_blocks(const struct file_observer *o, long page) { return o->blocks[page]; }

int observer_leads(const struct file_observer *o, const char *path) {
  struct statx own, named;
  return ask(o->fd, "", AT_EMPTY_PATH, &own) == 0 && ask(AT_FDCWD, path, 0, &named) == 0 && is_same(&own, &named);
}
