// The Linux calls that Swift cannot import: variadic ones, those behind _GNU_SOURCE, and raw system calls.
// Each returns 0 or a positive errno, and retries when a signal interrupted it.
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: What a file is

// What decides which queries about a file have an answer.
enum {
  // Its pages are those of another file system, in whole or as far as they are dirty: overlayfs, eCryptfs.
  CLINUX_STACKED = 1,
  // Its pages may be those of another file: FUSE since Linux 6.9 (FOPEN_PASSTHROUGH), and every file system that is not
  // known to have its own.
  CLINUX_MAY_PASS_THROUGH = 2,
  // The page cache does not show what of it is in memory: ZFS, hugetlbfs, files that are mapped directly (DAX).
  CLINUX_UNCOUNTED = 4,
  // Its extents have places on the one device that is mounted: ext2, ext3, ext4, and XFS but for its realtime files.
  CLINUX_DEVICE_ADDRESSES = 8,
  // Opening it drops its pages from memory, unless its server asks for the opposite: FUSE.
  CLINUX_OPENING_DROPS_PAGES = 16,
  // The device has its bytes encrypted.
  CLINUX_ENCRYPTED = 32
};
struct clinux_file_facts {
  uint64_t size;    // as from clinux_cover
  unsigned traits;  // of a regular file
  bool is_regular, is_block_device, is_path_only, is_for_reading;
};
// fcntl(2), statx(2) and fstatfs(2). statx(2) is called without times: for times NFS would write back dirty pages, and
// ext4 would write new ones at the next write.
int clinux_file_facts(int fd, struct clinux_file_facts *facts);

// Which file a descriptor or a name is: statx(2) with AT_STATX_DONT_SYNC, so that no server or disk is queried. `name`
// is found in `folder`; "" is the descriptor `folder` itself. With AT_SYMLINK_NOFOLLOW a link is a file of its own.
struct clinux_identity {
  uint32_t major, minor;
  uint64_t inode;
};
int clinux_identity(int folder, const char *name, int flags, struct clinux_identity *identity);
bool clinux_is_same(struct clinux_identity one, struct clinux_identity other);
// Whether a name leads to an open file.
bool clinux_leads_to(int folder, const char *name, int flags, int fd);

// How long an open file is and how many names it has: statx(2) without times. The size of a block device is that of
// BLKGETSIZE64.
struct clinux_coverage {
  uint64_t size;
  uint32_t links;
};
int clinux_cover(int fd, struct clinux_coverage *coverage);

// When a file was last written, in nanoseconds since 1970: statx(2), which makes ext4 journal new times at the next
// write.
int clinux_modified(int fd, int64_t *nanoseconds);

// When a file was made, in nanoseconds since 1970, which no call changes; 0 where its file system keeps no such time. A
// file that takes the inode number of a deleted one has another.
int64_t clinux_born(int fd);

// Which file system in memory a descriptor is on, and whether it is mounted read-only, by fstatfs(2): "tmpfs", "ramfs"
// or "hugetlbfs", or NULL for any other, and for a block device, of which only the name is there.
int clinux_memory_file_system(int fd, const char **name, bool *is_read_only);

// The size of the pages that a mapping of the file is made of: those of the system, or of hugetlbfs.
size_t clinux_mapping_unit(int fd);

// Whether the kernel makes up the files of its file system as they are read: proc, sysfs, cgroup and such.
bool clinux_is_made_up(int fd);

// MARK: Where its data lies

// One extent of FS_IOC_FIEMAP; `flags` are FIEMAP_EXTENT_….
struct clinux_extent {
  uint64_t logical, physical, length;
  uint32_t flags;
};
// Again, since Swift does not import those macros whose comment has two lines.
enum {
  CLINUX_EXTENT_UNKNOWN = 0x2,
  CLINUX_EXTENT_DELAYED = 0x4,
  CLINUX_EXTENT_ENCODED = 0x8,
  CLINUX_EXTENT_INLINE = 0x200,
  CLINUX_EXTENT_UNWRITTEN = 0x800,
  CLINUX_EXTENT_SHARED = 0x2000
};

// A walk through the extents before `end`, with one call for `capacity` of them. `settled` first writes the file's
// dirty pages and waits (FIEMAP_FLAG_SYNC). `map` and `index` are the walk's own, and 0 at first.
struct clinux_extent_walk {
  int fd;
  bool settled;
  unsigned capacity, index;
  uint64_t end;
  struct fiemap *map;
};
// The first extent that ends after `position`; an empty one at the walk's end if there is none. `position` must not
// decrease. EOPNOTSUPP where the file system has no FIEMAP.
int clinux_next_extent(struct clinux_extent_walk *walk, uint64_t position, struct clinux_extent *extent);
void clinux_end_walk(struct clinux_extent_walk *walk);

// A piece of a file that is no hole, and a search for some of them between two offsets.
struct clinux_piece {
  off_t start, end;
};
struct clinux_search {
  off_t from, end;
  struct clinux_piece *pieces;
  unsigned capacity, count;
};
// lseek(2) with SEEK_DATA and SEEK_HOLE. The descriptor's offset is moved, and put back at the end.
int clinux_find_data(int fd, struct clinux_search *search);
// The same by an open file of its own, so that no other offset moves. A thread with a table of descriptors of its own
// (Linux 5.9) opens and closes it: closing a file gives up all locks of fcntl(2) that the owner of the table has on it.
// ENOSYS where there can be no such thread.
int clinux_find_data_apart(int fd, struct clinux_search *search);

// lseek(2) with SEEK_HOLE from the start: the first hole, or the end of the file; 0 where it is not known. The
// descriptor's offset is the start afterwards.
off_t clinux_first_hole(int fd);

// MARK: The page cache

// Counts of cachestat(2) (Linux 6.5), in units of the system's page size.
struct clinux_cachestat {
  uint64_t cached, dirty, writeback, evicted, recently_evicted;
};
int clinux_cachestat(int fd, uint64_t offset, uint64_t length, struct clinux_cachestat *counts);

// sync_file_range(2) with SYNC_FILE_RANGE_WRITE: writeback of the range's dirty pages begins. If it `waits` until they
// are written, it reports a failed writeback to the open file, as fsync(2) does.
int clinux_write_back(int fd, off_t offset, off_t length, bool waits);

// madvise(2) with MADV_POPULATE_WRITE (Linux 5.14): pages become present and writable.
int clinux_populate_for_writing(void *address, size_t length);

// Reading by the descriptor moves no time of access (O_NOATIME, where the caller owns the file) and sets off no
// readahead (POSIX_FADV_RANDOM).
void clinux_be_quiet(int fd);

// A part of a file, mapped to copy its bytes: a page in memory neither counts as accessed nor sets off readahead, and a
// page that is not is read by itself. If the file is cut meanwhile, there is no signal. ENODEV where the file can't be
// mapped.
struct clinux_window;
int clinux_window_open(int fd, off_t offset, size_t length, struct clinux_window **window);
void clinux_window_close(struct clinux_window *window);

// Copies bytes that begin in the window; fewer where it or the file ends. EIO where the device fails.
int clinux_window_copy(struct clinux_window *window, off_t offset, void *bytes, size_t count, size_t *copied);

// preadv2(2) with RWF_DONTCACHE (Linux 6.14): what was not in memory before goes again; pread(2) before.
int clinux_read_once(int fd, void *bytes, size_t count, off_t offset, size_t *found);

// MARK: Advice, and what an act costs

// readahead(2): reading begins of pages that are not in memory. One call reads no more than the device's readahead, or
// than it takes at once.
int clinux_read_ahead(int fd, off_t offset, size_t length);

// Loads the first byte of each page of a mapping, under the SIGBUS guard (below): EFAULT behind the file's end, or where the
// device fails. ENOMEM where the guard can't be had.
int clinux_load_pages(void *address, size_t length, size_t page);

// madvise(2) with MADV_POPULATE_READ (Linux 5.14): each page is read and mapped. EFAULT where a load would be a SIGBUS. More
// of its faults are major than of loads: each time that it waits it looks again.
int clinux_populate_for_reading(void *address, size_t length);

// What the calling thread has cost so far: getrusage(2) with RUSAGE_THREAD, and `read_bytes` of /proc/thread-self/io, which
// are those that it had read from storage. `bytes_read` is -1 where the kernel keeps no such account, or none is shown.
struct clinux_usage {
  uint64_t minor_faults, major_faults;
  int64_t bytes_read;
};
void clinux_thread_usage(struct clinux_usage *usage);

// How many bytes this process may lock: RLIMIT_MEMLOCK; UINT64_MAX where there is no limit.
uint64_t clinux_lock_limit(void);

// MARK: Events and users

// inotify(7) on an open file, whatever its name is by now: a descriptor to poll, or a negative errno, and in `file` one
// of O_PATH that leads to the file.
int clinux_watch(int fd, int *file);

// The descriptor becomes readable when the file is next opened, closed, written, cut, renamed or removed, once:
// IN_ONESHOT. Reading is an event if `reads` is set; loads and stores in a mapping make none. The number of the watch,
// or a negative errno.
int clinux_watch_arm(int watch, int file, bool reads);

// Ends a watch and takes its events; whether there were any.
bool clinux_watch_clear(int watch, int number);

// O_PATH of open(2), the same on every architecture that Swift runs on.
enum { CLINUX_O_PATH = 010000000 };

// How a descriptor writes, of the flags of open(2), which differ by architecture.
enum { CLINUX_DIRECT = 1, CLINUX_SYNCHRONOUS = 2, CLINUX_DATA_SYNCHRONOUS = 4, CLINUX_APPENDING = 8 };
unsigned clinux_modes(int flags);

// The next name in a folder of /proc that is a number, which is a process or a descriptor; -1 after the last.
int clinux_next_number(DIR *folder);

// MARK: The page faults of a process

// The page faults of a process and of the threads that it makes, but of none of its children: perf_event_open(2) of
// minor and major faults, which are counted when they have been dealt with. EACCES and EPERM where the system or the
// process's rights forbid it, ESRCH where there is no such process, ENOLCK where no memory may be locked for the rings.
// It takes two descriptors for each thread and processor, and three more.
struct clinux_faults;
int clinux_faults_open(pid_t process, struct clinux_faults **faults);
void clinux_faults_close(struct clinux_faults *faults);

// Readable when faults have come, and for good when the process has ended.
int clinux_faults_descriptor(const struct clinux_faults *faults);

// Whether those are included that the kernel runs into itself, as by write(2) of bytes in a mapping.
bool clinux_faults_have_kernel(const struct clinux_faults *faults);

// To be called before they are taken, so that the descriptor is readable again only for what comes afterwards; whether
// the process has ended.
bool clinux_faults_clear(struct clinux_faults *faults);

// A fault, at an address; or that the process has mapped something from there on, or changed the rights of it, with the
// numbers of the file; or how many records were lost, in `length`.
enum { CLINUX_FAULT, CLINUX_MAPPED, CLINUX_LOST };
struct clinux_fault {
  int kind;
  int32_t thread;
  int64_t time;  // in nanoseconds since 1970
  uint64_t address, length, offset, inode;
  uint32_t major, minor;
  bool is_major, is_writable;
};
// Takes what has come, in order for each processor; as many as `capacity` if there may be more.
size_t clinux_faults_take(struct clinux_faults *faults, struct clinux_fault *taken, size_t capacity);

// Whether a process may watch its own faults, which only the system can forbid: 0 or an errno.
int clinux_may_watch_own_faults(void);

// MARK: Locks, names, and what a new file is made of

// fcntl(F_OFD_SETLK, F_WRLCK) over the whole file: EAGAIN when another open file holds it.
int clinux_lock_exclusive(int fd);

// Gives that lock back, also where a forked child has the open file as well and has not yet come to its exec.
void clinux_unlock(int fd);

// A number for this process, which no child of fork(2) shares and none of its ancestors.
uint64_t clinux_process(void);

// openat(2) with O_CLOEXEC.
int clinux_open_at(int folder, const char *name, int flags, mode_t mode, int *fd);

// Finds a file by O_PATH, and opens a regular one as openat(2) does, or a block device for reading: it waits where
// another program has a lease, and for no reader or writer of a pipe. For anything else `fd` is -1 and `mode` says what
// it is.
int clinux_open_mappable(int folder, const char *name, int flags, int *fd, mode_t *mode);

// fallocate(2) without flags: blocks are reserved and the file grows to offset + length. Past RLIMIT_FSIZE this,
// clinux_resize and clinux_write_at are EFBIG and no signal.
int clinux_preallocate(int fd, off_t offset, off_t length);

// fallocate(2) with FALLOC_FL_PUNCH_HOLE and FALLOC_FL_KEEP_SIZE: whole blocks go, parts of one become zeros.
int clinux_punch(int fd, off_t offset, off_t length);

// ftruncate(2).
int clinux_resize(int fd, off_t size);

// pwrite(2).
int clinux_write_at(int fd, const void *bytes, size_t count, off_t offset, size_t *written);

// Gives a file what it keeps of another that it replaces: owner and group as far as the process may, mode, access list
// (POSIX), and the readable attributes user.*. Rights of a group that could not be kept go to no other group.
int clinux_inherit(int from, int to);

// Renames a new file. With -1 for `old` an existing target is EEXIST, also on file systems without RENAME_NOREPLACE
// (NFS, 9p, most of FUSE): there a process that is killed in between leaves an empty file under the name. Else the name
// is that of the open file `old`, or free by now; EEXIST if it leads to another.
int clinux_put_in_place(int folder, const char *from, const char *to, int old);

// syncfs(2), which makes all names durable; EACCES where only a call for the folder does that (FUSE, 9p).
int clinux_sync_names(int fd);

// MARK: Stores
//
// Which pages of a mapping this process has stored to: userfaultfd(2) in user mode with UFFD_FEATURE_WP_ASYNC, and
// PAGEMAP_SCAN of ioctl(2) on /proc/self/pagemap (Linux 6.7). A page is protected, its first store takes the protection
// off without waiting for anyone, and the pages without it are those that were stored to.

struct clinux_stores {
  int faults, pages;  // a userfaultfd, and /proc/self/pagemap
};
// What was tried last.
enum clinux_stores_step { CLINUX_STORES_USERFAULTFD, CLINUX_STORES_FEATURES, CLINUX_STORES_PAGEMAP };
int clinux_stores_open(struct clinux_stores *stores, enum clinux_stores_step *step);
// Watches whole pages of a mapping, from one address to another: none counts as stored to.
int clinux_stores_cover(const struct clinux_stores *stores, uint64_t from, uint64_t end);

// A run of pages that were stored to, by address; struct page_region of linux/fs.h.
struct clinux_stored {
  uint64_t start, end, categories;
};
// A search from one address to another, with one call for `capacity` of them; it goes on at `from`. If it makes clean,
// what it finds counts as not stored to from the same moment on.
struct clinux_stores_search {
  uint64_t from, end;
  bool makes_clean;
  unsigned capacity, count;
  struct clinux_stored *runs;
};
int clinux_stores_find(const struct clinux_stores *stores, struct clinux_stores_search *search);
// Stores are not watched any more.
void clinux_stores_close(struct clinux_stores *stores);

// MARK: The SIGBUS guard
//
// A load or store in a mapping whose file no longer covers the page raises SIGBUS. The guard's handler marks the page,
// lays private memory of zeros over it, and lets the access go on; the operation that made it checks the marks
// afterwards and reports an error. Faults outside guarded mappings go on to the handler that was there before.

struct clinux_guard;

// Registers [base, base + length), in whole pages of `unit` bytes. `marks` has one byte for each 4 KiB, and is 0 where
// the memory is the file's and no store has gone elsewhere; `faults` counts what the guard has absorbed, and is 0 as
// long as no page is marked. Both outlive the registration, and the caller reads them by atomic loads. Where the
// process has as many mappings as it may have, one fault may mark more than its page, up to all. NULL when memory or
// the handler could not be had.
struct clinux_guard *clinux_guard_register(void *base, size_t length, size_t unit, uint8_t *marks, uint64_t *faults);

// When it returns, no handler uses the registered memory any more.
void clinux_guard_unregister(struct clinux_guard *guard);

// Maps the file again where pages [first, end) of 4 KiB are replaced, and takes the marks off these. Others in the same
// unit show the file too, but keep marks. 0 or an errno, with the marks as they were or kept.
int clinux_guard_reattach(struct clinux_guard *guard, size_t first, size_t end, int protection, int fd);
