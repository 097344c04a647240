// The Linux calls that Swift cannot import: variadic ones, those behind _GNU_SOURCE, and raw system calls.
// Each returns 0 or a positive errno, and retries when a signal interrupted it.
#pragma once

#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// fcntl(F_OFD_SETLK, F_WRLCK) over the whole file: EAGAIN when another open file holds it.
int clinux_lock_exclusive(int fd);

// Gives that lock back, also where a child that was forked has the open file as well and has not yet come to its exec.
void clinux_unlock(int fd);

// fallocate(2) without flags: blocks are reserved and the file grows to offset + length.
int clinux_preallocate(int fd, off_t offset, off_t length);

// sync_file_range(2) with SYNC_FILE_RANGE_WRITE: writeback of the range's dirty pages begins, nothing waits.
int clinux_start_writeback(int fd, off_t offset, off_t length);

// madvise(2) with MADV_POPULATE_WRITE (Linux 5.14): pages become present and writable, or an errno says why not.
int clinux_populate_for_writing(void *address, size_t length);

// renameat2(2): with `replace` false an existing target is EEXIST.
int clinux_rename(const char *from, const char *to, bool replace);

// Which file system in memory a descriptor is on, by the f_type of fstatfs(2): "tmpfs", "ramfs" or "hugetlbfs", or NULL
// for any other.
int clinux_memory_file_system(int fd, const char **name);

// Counts of cachestat(2) (Linux 6.5), in units of the system's page size.
struct clinux_cachestat {
  uint64_t cached, dirty, writeback, evicted, recently_evicted;
};
int clinux_cachestat(int fd, uint64_t offset, uint64_t length, struct clinux_cachestat *counts);

// One extent of FS_IOC_FIEMAP; `flags` are FIEMAP_EXTENT_….
struct clinux_extent {
  uint64_t logical, physical, length;
  uint32_t flags;
};
enum {
  CLINUX_EXTENT_LAST = 0x1,
  CLINUX_EXTENT_DELAYED = 0x4,
  CLINUX_EXTENT_INLINE = 0x200,
  CLINUX_EXTENT_UNWRITTEN = 0x800,
  CLINUX_EXTENT_SHARED = 0x2000
};

// The next extents at or after `start`, up to `capacity` of them; nothing is flushed first. EOPNOTSUPP where the file
// system has no FIEMAP.
int clinux_extents(int fd, uint64_t start, uint64_t length, struct clinux_extent *extents, unsigned capacity,
                   unsigned *count);

// lseek(2) with SEEK_DATA or SEEK_HOLE; the descriptor's own position is left as it was. ENXIO after the last data.
int clinux_seek(int fd, off_t from, bool to_data, off_t *found);

// inotify(7) on an open file, whatever its name is by now: a descriptor that becomes readable when somebody opens,
// closes, writes, cuts, renames or removes it, or a negative errno. Reading its bytes makes no event, nor does a store
// into a mapping.
int clinux_watch(int fd);

// Takes all events that have come.
void clinux_watch_clear(int watch);

// Which file a descriptor or a name is: what statx(2) says without asking a server or a disk. `name` is looked up in
// `folder` and links are followed; "" is the descriptor `folder` itself.
struct clinux_identity {
  uint32_t major, minor;
  uint64_t inode;
};
int clinux_identity(int folder, const char *name, struct clinux_identity *identity);

// How long an open file is and how many names it has: what statx(2) says when it is asked for no times.
struct clinux_coverage {
  uint64_t size;
  uint32_t links;
};
int clinux_cover(int fd, struct clinux_coverage *coverage);

// O_PATH of open(2), the same on every architecture that Swift runs on.
enum { CLINUX_O_PATH = 010000000 };

// The next name in a folder of /proc that is a number, which is a process or a descriptor; -1 after the last.
int clinux_next_number(DIR *folder);

// Whether the caller may write the file by its owner, mode and access list: faccessat2(2) with AT_EACCESS (Linux 5.8) on
// the descriptor itself. EACCES if not, EROFS if nobody may.
int clinux_may_write(int fd);

// MARK: Signals as something to poll

// Blocks SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP and SIGWINCH in this thread, and gives a signalfd(2) for all but SIGWINCH,
// or -1. Called before other threads start, it keeps those signals away from them too.
int clinux_open_signals(void);

// The number of a signal that has come, or 0.
int clinux_next_signal(int signals);

// ppoll(2) with SIGWINCH let in, so that a change of the window's size can't slip in just before the sleep.
int clinux_poll(struct pollfd *entries, unsigned count, int milliseconds);

// Stops the process as Ctrl-Z does; returns when it is continued.
void clinux_stop_here(void);

// MARK: The SIGBUS guard
//
// A load or store in a mapping whose file no longer covers the page raises SIGBUS. The guard's handler lays a
// private zero page over the fault, marks the page in `detached`, and lets the access go on; the operation that
// made it looks at the guard afterwards and reports an error. Faults outside guarded mappings go on to the handler
// that was there before.

struct clinux_guard;

// Registers [base, base + length). `detached` has one byte for each 4 KiB page; `faults` counts what the guard has
// absorbed, and is 0 as long as no page is detached. Both outlive the registration, and are the caller's so that it can
// look at them without a call. NULL when memory or the handler could not be had.
struct clinux_guard *clinux_guard_register(void *base, size_t length, uint8_t *detached, uint64_t *faults);
void clinux_guard_unregister(struct clinux_guard *guard);

// MARK: The stage of a lesson

// Gives this process mounts that nobody else sees and that go when it ends: unshare(2) with CLONE_NEWNS, and where that
// is not allowed with CLONE_NEWUSER as well, which only a process with one thread may.
int clinux_private_mounts(void);

// Mounts a tmpfs of a size, or changes the size of one that is mounted there.
int clinux_mount_memory(const char *folder, size_t size, bool again);

// umount2(2) with MNT_DETACH: at once, whoever has a file there open.
int clinux_unmount(const char *folder);

// Removes a folder with all that is in it, and follows neither links nor mounts.
void clinux_remove_folder(const char *folder);

// Starts a program that is looked for in PATH, in a process group of its own and with no signal blocked; `words` end
// with NULL, and what it prints and complains of goes to `output`.
int clinux_spawn(const char *const *words, int input, int output, pid_t *child);

// Lets a child map so many bytes of a file, with no guard, and store one byte into each page; `status` is waitpid(2)'s.
int clinux_store_in_child(const char *path, size_t length, int *status);

// Takes a part of a file its blocks: it reads as zeros, and what is written there needs new ones.
int clinux_punch(int fd, off_t offset, off_t length);

// Reads past the page cache, by O_DIRECT; address, offset and length are multiples of 4096.
int clinux_read_device(const char *path, off_t offset, void *bytes, size_t length);
