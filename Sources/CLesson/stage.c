// The stage of a lesson: private mounts, other programs, the removal of a folder.
#define _GNU_SOURCE
#include "CLesson.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int put(const char *path, const char *text, size_t length) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd == -1) return errno;
  int answer = write(fd, text, length) == (ssize_t)length ? 0 : errno;
  close(fd);
  return answer;
}

// An unprivileged process may mount only in a user namespace in which it is root.
static int become_owner(void) {
  char map[64];
  unsigned user = geteuid(), group = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return errno;
  int length = snprintf(map, sizeof map, "%u %u 1", user, user);
  int code = put("/proc/self/uid_map", map, (size_t)length);
  if (code == 0) code = put("/proc/self/setgroups", "deny", 4);
  length = snprintf(map, sizeof map, "%u %u 1", group, group);
  return code ? code : put("/proc/self/gid_map", map, (size_t)length);
}

int clesson_private_mounts(void) {
  if (unshare(CLONE_NEWNS) != 0) {
    int code = errno == EPERM ? become_owner() : errno;
    if (code != 0) return code;
  }
  // Not MS_PRIVATE: a file system that is unmounted elsewhere would stay mounted here, and busy.
  return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 ? 0 : errno;
}

int clesson_mount_memory(const char *folder, size_t size, bool again) {
  char options[64];
  snprintf(options, sizeof options, "size=%zu,mode=0700", size);
  return mount("tmpfs", folder, "tmpfs", again ? MS_REMOUNT : MS_NOSUID | MS_NODEV, options) == 0 ? 0 : errno;
}

int clesson_unmount(const char *folder) { return umount2(folder, MNT_DETACH) == 0 ? 0 : errno; }

void clesson_remove_folder(const char *folder) {
  char *const paths[] = {(char *)folder, NULL};
  // Not nftw(3) with FTW_MOUNT, which skips each file whose device is not that of its folder: on overlayfs with layers
  // on several disks that is any file. FTS_XDEV compares the devices of folders only.
  FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
  if (tree == NULL) return;
  for (FTSENT *entry; (entry = fts_read(tree)) != NULL;) {
    if (entry->fts_info != FTS_D) remove(entry->fts_accpath);
  }
  fts_close(tree);
}

int clesson_spawn(const char *const *words, int input, int output, pid_t *child) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_init(&actions);
  // Not the blocked signals of this program's signalfd, nor its ignored ones.
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  int code = posix_spawnp(child, words[0], &actions, &attributes, (char *const *)words, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return code;
}

int clesson_store_in_child(const char *path, size_t length, int *status) {
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd == -1) return errno;
  pid_t child = fork();
  if (child == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGBUS, SIG_DFL);
    volatile char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) _exit(1);
    // The same byte again: the file stays as it was.
    for (size_t offset = 0; offset < length; offset += 4096) memory[offset] = memory[offset];
    _exit(0);
  }
  int answer = child == -1 ? errno : 0;
  close(fd);
  if (answer) return answer;
  while (waitpid(child, status, 0) == -1) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

// What the forked child does: after fork(2) only calls that are safe in a signal handler.
static void read_and_wait(int file, off_t offset, int input, int output) {
  setpgid(0, 0);
  prctl(PR_SET_NAME, "reader");
  signal(SIGBUS, SIG_DFL);
  // Not the blocked signals of this program's signalfd.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  // Above all the other end of its input, which then ends with this program.
  close_range(STDERR_FILENO + 1, ~0U, 0);
  volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, STDERR_FILENO, offset);
  if (page == MAP_FAILED) _exit(1);
  (void)*page;
  char byte;
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) _exit(1);
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  _exit(0);
}

int clesson_read_in_child(const char *path, off_t offset, int input, int output, pid_t *child) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file == -1) return errno;
  *child = fork();
  if (*child == 0) read_and_wait(file, offset, input, output);
  int code = *child == -1 ? errno : 0;
  close(file);
  return code;
}

void clesson_read_each(const void *bytes, size_t length) {
  for (size_t offset = 0; offset < length; offset += 4096) (void)((const volatile char *)bytes)[offset];
}

int clesson_punch(int fd, off_t offset, off_t length) {
  return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) == 0 ? 0 : errno;
}

int clesson_read_device(const char *path, off_t offset, void *bytes, size_t length) {
  int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
  if (fd == -1) return errno;
  ssize_t count = pread(fd, bytes, length, offset);
  int answer = count == (ssize_t)length ? 0 : count == -1 ? errno : EIO;
  close(fd);
  return answer;
}

unsigned clesson_major(dev_t device) { return major(device); }

unsigned clesson_minor(dev_t device) { return minor(device); }
