#define _GNU_SOURCE
#include "CTestSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/fscrypt.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int ctest_private_mounts(void) {
  if (unshare(CLONE_NEWNS) != 0) return errno;
  return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ? 0 : errno;
}

static atomic_int count;

static void on_sigbus(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  atomic_fetch_add(&count, 1);
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *start = (void *)((size_t)info->si_addr & ~(page - 1));
  mmap(start, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void ctest_count_sigbus(void) {
  struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, NULL);
}

int ctest_sigbus_count(void) { return atomic_load(&count); }

void ctest_fill_pages(void *memory, unsigned long byte_count, unsigned long page) {
  uint64_t *words = memory;
  for (unsigned long i = 0; i < byte_count / 8; i++) words[i] = page + i / 512;
}

long ctest_check_pages(const char *path) {
  enum { PART = 1 << 20 };
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  uint64_t *part = malloc(PART);
  long offset = 0, answer = -1;
  ssize_t got = fd < 0 ? -1 : 0;
  while (answer == -1 && fd >= 0 && (got = read(fd, part, PART)) > 0) {
    for (ssize_t i = 0; i < got / 8 && answer == -1; i++) {
      if (part[i] != (uint64_t)(offset + i * 8) / 4096) answer = offset + i * 8;
    }
    offset += got;
  }
  free(part);
  if (fd >= 0) close(fd);
  return got < 0 ? -2 : answer;
}

// Which frame of memory an address is in; 0 if that is not reported.
static uint64_t frame(int pagemap, const char *address, size_t unit) {
  uint64_t entry = 0;
  if (pread(pagemap, &entry, 8, (off_t)((uintptr_t)address / unit * 8)) != 8) return 0;
  return entry & ((1ull << 55) - 1);
}

long ctest_active_pages(const char *path) {
  enum { ACTIVE = 6 };  // include/uapi/linux/kernel-page-flags.h
  size_t unit = (size_t)sysconf(_SC_PAGESIZE);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOATIME), pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  int flags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
  off_t size = lseek(fd, 0, SEEK_END);
  size_t count = size > 0 ? ((size_t)size + unit - 1) / unit : 0;
  unsigned char *resident = calloc(1, count + 1);
  char *base = mmap(NULL, count * unit, PROT_READ, MAP_SHARED, fd, 0);
  long active = -1;
  if (resident && base != MAP_FAILED && flags >= 0 && pagemap >= 0) {
    // No access is counted of a mapping that is read at random, or that goes when it is read in sequence (mm/memory.c).
    madvise(base, count * unit, MADV_RANDOM);
    active = mincore(base, count * unit, resident);
    for (size_t page = 0; page < count && active >= 0; page++) {
      if (!(resident[page] & 1)) continue;
      volatile char *byte = base + page * unit;
      (void)*byte;
      uint64_t number = frame(pagemap, base + page * unit, unit), told = 0;
      if (number == 0 || pread(flags, &told, 8, (off_t)(number * 8)) != 8) active = -1;
      else active += told >> ACTIVE & 1;
    }
    madvise(base, count * unit, MADV_SEQUENTIAL);
  }
  if (base != MAP_FAILED) munmap(base, count * unit);
  free(resident);
  for (int i = 0; i < 3; i++) close((int[]){fd, pagemap, flags}[i]);
  return active;
}

int ctest_memory_file(void) { return memfd_create("disk", MFD_ALLOW_SEALING); }

int ctest_seal(int fd) { return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0 ? 0 : errno; }

int ctest_cache_counts(int fd, unsigned long page, unsigned long count, unsigned long counts[5]) {
  uint64_t range[2] = {page * 4096, count * 4096}, found[5];
  if (syscall(451, fd, range, found, 0) != 0) return errno;
  for (int index = 0; index < 5; index++) counts[index] = found[index];
  return 0;
}

int ctest_page_state(int fd, unsigned long page) {
  uint64_t range[2] = {page * 4096, 4096}, counts[5];
  if (syscall(451, fd, range, counts, 0) != 0) return -errno;
  return (counts[0] > 0) | (counts[1] > 0) << 1 | (counts[2] > 0) << 2;
}

// Lets a call fail, or only with flags: where the lower half of that argument is not 0.
static int forbid(unsigned call, int flags, int error) {
  size_t condition = flags < 0 ? offsetof(struct seccomp_data, arch) : offsetof(struct seccomp_data, args[flags]);
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)condition),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

int ctest_forbid_cachestat(int error) { return forbid(451, -1, error); }

int ctest_forbid_userfaultfd(int error) { return forbid(SYS_userfaultfd, -1, error); }

int ctest_forbid_perf_events(int error) { return forbid(SYS_perf_event_open, -1, error); }

int ctest_evict(int fd, long offset, long length) {
  if (sync_file_range(fd, offset, length, 7) != 0) return errno;
  return posix_fadvise(fd, offset, length, POSIX_FADV_DONTNEED);
}

int ctest_be_on_plain_files(void) {
  int code = forbid(SYS_renameat2, 4, EINVAL);
  return code ? code : forbid(SYS_fallocate, -1, EOPNOTSUPP);
}

int ctest_encrypt_folder(const char *path) {
  enum { KEY_SIZE = 64 };
  struct fscrypt_add_key_arg *key = calloc(1, sizeof *key + KEY_SIZE);
  int fd = key ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd < 0) {
    free(key);
    return errno;
  }
  key->key_spec.type = FSCRYPT_KEY_SPEC_TYPE_IDENTIFIER;
  key->raw_size = KEY_SIZE;
  int error = ioctl(fd, FS_IOC_ADD_ENCRYPTION_KEY, key) == 0 ? 0 : errno;
  struct fscrypt_policy_v2 policy = {
      .version = FSCRYPT_POLICY_V2,
      .contents_encryption_mode = FSCRYPT_MODE_AES_256_XTS,
      .filenames_encryption_mode = FSCRYPT_MODE_AES_256_CTS,
      .flags = FSCRYPT_POLICY_FLAGS_PAD_32};
  memcpy(policy.master_key_identifier, key->key_spec.u.identifier, sizeof policy.master_key_identifier);
  if (error == 0 && ioctl(fd, FS_IOC_SET_ENCRYPTION_POLICY, &policy) != 0) error = errno;
  close(fd);
  free(key);
  return error;
}

int ctest_become_user(unsigned user) {
  // The C library's functions would change every thread of the process.
  if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, user, user, user) != 0) return errno;
  return syscall(SYS_setresuid, user, user, user) == 0 ? 0 : errno;
}

int ctest_call_counter(void) {
  const char *places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
  for (int i = 0; i < 2; i++) {
    char path[100];
    snprintf(path, sizeof path, "%s/events/raw_syscalls/sys_enter/id", places[i]);
    FILE *file = fopen(path, "re");
    if (file == NULL) continue;
    unsigned long id = 0;
    int got = fscanf(file, "%lu", &id);
    fclose(file);
    if (got != 1) continue;
    struct perf_event_attr event = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof event, .config = id};
    long fd = syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    return fd < 0 ? -errno : (int)fd;
  }
  return -ENOENT;
}

long ctest_thread_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}
