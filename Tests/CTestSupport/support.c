#define _GNU_SOURCE
#include "CTestSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
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

int ctest_memory_file(void) { return memfd_create("disk", MFD_ALLOW_SEALING); }

int ctest_seal(int fd) { return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0 ? 0 : errno; }

int ctest_page_state(int fd, unsigned long page) {
  uint64_t range[2] = {page * 4096, 4096}, counts[5];
  if (syscall(451, fd, range, counts, 0) != 0) return -errno;
  return (counts[0] > 0) | (counts[1] > 0) << 1 | (counts[2] > 0) << 2;
}

int ctest_forbid_cachestat(int error) {
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 451, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

int ctest_become_user(unsigned user) {
  // The C library's functions would change every thread of the process.
  if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, user, user, user) != 0) return errno;
  return syscall(SYS_setresuid, user, user, user) == 0 ? 0 : errno;
}
