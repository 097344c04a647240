// Looks at a file that change nothing: what it is, and where its data lies.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

// Missing in the headers of older systems.
#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x200000
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2
#endif

// MARK: What a file is

// Whether a file of XFS lies on the realtime device, whose addresses are others than those of the device that is mounted.
static bool is_realtime(int fd) {
  struct fsxattr attributes;
  return ioctl(fd, FS_IOC_FSGETXATTR, &attributes) == -1 || attributes.fsx_xflags & FS_XFLAG_REALTIME;
}

// What is so of all files of a file system, by the f_type of fstatfs(2). Numbers without a name here are not in the
// linux/magic.h of all systems.
static unsigned traits_of(uint32_t type, int fd) {
  switch (type) {
  case EXT4_SUPER_MAGIC: return CLINUX_DEVICE_ADDRESSES;  // and ext2 and ext3
  case XFS_SUPER_MAGIC: return is_realtime(fd) ? 0 : CLINUX_DEVICE_ADDRESSES;
  // Their files have pages of their own: what is not counted is not there.
  case BTRFS_SUPER_MAGIC: case F2FS_SUPER_MAGIC: case TMPFS_MAGIC: case RAMFS_MAGIC: case NFS_SUPER_MAGIC:
  case 0xff534d42: case 0xfe534d42:  // CIFS and SMB 2
  case V9FS_MAGIC: case MSDOS_SUPER_MAGIC: case 0x2011bab0:  // exFAT
  case 0x7366746e: case 0x5346544e:                          // NTFS, by two drivers
  case 0x3153464a: case 0xca451a4e: case 0x00c36400:         // JFS, bcachefs, Ceph
  case NILFS_SUPER_MAGIC: case REISERFS_SUPER_MAGIC: case ISOFS_SUPER_MAGIC: case UDF_SUPER_MAGIC: case SQUASHFS_MAGIC:
    return 0;
  case OVERLAYFS_SUPER_MAGIC: case ECRYPTFS_SUPER_MAGIC: return CLINUX_STACKED;
  case FUSE_SUPER_MAGIC: return CLINUX_MAY_PASS_THROUGH | CLINUX_OPENING_DROPS_PAGES;
  // ZFS (include/os/linux/zfs/sys/zfs_vfsops_os.h of OpenZFS), and hugetlbfs, whose pages are no units of the cache and
  // are reserved for every mapping.
  case 0x2fc12fc1: case HUGETLBFS_MAGIC: return CLINUX_UNCOUNTED;
  default: return CLINUX_MAY_PASS_THROUGH;
  }
}

int clinux_look(int fd, struct clinux_look *look) {
  if (fd < 0) return EBADF;  // AT_FDCWD would be the working folder
  int flags = fcntl(fd, F_GETFL);
  if (flags == -1) return errno;
  struct statx info;
  while (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE, &info) == -1) {
    if (errno != EINTR) return errno;
  }
  uint64_t size = info.stx_size;
  bool is_path_only = flags & O_PATH;
  bool is_block_device = S_ISBLK(info.stx_mode);
  if (is_block_device && !is_path_only && ioctl(fd, BLKGETSIZE64, &size) == -1) return errno;
  struct statfs system;
  while (fstatfs(fd, &system) == -1) {
    if (errno != EINTR) return errno;
  }
  bool is_regular = S_ISREG(info.stx_mode);
  unsigned traits = is_regular ? traits_of((uint32_t)system.f_type, fd) : 0;
  if (info.stx_attributes & STATX_ATTR_DAX) traits |= CLINUX_UNCOUNTED;
  if (info.stx_attributes & STATX_ATTR_ENCRYPTED) traits |= CLINUX_ENCRYPTED;
  int access = flags & O_ACCMODE;
  *look = (struct clinux_look){
      .size = size,
      .traits = traits,
      .is_regular = is_regular,
      .is_block_device = is_block_device,
      .is_path_only = is_path_only,
      .is_for_reading = !is_path_only && (access == O_RDONLY || access == O_RDWR),
  };
  return 0;
}

// MARK: Where its data lies

static int seek(int fd, off_t from, int whence, off_t *found) {
  do *found = lseek(fd, from, whence);
  while (*found == -1 && errno == EINTR);
  return *found == -1 ? errno : 0;
}

static int find_data(int fd, struct clinux_search *search) {
  search->count = 0;
  off_t position = search->from;
  while (position < search->end && search->count < search->capacity) {
    off_t data, hole;
    int error = seek(fd, position, SEEK_DATA, &data);
    if (error) return error == ENXIO ? 0 : error;  // ENXIO: there is no data any more
    if (data >= search->end) return 0;
    error = seek(fd, data, SEEK_HOLE, &hole);
    if (error && error != ENXIO) return error;
    if (error) {
      position = data;  // the file was cut before it meanwhile: it is looked at again from there
      continue;
    }
    // A server may answer anything, which must not send us round for ever.
    if (data < position || hole <= data) return EIO;
    search->pieces[search->count++] = (struct clinux_piece){data, hole < search->end ? hole : search->end};
    position = hole;
  }
  return 0;
}

int clinux_find_data(int fd, struct clinux_search *search) {
  off_t before = lseek(fd, 0, SEEK_CUR);
  if (before == -1) return errno;
  int answer = find_data(fd, search);
  lseek(fd, before, SEEK_SET);
  return answer;
}

off_t clinux_first_hole(int fd) {
  off_t found;
  int error = seek(fd, 0, SEEK_HOLE, &found);
  lseek(fd, 0, SEEK_SET);
  return error ? 0 : found;
}

struct rangeJob {
  struct clinux_search *search;
  struct clinux_identity file;
  int answer;
  char link[64];
};

static bool is_same(const struct clinux_identity *one, const struct clinux_identity *other) {
  return one->inode == other->inode && one->major == other->major && one->minor == other->minor;
}

// The whole life of a thread that has descriptors of its own, of which there is none yet.
static void *run_apart(void *argument) {
  struct rangeJob *rangeJob = argument;
  if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_UNSHARE) != 0) {
    rangeJob->answer = errno == ENOMEM ? ENOMEM : ENOSYS;
    return NULL;
  }
  int own;
  do own = open(rangeJob->link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  while (own == -1 && errno == EINTR);
  if (own == -1) {
    rangeJob->answer = errno;
    return NULL;
  }
  struct clinux_identity file;
  rangeJob->answer = clinux_identity(own, "", &file);
  if (rangeJob->answer == 0) rangeJob->answer = is_same(&file, &rangeJob->file) ? find_data(own, rangeJob->search) : EBADF;
  close(own);
  return NULL;
}

int clinux_find_data_apart(int fd, struct clinux_search *search) {
  struct rangeJob rangeJob = {.search = search};
  int answer = clinux_identity(fd, "", &rangeJob.file);
  if (answer) return answer;
  // The descriptors of this very thread, should it not share those of the others.
  snprintf(rangeJob.link, sizeof rangeJob.link, "/proc/self/task/%ld/fd/%d", syscall(SYS_gettid), fd);
  pthread_attr_t attributes;
  answer = pthread_attr_init(&attributes);
  if (answer) return answer;
  pthread_attr_setstacksize(&attributes, 256 << 10);  // a few calls, and room for sanitizers
  // A handler that ran there would find none of its descriptors.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  answer = pthread_create(&thread, &attributes, run_apart, &rangeJob);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (answer) return answer;
  pthread_join(thread, NULL);
  return rangeJob.answer;
}
