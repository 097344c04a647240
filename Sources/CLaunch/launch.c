#define _GNU_SOURCE
#include "CLaunch.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int count;
static char **words;

// Whoever starts a program may have closed these three, and the next file that is opened would become one of them. Each
// refuses what it is not for, so that output which nobody takes is an error: reading ends at once, writing is EBADF.
static void fill_standard_descriptors(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // The lowest that is free, which is this one. Where there is no /dev something that can't be read stands in.
    if (open("/dev/null", O_RDONLY) == -1) open("/", O_PATH);
  }
}

// The C library hands main's arguments to constructors, too.
__attribute__((constructor)) static void launch(int argument_count, char **arguments) {
  count = argument_count;
  words = arguments;
  fill_standard_descriptors();
}

int claunch_argument_count(void) { return count; }

const char *claunch_argument(int index) { return words[index]; }

void claunch_ignore_write_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}
