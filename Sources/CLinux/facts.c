// Queries about a file that change nothing: what it is, and where its data lies.
#define _GNU_SOURCE
#include "CLinux.h"
#include "retry.h"

#include <linux/fs.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

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

// The realtime device of XFS has addresses of its own.
static bool is_realtime(int fd) {
  struct fsxattr attributes;
  return ioctl(fd, FS_IOC_FSGETXATTR, &attributes) == -1 || attributes.fsx_xflags & FS_XFLAG_REALTIME;
}

// By the f_type of fstatfs(2); a number without a name is missing in the linux/magic.h of some systems.
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

static int size_of(int fd, const struct statx *info, uint64_t *size) {
  *size = info->stx_size;
  return S_ISBLK(info->stx_mode) ? RETRY(ioctl(fd, BLKGETSIZE64, size)) : 0;
}

int clinux_file_facts(int fd, struct clinux_file_facts *facts) {
  struct statx info;
  int code = query(fd, "", 0, STATX_TYPE | STATX_SIZE, &info);
  if (code) return code;
  int flags = fcntl(fd, F_GETFL), access = flags & O_ACCMODE;
  if (flags == -1) return errno;
  uint64_t size = info.stx_size;
  bool is_path_only = flags & O_PATH;
  if (!is_path_only) code = size_of(fd, &info, &size);
  struct statfs system;
  if (code == 0) code = RETRY(fstatfs(fd, &system));
  if (code) return code;
  bool is_regular = S_ISREG(info.stx_mode);
  unsigned traits = is_regular ? traits_of((uint32_t)system.f_type, fd) : 0;
  if (info.stx_attributes & STATX_ATTR_DAX) traits |= CLINUX_UNCOUNTED;
  if (info.stx_attributes & STATX_ATTR_ENCRYPTED) traits |= CLINUX_ENCRYPTED;
  *facts = (struct clinux_file_facts){
      .size = size,
      .traits = traits,
      .is_regular = is_regular,
      .is_block_device = S_ISBLK(info.stx_mode),
      .is_path_only = is_path_only,
      .is_for_reading = !is_path_only && (access == O_RDONLY || access == O_RDWR),
  };
  return 0;
}

int clinux_identity(int folder, const char *name, int flags, struct clinux_identity *identity) {
  struct statx info;
  int code = query(folder, name, flags | AT_STATX_DONT_SYNC, STATX_INO, &info);
  if (code == 0) *identity = (struct clinux_identity){info.stx_dev_major, info.stx_dev_minor, info.stx_ino};
  return code;
}

bool clinux_is_same(struct clinux_identity one, struct clinux_identity other) {
  return one.inode == other.inode && one.major == other.major && one.minor == other.minor;
}

bool clinux_leads_to(int folder, const char *name, int flags, int fd) {
  struct clinux_identity named, opened;
  return clinux_identity(fd, "", 0, &opened) == 0 && clinux_identity(folder, name, flags, &named) == 0
      && clinux_is_same(named, opened);
}

int clinux_cover(int fd, struct clinux_coverage *coverage) {
  struct statx info;
  int code = query(fd, "", 0, STATX_TYPE | STATX_SIZE | STATX_NLINK, &info);
  if (code == 0) code = size_of(fd, &info, &coverage->size);
  if (code == 0) coverage->links = info.stx_nlink;
  return code;
}

int clinux_modified(int fd, int64_t *nanoseconds) {
  struct statx info;
  int code = query(fd, "", 0, STATX_MTIME, &info);
  if (code == 0) *nanoseconds = info.stx_mtime.tv_sec * 1000000000 + info.stx_mtime.tv_nsec;
  return code;
}

int64_t clinux_born(int fd) {
  struct statx info;
  bool is_known = query(fd, "", AT_STATX_DONT_SYNC, STATX_BTIME, &info) == 0 && info.stx_mask & STATX_BTIME;
  return is_known ? info.stx_btime.tv_sec * 1000000000 + info.stx_btime.tv_nsec : 0;
}

int clinux_memory_file_system(int fd, const char **name, bool *is_read_only) {
  struct statfs info;
  int code = RETRY(fstatfs(fd, &info));
  if (code) return code;
  *is_read_only = info.f_flags & ST_RDONLY;
  struct stat file;
  bool is_device = info.f_type == TMPFS_MAGIC && fstat(fd, &file) == 0 && S_ISBLK(file.st_mode);
  switch (is_device ? 0 : info.f_type) {
  case TMPFS_MAGIC: *name = "tmpfs"; break;
  case RAMFS_MAGIC: *name = "ramfs"; break;
  case HUGETLBFS_MAGIC: *name = "hugetlbfs"; break;
  default: *name = NULL;
  }
  return 0;
}

size_t clinux_mapping_unit(int fd) {
  struct statfs info;
  bool is_huge = RETRY(fstatfs(fd, &info)) == 0 && info.f_type == HUGETLBFS_MAGIC;
  return is_huge ? (size_t)info.f_bsize : (size_t)sysconf(_SC_PAGESIZE);
}

bool clinux_is_made_up(int fd) {
  struct statfs info;
  if (RETRY(fstatfs(fd, &info))) return false;
  switch (info.f_type) {
  case PROC_SUPER_MAGIC: case SYSFS_MAGIC: case DEBUGFS_MAGIC: case TRACEFS_MAGIC: case SECURITYFS_MAGIC:
  case CGROUP_SUPER_MAGIC: case CGROUP2_SUPER_MAGIC: case SELINUX_MAGIC: case EFIVARFS_MAGIC: case BPF_FS_MAGIC:
    return true;
  default: return false;
  }
}

static int seek(int fd, off_t from, int whence, off_t *found) {
  return RETRY(*found = lseek(fd, from, whence));
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
      position = data;  // the file was cut before it meanwhile: search again from there
      continue;
    }
    // A server may return any offset: stop without progress.
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

struct search_apart {
  struct clinux_search *search;
  struct clinux_identity file;
  int code;
  char link[64];
};

static int find_data_again(struct search_apart *apart) {
  if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_UNSHARE) != 0) return errno == ENOMEM ? ENOMEM : ENOSYS;
  int own;
  int code = RETRY(own = open(apart->link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (code) return code;
  struct clinux_identity file;
  code = clinux_identity(own, "", 0, &file);
  if (code == 0) code = clinux_is_same(file, apart->file) ? find_data(own, apart->search) : EBADF;
  close(own);
  return code;
}

// The whole life of a thread with a table of descriptors of its own, which is empty.
static void *run_apart(void *argument) {
  struct search_apart *apart = argument;
  apart->code = find_data_again(apart);
  return NULL;
}

int clinux_find_data_apart(int fd, struct clinux_search *search) {
  struct search_apart apart = {.search = search};
  int code = clinux_identity(fd, "", 0, &apart.file);
  if (code) return code;
  // The table of this thread, which it may not share with the others.
  snprintf(apart.link, sizeof apart.link, "/proc/self/task/%ld/fd/%d", syscall(SYS_gettid), fd);
  pthread_attr_t attributes;
  code = pthread_attr_init(&attributes);
  if (code) return code;
  pthread_attr_setstacksize(&attributes, 256 << 10);  // a few calls, and room for sanitizers
  // A handler that ran there would find none of its descriptors.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  code = pthread_create(&thread, &attributes, run_apart, &apart);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (code) return code;
  pthread_join(thread, NULL);
  return apart.code;
}
