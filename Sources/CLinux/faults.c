// The page faults of another process: perf_event_open(2), one ring for each processor.
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "CLinux.h"
#include "retry.h"

// Of 64 pages a processor, with the first page for its ends, the kernel lets a user lock 516 KiB a processor
// (perf_event_mlock_kb): room for a second watch. They hold 8,000 faults, which is what a processor can do in 5 ms.
enum { MOST_RING_PAGES = 64 };

struct ring {
  struct perf_event_mmap_page *ends;
  size_t length;
  int event;  // the first of its processor, into whose ring the others write
};

struct clinux_faults {
  int *events;
  size_t event_count, event_capacity;
  struct ring *rings;  // one for each processor, in part unused
  long processors;
  size_t ring_pages, page;
  int epoll, process;
  bool has_kernel;
};

// A record of a minor fault ends with its address; that of a major one has the period behind it, which is how they
// differ.
static struct perf_event_attr attributes(bool is_major, bool has_kernel) {
  struct perf_event_attr attr = {
      .size = sizeof attr,
      .type = PERF_TYPE_SOFTWARE,
      .config = is_major ? PERF_COUNT_SW_PAGE_FAULTS_MAJ : PERF_COUNT_SW_PAGE_FAULTS_MIN,
      .sample_period = 1,
      .sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR | (is_major ? PERF_SAMPLE_PERIOD : 0),
      .inherit = 1,
      .inherit_thread = 1,
      .exclude_kernel = !has_kernel,
      .exclude_hv = 1,
      .mmap = !is_major,
      .mmap2 = !is_major,
      .mmap_data = !is_major,
      .sample_id_all = 1,
      .use_clockid = 1,
      .clockid = CLOCK_REALTIME,
      .wakeup_events = 1,
  };
  return attr;
}

static int open_event(pid_t task, int processor, bool is_major, bool has_kernel) {
  struct perf_event_attr attr = attributes(is_major, has_kernel);
  int event = (int)syscall(SYS_perf_event_open, &attr, task, processor, -1, PERF_FLAG_FD_CLOEXEC);
  return event == -1 ? -errno : event;
}

int clinux_may_watch_own_faults(void) {
  int event = open_event(0, -1, false, false);
  if (event < 0) return -event;
  close(event);
  return 0;
}

static int keep(struct clinux_faults *faults, int event) {
  if (faults->event_count == faults->event_capacity) {
    size_t capacity = faults->event_capacity ? 2 * faults->event_capacity : 64;
    int *events = realloc(faults->events, capacity * sizeof *events);
    if (!events) {
      close(event);
      return ENOMEM;
    }
    faults->events = events;
    faults->event_capacity = capacity;
  }
  faults->events[faults->event_count++] = event;
  return 0;
}

// The first ring is as large as the user may lock; the others are as large.
static int map_ring(struct clinux_faults *faults, struct ring *ring, int event) {
  while (true) {
    size_t length = (1 + faults->ring_pages) * faults->page;
    void *ends = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
    if (ends != MAP_FAILED) {
      *ring = (struct ring){.ends = ends, .length = length, .event = event};
      // Of an event whose thread has ended POLLHUP is reported for good: edges alone wake.
      struct epoll_event interest = {.events = EPOLLIN | EPOLLET};
      return epoll_ctl(faults->epoll, EPOLL_CTL_ADD, event, &interest) == -1 ? errno : 0;
    }
    if (errno != EPERM || faults->ring_pages == 1) return errno == EPERM ? ENOLCK : errno;
    faults->ring_pages /= 2;
  }
}

static int watch_thread(struct clinux_faults *faults, pid_t thread) {
  for (int processor = 0; processor < faults->processors; processor++) {
    for (int is_major = 0; is_major < 2; is_major++) {
      int event = open_event(thread, processor, is_major, faults->has_kernel);
      if (event == -EACCES && faults->has_kernel) {
        faults->has_kernel = false;
        event = open_event(thread, processor, is_major, false);
      }
      if (event == -ENODEV) break;  // a processor that is off
      if (event < 0) return -event;
      int code = keep(faults, event);
      if (code) return code;
      struct ring *ring = &faults->rings[processor];
      if (!ring->ends) {
        code = map_ring(faults, ring, event);
      } else if (ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, ring->event) == -1) {
        code = errno;
      }
      if (code) return code;
    }
  }
  return 0;
}

static bool holds(const pid_t *threads, size_t count, pid_t thread) {
  for (size_t i = 0; i < count; i++) {
    if (threads[i] == thread) return true;
  }
  return false;
}

// A thread that a watched one makes is watched by inheritance. One that came while the threads were read, by a thread
// that was not watched yet, is found by the second reading.
static int watch_threads(struct clinux_faults *faults, pid_t process) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  pid_t *threads = NULL;
  size_t count = 0;
  int code = 0;
  for (int reading = 0; reading < 2 && !code; reading++) {
    DIR *folder = opendir(path);
    if (!folder) {
      code = errno;
      break;
    }
    size_t known = count;
    for (pid_t thread; !code && (thread = clinux_next_number(folder)) != -1;) {
      if (holds(threads, known, thread)) continue;
      pid_t *more = realloc(threads, (count + 1) * sizeof *threads);
      if (!more) {
        code = ENOMEM;
        break;
      }
      threads = more;
      threads[count++] = thread;
      code = watch_thread(faults, thread);
      if (code == ESRCH && thread != process) code = 0;  // it has ended
    }
    closedir(folder);
  }
  free(threads);
  return code;
}

int clinux_faults_open(pid_t process, struct clinux_faults **result) {
  struct clinux_faults *faults = calloc(1, sizeof *faults);
  if (!faults) return ENOMEM;
  *faults = (struct clinux_faults){
      .processors = sysconf(_SC_NPROCESSORS_CONF),
      .ring_pages = MOST_RING_PAGES,
      .page = (size_t)sysconf(_SC_PAGESIZE),
      .epoll = -1,
      .process = -1,
      .has_kernel = true,
  };
  int code = 0;
  faults->rings = calloc((size_t)faults->processors, sizeof *faults->rings);
  if (!faults->rings) code = ENOMEM;
  if (!code && (faults->process = (int)syscall(SYS_pidfd_open, process, 0)) == -1) {
    code = errno == EINVAL || errno == ENOENT ? ESRCH : errno;  // it is a thread's number
  }
  if (!code && (faults->epoll = epoll_create1(EPOLL_CLOEXEC)) == -1) code = errno;
  struct epoll_event interest = {.events = EPOLLIN};
  if (!code && epoll_ctl(faults->epoll, EPOLL_CTL_ADD, faults->process, &interest) == -1) code = errno;
  if (!code) code = watch_threads(faults, process);
  if (code) {
    clinux_faults_close(faults);
    return code;
  }
  *result = faults;
  return 0;
}

void clinux_faults_close(struct clinux_faults *faults) {
  for (long i = 0; faults->rings && i < faults->processors; i++) {
    if (faults->rings[i].ends) munmap(faults->rings[i].ends, faults->rings[i].length);
  }
  for (size_t i = 0; i < faults->event_count; i++) close(faults->events[i]);
  if (faults->epoll != -1) close(faults->epoll);
  if (faults->process != -1) close(faults->process);
  free(faults->events);
  free(faults->rings);
  free(faults);
}

int clinux_faults_descriptor(const struct clinux_faults *faults) { return faults->epoll; }

bool clinux_faults_have_kernel(const struct clinux_faults *faults) { return faults->has_kernel; }

bool clinux_faults_clear(struct clinux_faults *faults) {
  // Takes the edges, before what they are about is read.
  struct epoll_event events[64];
  while (epoll_wait(faults->epoll, events, 64, 0) == 64) continue;
  struct pollfd polled = {.fd = faults->process, .events = POLLIN};
  return poll(&polled, 1, 0) == 1;
}

static void copy(const struct ring *ring, size_t page, uint64_t from, void *bytes, size_t count) {
  size_t size = ring->length - page, start = (size_t)from & (size - 1);
  const char *data = (const char *)ring->ends + page;
  size_t first = count < size - start ? count : size - start;
  memcpy(bytes, data + start, first);
  memcpy((char *)bytes + first, data, count - first);
}

// The fixed part of PERF_RECORD_MMAP2.
struct mapped {
  uint32_t pid, tid;
  uint64_t address, length, offset;
  uint32_t major, minor;
  uint64_t inode, generation;
  uint32_t protection, flags;
};

// What all records but samples end with.
struct trailer {
  uint32_t pid, tid;
  uint64_t time;
};

// Whether it is a record to report.
static bool parse(
    const struct ring *ring, size_t page, uint64_t from, struct perf_event_header header, struct clinux_fault *fault) {
  uint64_t body = from + sizeof header;
  struct trailer trailer = {0};
  if (header.type != PERF_RECORD_SAMPLE && header.size >= sizeof header + sizeof trailer) {
    copy(ring, page, from + header.size - sizeof trailer, &trailer, sizeof trailer);
  }
  switch (header.type) {
    case PERF_RECORD_SAMPLE: {
      struct {
        uint32_t pid, tid;
        uint64_t time, address;
      } sample;
      copy(ring, page, body, &sample, sizeof sample);
      *fault = (struct clinux_fault){
          .kind = CLINUX_FAULT,
          .thread = (int32_t)sample.tid,
          .time = (int64_t)sample.time,
          .address = sample.address,
          .is_major = header.size > sizeof header + sizeof sample,
      };
      return true;
    }
    case PERF_RECORD_MMAP2: {
      struct mapped mapped;
      copy(ring, page, body, &mapped, sizeof mapped);
      *fault = (struct clinux_fault){
          .kind = CLINUX_MAPPED,
          .thread = (int32_t)mapped.tid,
          .time = (int64_t)trailer.time,
          .address = mapped.address,
          .length = mapped.length,
          .offset = mapped.offset,
          .major = mapped.major,
          .minor = mapped.minor,
          .inode = mapped.inode,
          .is_writable = mapped.protection & PROT_WRITE,
      };
      return true;
    }
    case PERF_RECORD_LOST: {
      uint64_t lost[2];
      copy(ring, page, body, lost, sizeof lost);
      *fault = (struct clinux_fault){.kind = CLINUX_LOST, .time = (int64_t)trailer.time, .length = lost[1]};
      return true;
    }
    default: return false;
  }
}

size_t clinux_faults_take(struct clinux_faults *faults, struct clinux_fault *taken, size_t capacity) {
  size_t count = 0;
  for (long i = 0; i < faults->processors; i++) {
    const struct ring *ring = &faults->rings[i];
    if (!ring->ends) continue;
    uint64_t head = __atomic_load_n(&ring->ends->data_head, __ATOMIC_ACQUIRE), tail = ring->ends->data_tail;
    while (tail < head && count < capacity) {
      struct perf_event_header header;
      copy(ring, faults->page, tail, &header, sizeof header);
      if (header.size < sizeof header) break;
      if (parse(ring, faults->page, tail, header, &taken[count])) count++;
      tail += header.size;
    }
    __atomic_store_n(&ring->ends->data_tail, tail, __ATOMIC_RELEASE);
  }
  return count;
}
