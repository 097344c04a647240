// What the calls of this module have in common.
#pragma once

#include <errno.h>

// Makes a call again that a signal interrupted, and returns 0 or its errno.
#define RETRY(call)                                                                                                \
  while ((call) == -1) {                                                                                           \
    if (errno != EINTR) return errno;                                                                              \
  }                                                                                                                \
  return 0
