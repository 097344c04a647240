#define _GNU_SOURCE
#include "CTestSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

int ctest_set_attribute(const char *path, const char *name, const void *value, unsigned long size) {
  return setxattr(path, name, value, size, 0) == 0 ? 0 : -errno;
}

long ctest_attribute(const char *path, const char *name, void *value, unsigned long size) {
  ssize_t got = getxattr(path, name, value, size);
  return got == -1 ? -errno : got;
}

int ctest_unnamed_file(const char *folder) {
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  return fd == -1 ? -errno : fd;
}

int ctest_name(int fd, const char *path) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : -errno;
}

int ctest_lease(int fd) {
  if (fcntl(fd, F_SETSIG, SIGURG) == -1) return errno;
  return fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? 0 : errno;
}

int ctest_end_lease(int fd) { return fcntl(fd, F_SETLEASE, F_UNLCK) == 0 ? 0 : errno; }

int ctest_ask_for_blocks(int fd) {
  struct fiemap all = {.fm_length = FIEMAP_MAX_OFFSET};
  return ioctl(fd, FS_IOC_FIEMAP, &all) == 0 ? 0 : errno;
}

long ctest_first_hole(int fd) {
  off_t hole = lseek(fd, 0, SEEK_HOLE);
  return hole == -1 ? -errno : hole;
}

void ctest_limit_file_size(unsigned long size) {
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = size;
  setrlimit(RLIMIT_FSIZE, &limit);
}

void ctest_limit_locks(unsigned long size) {
  struct rlimit limit = {size, size};
  setrlimit(RLIMIT_MEMLOCK, &limit);
}

void ctest_limit_addresses(unsigned long more) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file) {
    if (fscanf(file, "%lu", &pages) != 1) pages = 0;
    fclose(file);
  }
  struct rlimit limit;
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + more;
  setrlimit(RLIMIT_AS, &limit);
}

int ctest_in_child(int (*body)(void *), void *context) {
  pid_t child = fork();
  if (child == 0) _exit(body(context));
  int status;
  while (waitpid(child, &status, 0) == -1) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int ctest_clone(int from, int to) { return ioctl(to, FICLONE, from) == 0 ? 0 : errno; }
