// What people would use instead of the library, in plain C, and what both sides of a comparison share.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>

// How a rival brings bytes into a file.
enum rival_way {
  // memcpy(3) into a shared mapping.
  RIVAL_COPY,
  // madvise(2) with MADV_POPULATE_WRITE for each write, then memcpy.
  RIVAL_POPULATE,
  // pwrite(2).
  RIVAL_PWRITE,
};

// A part of the file, kept by a caller that wants to know later what was written.
struct place {
  size_t start, count, file;
};

// One run of a rival: its threads take chunks of the file in order, or from a list, until none is left.
struct rival {
  enum rival_way way;
  int fd;
  char *base;
  size_t size;
  size_t chunk;
  // The chunks to be written, which are moved to those that are done; NULL for the order of the file, and no list.
  struct place *todo, *done;
  // A buffer of `chunk` bytes for each thread; NULL where each write fills a fresh one, as the Rust crate's benchmark
  // does.
  char **buffers;
  // Whether the bytes are generated, and not only stamped.
  int generates;
  size_t *next;
  // How many chunks are written and synced.
  size_t most;
};

// Runs `body` in so many threads at once. Gives the seconds from the start of the first to the end of the last.
double rivals_threads(int count, void (*body)(void *context, int thread), void *context);

// The body of a rival's threads.
void rival_write(void *rival, int thread);

// Reads chunks of the file into the threads' buffers: by memcpy from the mapping, or by pread(2).
void rival_read(void *rival, int thread);

// Writes chunk after chunk, `most` of them, and syncs each before the next.
void rival_write_and_sync(void *rival, int thread);

// Adds to a counter until it has passed the file's end: what an allocation costs at least.
void rival_allocate(void *rival, int thread);

// Marks each page of a buffer with its place in the file.
void bench_stamp(char *bytes, size_t count, size_t offset);

// Fills a buffer with words that follow from their place in the file.
void bench_generate(char *bytes, size_t count, size_t offset);

// Whether all pages hold their stamps and `filler`, or what is generated; the first offset that does not, or -1.
long bench_verify(const char *base, size_t size, int filler, int generated);

// Makes a file for a rival and maps it; the mapping is populated with it if that is asked for.
struct rival rival_open(const char *path, size_t size, int reserves_blocks, int populates);

// Unmaps and closes it, and removes its name.
void rival_close(struct rival rival, const char *path);

// Syncs some bytes by msync(2), or for pwrite the whole file by fdatasync(2).
void rival_sync(const struct rival *rival, size_t offset, size_t count);

// Starts the writeback of some bytes by sync_file_range(2).
void rival_flush(const struct rival *rival, size_t offset, size_t count);

// Keeps the compiler from leaving out what led to a value.
void bench_use(size_t value);

// Waits until a folder's file system has written what it has. Then fills so much of its page cache and gives it back: a
// virtual machine takes memory that lies idle for some seconds away, and its next use is ten times as slow.
void bench_settle(const char *folder, size_t size);

// Shows each line of output as soon as it is whole.
void bench_print_by_lines(void);
