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

// A file in memory that can be sealed: memfd_create(2). -1 on failure.
int ctest_memory_file(void);

// Lets no write reach the file from now on, not even half of one. 0 or an errno.
int ctest_seal(int fd);

// From now on cachestat(2) fails with this errno, for the calling thread and its children: a seccomp filter. 0 or an errno.
int ctest_forbid_cachestat(int error);

// Makes the calling thread alone a thread of this user, with no group and no capability. 0 or an errno.
int ctest_become_user(unsigned user);
