#define _GNU_SOURCE
#include "rivals.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { page = 4096 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

struct crew {
  pthread_barrier_t start;
  void (*body)(void *, int);
  void *context;
};

struct member {
  struct crew *crew;
  int number;
  // Taken by the thread itself: a thread that waits for it may be woken when all is over.
  double start, end;
};

static void *work(void *argument) {
  struct member *member = argument;
  pthread_barrier_wait(&member->crew->start);
  member->start = now();
  member->crew->body(member->crew->context, member->number);
  member->end = now();
  return NULL;
}

double rivals_threads(int count, void (*body)(void *, int), void *context) {
  struct crew crew = {.body = body, .context = context};
  struct member members[count];
  pthread_t threads[count];
  pthread_barrier_init(&crew.start, NULL, count);
  for (int i = 0; i < count; i++) {
    members[i] = (struct member){.crew = &crew, .number = i};
    if (pthread_create(&threads[i], NULL, work, &members[i]) != 0) fail("pthread_create");
  }
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&crew.start);
  double start = members[0].start, end = members[0].end;
  for (int i = 1; i < count; i++) {
    if (members[i].start < start) start = members[i].start;
    if (members[i].end > end) end = members[i].end;
  }
  return end - start;
}

// The next chunk that no thread has: its number, its place and its length.
static int take(struct rival *rival, size_t *index, size_t *offset, size_t *count) {
  *index = __atomic_fetch_add(rival->next, 1, __ATOMIC_RELAXED);
  size_t chunks = (rival->size + rival->chunk - 1) / rival->chunk;
  if (*index >= chunks) return 0;
  *offset = rival->todo ? rival->todo[*index].start : *index * rival->chunk;
  *count = rival->size - *offset < rival->chunk ? rival->size - *offset : rival->chunk;
  return 1;
}

static void store(struct rival *rival, const char *bytes, size_t offset, size_t count) {
  switch (rival->way) {
  case RIVAL_POPULATE:
    if (madvise(rival->base + offset, count, MADV_POPULATE_WRITE) != 0) fail("madvise");
    memcpy(rival->base + offset, bytes, count);
    break;
  case RIVAL_COPY:
    memcpy(rival->base + offset, bytes, count);
    break;
  case RIVAL_PWRITE:
    for (size_t done = 0; done < count;) {
      ssize_t written = pwrite(rival->fd, bytes + done, count - done, offset + done);
      if (written < 0 && errno != EINTR) fail("pwrite");
      if (written > 0) done += written;
    }
  }
}

void rival_write(void *context, int thread) {
  struct rival *rival = context;
  size_t index, offset, count;
  while (take(rival, &index, &offset, &count)) {
    char *bytes = rival->buffers ? rival->buffers[thread] : malloc(rival->chunk);
    if (!rival->buffers) memset(bytes, 7, count);
    // A mapping takes what is generated where it belongs.
    if (rival->generates && rival->way != RIVAL_PWRITE) {
      if (rival->way == RIVAL_POPULATE && madvise(rival->base + offset, count, MADV_POPULATE_WRITE) != 0)
        fail("madvise");
      bench_generate(rival->base + offset, count, offset);
    } else {
      (rival->generates ? bench_generate : bench_stamp)(bytes, count, offset);
      store(rival, bytes, offset, count);
    }
    if (!rival->buffers) free(bytes);
    if (rival->todo) rival->done[index] = rival->todo[index];
  }
}

void rival_read(void *context, int thread) {
  struct rival *rival = context;
  size_t index, offset, count;
  while (take(rival, &index, &offset, &count)) {
    if (rival->way == RIVAL_PWRITE) {
      if (pread(rival->fd, rival->buffers[thread], count, offset) != (ssize_t)count) fail("pread");
    } else {
      memcpy(rival->buffers[thread], rival->base + offset, count);
    }
  }
}

void rival_write_and_sync(void *context, int thread) {
  struct rival *rival = context;
  size_t index, offset, count;
  while (take(rival, &index, &offset, &count) && index < rival->most) {
    bench_stamp(rival->buffers[thread], count, offset);
    store(rival, rival->buffers[thread], offset, count);
    rival_sync(rival, offset, count);
    rival->done[index] = rival->todo[index];
  }
}

void rival_allocate(void *context, int thread) {
  (void)thread;
  struct rival *rival = context;
  size_t *next = rival->next, chunk = rival->chunk, size = rival->size, offset, sum = 0;
  while ((offset = __atomic_fetch_add(next, chunk, __ATOMIC_RELAXED)) < size) sum += offset;
  bench_use(sum);
}

void bench_stamp(char *bytes, size_t count, size_t offset) {
  for (size_t i = 0; i < count; i += page) *(uint64_t *)(bytes + i) = ~(uint64_t)(offset + i);
}

void bench_generate(char *bytes, size_t count, size_t offset) {
  uint64_t *words = (uint64_t *)bytes;
  for (size_t i = 0; i < count / 8; i++) words[i] = (offset + 8 * i) * 0x9e3779b97f4a7c15;
}

long bench_verify(const char *base, size_t size, int filler, int generated) {
  static char expected[page];
  for (size_t offset = 0; offset < size; offset += page) {
    if (generated) {
      bench_generate(expected, page, offset);
    } else {
      memset(expected, filler, page);
      bench_stamp(expected, page, offset);
    }
    if (memcmp(base + offset, expected, page) != 0) return offset;
  }
  return -1;
}

struct rival rival_open(const char *path, size_t size, int reserves_blocks, int populates) {
  struct rival rival = {.fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600), .size = size};
  if (rival.fd < 0) fail(path);
  if ((reserves_blocks ? fallocate(rival.fd, 0, 0, size) : ftruncate(rival.fd, size)) != 0) fail(path);
  rival.base =
    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | (populates ? MAP_POPULATE : 0), rival.fd, 0);
  if (rival.base == MAP_FAILED) fail("mmap");
  return rival;
}

void rival_close(struct rival rival, const char *path) {
  munmap(rival.base, rival.size);
  unlink(path);
  close(rival.fd);
}

void rival_sync(const struct rival *rival, size_t offset, size_t count) {
  if (rival->way == RIVAL_PWRITE) {
    if (fdatasync(rival->fd) != 0) fail("fdatasync");
  } else if (msync(rival->base + offset, count, MS_SYNC) != 0) {
    fail("msync");
  }
}

void rival_flush(const struct rival *rival, size_t offset, size_t count) {
  if (sync_file_range(rival->fd, offset, count, SYNC_FILE_RANGE_WRITE) != 0) fail("sync_file_range");
}

void bench_use(size_t value) { __asm__ volatile("" : : "r"(value)); }

void bench_settle(const char *folder, size_t size) {
  int fd = open(folder, O_RDONLY | O_DIRECTORY);
  if (fd < 0 || syncfs(fd) != 0) fail(folder);
  close(fd);
  int scratch = open(folder, O_RDWR | O_TMPFILE, 0600);
  if (scratch < 0) fail(folder);
  static char bytes[1 << 20];
  for (size_t offset = 0; offset < size; offset += sizeof bytes) {
    if (pwrite(scratch, bytes, sizeof bytes, offset) != sizeof bytes) fail(folder);
  }
  close(scratch);
}

void bench_print_by_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
