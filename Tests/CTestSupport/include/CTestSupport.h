// What tests need of Linux and Swift can't import.
#pragma once

// unshare(2) with CLONE_NEWNS, for the calling thread alone: its mounts are its own from then on. 0 or an errno.
int ctest_private_mounts(void);

// Takes SIGBUS with a handler that counts, and says how often it ran.
void ctest_count_sigbus(void);
int ctest_sigbus_count(void);

// Fills memory with 8-byte words, each the number of its 4 KiB page counted from `page`.
void ctest_fill_pages(void *memory, unsigned long byte_count, unsigned long page);

// Reads a file with read(2) and looks at every word of it: -1 if each is its page's number, else the first offset
// that is not, or -2 if the file can't be read.
long ctest_check_pages(const char *path);

// Asks cachestat(2) for one page, on its own: bit 0 cached, 1 dirty, 2 in writeback; negative if it can't be known.
int ctest_page_state(int fd, unsigned long page);

// Asks cachestat(2) for some pages at once: cached, dirty, in writeback, evicted, recently evicted. 0 or an errno.
int ctest_cache_counts(int fd, unsigned long page, unsigned long count, unsigned long counts[5]);

// How many of a file's pages in memory are active, and so the last to be evicted: /proc/kpageflags, which is for root.
// Negative where that can't be known.
long ctest_active_pages(const char *path);

// A file in memory that can be sealed: memfd_create(2). -1 on failure.
int ctest_memory_file(void);

// Lets no write reach the file from now on, not even half of one. 0 or an errno.
int ctest_seal(int fd);

// From now on cachestat(2) fails with this errno, for the calling thread and its children: a seccomp filter. 0 or an errno.
int ctest_forbid_cachestat(int error);
// The same for userfaultfd(2).
int ctest_forbid_userfaultfd(int error);
// The same of perf_event_open(2).
int ctest_forbid_perf_events(int error);

// Has some pages written back, and those that no process maps dropped from memory. 0 or an errno.
int ctest_evict(int fd, long offset, long length);

// From now on renameat2(2) knows no flags and fallocate(2) reserves nothing, as on most of FUSE, for the calling thread
// and its children. 0 or an errno.
int ctest_be_on_plain_files(void);

// Encrypts what is made in an empty folder from now on, with a key of zeros: fscrypt. 0 or an errno.
int ctest_encrypt_folder(const char *path);

// Makes the calling thread alone a thread of this user, with no group and no capability. 0 or an errno.
int ctest_become_user(unsigned user);

// MARK: Files that are replaced, leased, limited, and without a name

// Sets an extended attribute, and reports one's value: how many bytes it has, or a negative errno.
int ctest_set_attribute(const char *path, const char *name, const void *value, unsigned long size);
long ctest_attribute(const char *path, const char *name, void *value, unsigned long size);

// Makes a file without a name in a folder that can get one, O_TMPFILE; and gives it one. A descriptor, or 0, or a negative
// errno.
int ctest_unnamed_file(const char *folder);
int ctest_name(int fd, const char *path);

// Takes a lease for writing on an open file (F_SETLEASE), whose break is requested by SIGURG, which ends no process;
// and lets go of it. 0 or an errno.
int ctest_lease(int fd);
int ctest_end_lease(int fd);

// Limits the size of files that this process writes, softly: RLIMIT_FSIZE.
void ctest_limit_file_size(unsigned long size);

// Limits the addresses that this process may have to so many more than it has: RLIMIT_AS.
void ctest_limit_addresses(unsigned long more);

// Limits how many bytes this process may lock in memory: RLIMIT_MEMLOCK.
void ctest_limit_locks(unsigned long size);

// Calls a function in a child of fork(2), which ends with what that returns; its exit status, or -1.
int ctest_in_child(int (*body)(void *), void *context);

// Asks which blocks a file has, FIEMAP, for their number alone; and where its first hole is, with the file's offset moved.
// 0 or an errno; an offset or a negative errno.
int ctest_ask_for_blocks(int fd);
long ctest_first_hole(int fd);

// Makes one file a copy of another at one moment, between two writes: FICLONE. 0 or an errno.
int ctest_clone(int from, int to);

// Counts the system calls of the calling thread: a descriptor to read a 64-bit number from, or a negative errno where
// tracepoints are for root or not there.
int ctest_call_counter(void);

// How many page faults the calling thread has had so far: getrusage(2).
long ctest_thread_faults(void);

// MARK: Faults

// Takes SIGBUS with these flags and one more signal in the mask, and mends nothing. The second raises it and reports
// what was blocked meanwhile, a bit for each number, or 0 if the handler did not run; the third how often it ran.
void ctest_note_sigbus(int flags, int masked);
unsigned long ctest_blocked_in_sigbus(void);
int ctest_sigbus_runs(void);

// Waits in read(2) while another thread sends SIGBUS again and again, then a byte. 0 or an errno.
int ctest_read_under_sigbus(void);

// Makes mappings until the process has no room for more, which with `limit` (vm.max_map_count) more must happen, and takes
// back `left` of them; how many it made, or a negative errno. And gives all of them back.
long ctest_fill_mappings(unsigned long limit, unsigned long left);
void ctest_free_mappings(void);
