// A program that maps a file and touches its pages as it is ordered: one step for each SIGUSR1, and a line after it.
//
//   Toucher FILE STEP…    map, unmap, move, out, anonymous, protect, read PAGES, write PAGES, thread PAGES, pass PAGES, flood TIMES, end
//
// PAGES is a list as "0,16,40"; `pass` has the kernel read them, by write(2) to a pipe; `flood` stores to all of them, over
// and over.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int file;
static size_t size;
static volatile char *base;
static char *last;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void map(void) {
  base = mmap(last, size, PROT_READ | PROT_WRITE, MAP_SHARED | (last ? MAP_FIXED : 0), file, 0);
  if (base == MAP_FAILED) fail("mmap");
  last = (char *)base;
}

// The same addresses, with other memory, of which each page is touched.
static void use_otherwise(void) {
  char *memory = mmap(last, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  for (size_t at = 0; at < size; at += 4096) ((volatile char *)memory)[at] = 1;
}

static void move(void) {
  char *room = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED || munmap(room, size)) fail("mmap");
  base = mremap((void *)base, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, room);
  if (base == MAP_FAILED) fail("mremap");
}

static void touch(const char *pages, char how) {
  static int ends[2];
  if (how == 'p' && !ends[0] && pipe(ends)) fail("pipe");
  for (const char *at = pages; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
    volatile char *byte = base + 4096 * strtoul(at, NULL, 10);
    switch (how) {
      case 'w': *byte = 1; break;
      case 'p':
        if (write(ends[1], (const void *)byte, 1) != 1) fail("write");
        break;
      default: (void)*byte;
    }
  }
}

// Each time all pages fault.
static void flood(unsigned long times) {
  while (times-- > 0) {
    for (size_t at = 0; at < size; at += 4096) base[at] = 1;
    if (madvise((void *)base, size, MADV_DONTNEED)) fail("madvise");
  }
}

static void *touch_in_thread(void *pages) {
  touch(pages, 'r');
  return NULL;
}

int main(int count, char **words) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct stat info;
  if (count < 2 || (file = open(words[1], O_RDWR)) == -1 || fstat(file, &info)) fail("open");
  size = (size_t)info.st_size;
  sigset_t order;
  sigemptyset(&order);
  sigaddset(&order, SIGUSR1);
  sigprocmask(SIG_BLOCK, &order, NULL);
  map();
  puts("ready");
  for (int step = 2; step < count; step++) {
    int number;
    sigwait(&order, &number);
    const char *pages = strchr(words[step], ' ');
    if (pages) pages++;
    switch (words[step][0]) {
      case 'm': strcmp(words[step], "move") ? map() : move(); break;
      case 'o':  // evicted, and the kernel keeps a trace
        if (madvise((void *)base, size, MADV_PAGEOUT)) fail("madvise");
        break;
      case 'u': munmap((void *)base, size); break;
      case 'a': use_otherwise(); break;
      case 'p':
        if (pages) {
          touch(pages, 'p');
        } else if (mprotect((void *)base, size, PROT_READ)) {
          fail("mprotect");
        }
        break;
      case 't': {
        pthread_t thread;
        if (pthread_create(&thread, NULL, touch_in_thread, (void *)pages)) fail("pthread_create");
        pthread_join(thread, NULL);
        break;
      }
      case 'f': flood(strtoul(pages, NULL, 10)); break;
      case 'e': return 0;
      default: touch(pages, words[step][0]);
    }
    printf("%s\n", words[step]);
  }
  while (1) pause();
}
