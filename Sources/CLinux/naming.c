#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static void sleep_for(long milliseconds) { nanosleep(&(struct timespec){0, milliseconds * 1000000L}, NULL); }

int clinux_lock_exclusive(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
  return RETRY(fcntl(fd, F_OFD_SETLK, &lock));
}

void clinux_unlock(int fd) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
  fcntl(fd, F_OFD_SETLK, &lock);
}

// Zeroed in a child of fork(2). A process id would not do: in a container both may be 1.
static _Atomic(uint64_t) *own_number;
static _Atomic(uint64_t) last_number;
static pthread_once_t own_number_once = PTHREAD_ONCE_INIT;

static void make_own_number(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  if (madvise(memory, page, MADV_WIPEONFORK) == 0) own_number = memory;
  else munmap(memory, page);
}

uint64_t clinux_process(void) {
  pthread_once(&own_number_once, make_own_number);
  if (!own_number) return (uint64_t)getpid();
  uint64_t number = atomic_load(own_number);
  if (number) return number;
  // The counter is inherited, so that this is more than any number of an ancestor.
  uint64_t next = atomic_fetch_add(&last_number, 1) + 1;
  return atomic_compare_exchange_strong(own_number, &number, next) ? next : number;
}

int clinux_open_at(int folder, const char *name, int flags, mode_t mode, int *fd) {
  return RETRY(*fd = openat(folder, name, flags | O_CLOEXEC, mode));
}

// Opens a file that was found at a name, as open(2) does: where another program has a lease on it, it waits.
static int open_found(int found, int folder, const char *name, int flags, int *fd) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", found);
  int code = clinux_open_at(AT_FDCWD, link, flags & ~O_NOFOLLOW, 0, fd);
  if (code != ENOENT && code != ENOTDIR && code != EACCES) return code;
  // Without /proc, only the name leads to the file, and by now it may lead to a pipe: so O_NONBLOCK. Each open breaks a
  // lease, which the kernel ends by force after /proc/sys/fs/lease-break-time: 45 s by default, so 60 s are enough.
  for (int wait = 0; wait < 6000; wait++) {
    code = clinux_open_at(folder, name, flags | O_NONBLOCK, 0, fd);
    if (code != EAGAIN) break;
    sleep_for(10);
  }
  return code;
}

int clinux_open_mappable(int folder, const char *name, int flags, int *fd, mode_t *mode) {
  int found;
  int code = clinux_open_at(folder, name, O_PATH | (flags & O_NOFOLLOW), 0, &found);
  if (code) return code;
  struct stat status;
  if (fstat(found, &status) == -1) code = errno;
  *mode = status.st_mode;
  *fd = -1;
  bool is_read_device = S_ISBLK(*mode) && (flags & O_ACCMODE) == O_RDONLY;
  if (code == 0 && (S_ISREG(*mode) || is_read_device)) code = open_found(found, folder, name, flags, fd);
  close(found);
  return code;
}

// A call past RLIMIT_FSIZE fails with EFBIG, and raises SIGXFSZ in its thread, whose default ends the process. So the
// signal is blocked meanwhile, and taken.
struct held {
  sigset_t before;
  bool is_waiting; // one was pending before the call
};

static sigset_t size_signal(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGXFSZ);
  return set;
}

static struct held hold_size_signal(void) {
  struct held held = {.is_waiting = false};
  sigset_t set = size_signal(), waiting;
  pthread_sigmask(SIG_BLOCK, &set, &held.before);
  if (sigismember(&held.before, SIGXFSZ) && sigpending(&waiting) == 0) held.is_waiting = sigismember(&waiting, SIGXFSZ);
  return held;
}

static void let_size_signal(struct held *held, int error) {
  sigset_t set = size_signal();
  if (error == EFBIG && !held->is_waiting) sigtimedwait(&set, NULL, &(struct timespec){0, 0});
  pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

int clinux_preallocate(int fd, off_t offset, off_t length) {
  struct held held = hold_size_signal();
  int error = RETRY(fallocate(fd, 0, offset, length));
  let_size_signal(&held, error);
  return error;
}

int clinux_punch(int fd, off_t offset, off_t length) {
  return RETRY(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length));
}

int clinux_resize(int fd, off_t size) {
  struct held held = hold_size_signal();
  int error = RETRY(ftruncate(fd, size));
  let_size_signal(&held, error);
  return error;
}

int clinux_write_at(int fd, const void *bytes, size_t count, off_t offset, size_t *written) {
  struct held held = hold_size_signal();
  ssize_t answer;
  int error = RETRY(answer = pwrite(fd, bytes, count, offset));
  let_size_signal(&held, error);
  *written = error ? 0 : (size_t)answer;
  return error;
}

// The value of an access list: a version, then entries (linux/posix_acl_xattr.h).
struct list_entry {
  uint16_t tag, rights;
  uint32_t id;
};
enum { LIST_HEADER = 4, OWNING_GROUP = 0x04, OTHERS = 0x20 };

static struct list_entry *find_entry(char *list, size_t size, uint16_t tag) {
  for (size_t at = LIST_HEADER; at + sizeof(struct list_entry) <= size; at += sizeof(struct list_entry)) {
    struct list_entry *entry = (struct list_entry *)(list + at);
    if (entry->tag == tag) return entry;
  }
  return NULL;
}

// Gives the owning group no more than the rights of others: the list was made for another group.
static void limit_group(char *list, size_t size) {
  struct list_entry *group = find_entry(list, size, OWNING_GROUP), *others = find_entry(list, size, OTHERS);
  if (group) group->rights &= others ? others->rights : 0;
}

// The caller frees it; NULL sets errno.
static char *attribute(int fd, const char *name, size_t *size) {
  // It may grow between the two calls.
  for (int tries = 0; tries < 10; tries++) {
    ssize_t wanted = fgetxattr(fd, name, NULL, 0);
    char *value = wanted == -1 ? NULL : malloc((size_t)wanted + 1);
    if (!value) return NULL;
    ssize_t got = fgetxattr(fd, name, value, (size_t)wanted);
    if (got != -1) {
      *size = (size_t)got;
      return value;
    }
    int failure = errno;
    free(value);
    errno = failure;
    if (failure != ERANGE) return NULL;
  }
  return NULL;
}

static bool is_absent(int error) { return error == ENODATA || error == EOPNOTSUPP || error == ENOSYS; }

static int copy_list(int from, int to, bool keeps_group, bool *has_list) {
  static const char name[] = "system.posix_acl_access";
  size_t size;
  char *list = attribute(from, name, &size);
  *has_list = list != NULL;
  if (list) {
    if (!keeps_group) limit_group(list, size);
    int code = RETRY(fsetxattr(to, name, list, size, 0));
    free(list);
    return code;
  }
  if (!is_absent(errno)) return errno;
  // The folder's default list may have given it one.
  return fremovexattr(to, name) == 0 || is_absent(errno) ? 0 : errno;
}

static int copy_attributes(int from, int to) {
  ssize_t wanted = flistxattr(from, NULL, 0);
  if (wanted == -1) return is_absent(errno) ? 0 : errno;
  // Some room for what is added meanwhile.
  size_t room = (size_t)wanted + 1024;
  char *names = malloc(room);
  if (!names) return ENOMEM;
  ssize_t length = flistxattr(from, names, room);
  int code = length == -1 ? errno : 0;
  for (char *name = names; code == 0 && name < names + length; name += strlen(name) + 1) {
    if (strncmp(name, "user.", 5) != 0) continue;
    size_t size;
    char *value = attribute(from, name, &size);
    if (value) {
      code = RETRY(fsetxattr(to, name, value, size, 0));
    } else if (errno != EACCES && errno != ENODATA) { // may not be read, or has gone
      code = errno;
    }
    free(value);
  }
  free(names);
  return code;
}

static int copy_owner(int to, const struct stat *old, bool *keeps_owner, bool *keeps_group) {
  if (fchown(to, old->st_uid, old->st_gid) == -1 && fchown(to, (uid_t)-1, old->st_gid) == -1) errno = 0;
  struct stat new;
  if (fstat(to, &new) == -1) return errno;
  *keeps_group = new.st_gid == old->st_gid;
  *keeps_owner = *keeps_group && new.st_uid == old->st_uid;
  return 0;
}

static int copy_mode(int to, mode_t mode) {
  if (fchmod(to, mode) == 0) return 0;
  int failure = errno;
  struct stat new;
  return fstat(to, &new) == 0 && (new.st_mode & 07777) == mode ? 0 : failure;
}

int clinux_inherit(int from, int to) {
  struct stat old;
  if (fstat(from, &old) == -1) return errno;
  bool keeps_owner, keeps_group, has_list;
  int code = copy_owner(to, &old, &keeps_owner, &keeps_group);
  if (code == 0) code = copy_attributes(from, to);
  if (code == 0) code = copy_list(from, to, keeps_group, &has_list);
  if (code) return code;
  mode_t mode = old.st_mode & 0777;
  // A setuid or setgid program must not run as another owner or group.
  if (keeps_owner) mode |= old.st_mode & 07000;
  // Another group gets no more than others have; with a list these bits are its mask.
  if (!keeps_group && !has_list) mode = (mode & ~070u) | (mode & 070 & (mode & 07) << 3);
  return copy_mode(to, mode);
}

// Takes the lock of an empty file that was just made under a name.
static int keep_name(int folder, const char *name, int fd) {
  // A process that has opened it finds it empty and closes it, or replaces it: far sooner than in the second of this
  // loop.
  for (int wait = 0; wait < 100; wait++) {
    int code = clinux_lock_exclusive(fd);
    if (!clinux_leads_to(folder, name, AT_SYMLINK_NOFOLLOW, fd)) return EEXIST;
    if (code != EAGAIN && code != EACCES) return 0; // held, or there are no locks there
    sleep_for(10);
  }
  return EEXIST;
}

static int put_at_free_name(int folder, const char *from, const char *to) {
  int code = RETRY(renameat2(folder, from, folder, to, RENAME_NOREPLACE));
  if (code != EINVAL && code != ENOSYS) return code;
  // An empty file takes the name, and is then replaced. A link would be another file to most of FUSE, with pages of its
  // own, and NFS keeps the old name of an open file as .nfs….
  int placeholder;
  code = clinux_open_at(folder, to, O_WRONLY | O_CREAT | O_EXCL, 0600, &placeholder);
  if (code) return code;
  code = keep_name(folder, to, placeholder);
  if (code == 0 && (code = RETRY(renameat(folder, from, folder, to)))) unlinkat(folder, to, 0);
  clinux_unlock(placeholder);
  close(placeholder);
  return code;
}

int clinux_put_in_place(int folder, const char *from, const char *to, int old) {
  struct stat named;
  if (old == -1 || (fstatat(folder, to, &named, AT_SYMLINK_NOFOLLOW) == -1 && errno == ENOENT))
    return put_at_free_name(folder, from, to);
  if (!clinux_leads_to(folder, to, AT_SYMLINK_NOFOLLOW, old)) return EEXIST;
  return RETRY(renameat(folder, from, folder, to));
}

int clinux_sync_names(int fd) {
  struct statfs info;
  int code = RETRY(fstatfs(fd, &info));
  if (code) return code;
  // They have no message for it.
  if (info.f_type == FUSE_SUPER_MAGIC || info.f_type == V9FS_MAGIC) return EACCES;
  return RETRY(syncfs(fd));
}
