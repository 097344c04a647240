// What only lessons need: private mounts, other programs, the removal of a folder.
// Each returns 0 or a positive errno, unless its comment says otherwise.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Gives this process mounts that no other process sees and that end with it: unshare(2) with CLONE_NEWNS, and where
// that is not allowed with CLONE_NEWUSER as well, which only a process with one thread may. Mounts of others still
// appear here.
int clesson_private_mounts(void);

// Mounts a tmpfs of a size, or changes the size of one that is mounted there.
int clesson_mount_memory(const char *folder, size_t size, bool again);

// umount2(2) with MNT_DETACH: at once, even if a file there is open.
int clesson_unmount(const char *folder);

// Removes a folder with all that is in it, and follows neither links nor mounts.
void clesson_remove_folder(const char *folder);

// Starts a program of PATH in a process group of its own, with no signal blocked or ignored; `words` end with NULL, and
// both its output and its errors go to `output`.
int clesson_spawn(const char *const *words, int input, int output, pid_t *child);

// Lets a child map so many bytes of a file, with no guard, and store one byte into each page; `status` is waitpid(2)'s.
int clesson_store_in_child(const char *path, size_t length, int *status);

// Lets a child, which calls itself `reader`, map a file, read the byte at an offset, write "ready" to `output` and keep
// the mapping until `input` ends.
int clesson_read_in_child(const char *path, off_t offset, int input, int output, pid_t *child);

// Reads the first byte of each page.
void clesson_read_each(const void *bytes, size_t length);

// fallocate(2) with FALLOC_FL_PUNCH_HOLE: the part reads as zeros, and a write there needs new blocks.
int clesson_punch(int fd, off_t offset, off_t length);

// Reads past the page cache, by O_DIRECT; address, offset and length are multiples of 4096.
int clesson_read_device(const char *path, off_t offset, void *bytes, size_t length);

// The two numbers of a device, which is a stat(2)'s.
unsigned clesson_major(dev_t device);
unsigned clesson_minor(dev_t device);
