// What the calls of this module have in common.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// Makes a call, and makes it again when a signal interrupted it (EINTR): 0, or the errno of a call that returned -1.
#define RETRY(call) (TEMP_FAILURE_RETRY(call) == -1 ? errno : 0)

// statx(2): of the descriptor `folder` itself where `name` is "".
static inline int query(int folder, const char *name, int flags, unsigned mask, struct statx *info) {
  if (folder < 0 && !*name) return EBADF;  // AT_FDCWD would be the working folder
  return RETRY(statx(folder, name, AT_EMPTY_PATH | flags, mask, info));
}
