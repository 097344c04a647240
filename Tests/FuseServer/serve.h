// The protocol of /dev/fuse.
#pragma once

#include <stdbool.h>

struct node;

struct features {
  bool fallocate, rename_flags, statfs, tmpfile, mmap, fsyncdir, seek, keep, writeback, passthrough, wild_seek, full_statfs,
      failing_sync, failing_write;
};
extern struct features features;

// Answers requests until the file system is unmounted, and returns an exit status.
int serve(int device, struct node *root);
