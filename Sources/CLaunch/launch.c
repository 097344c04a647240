#define _GNU_SOURCE
#include "CLaunch.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int count;
static char **words;

// The parent may have closed these three, and the next open file would become one of them. A stand-in refuses what it
// is not for: reading ends at once, writing is EBADF, so that lost output is an error.
static void fill_standard_descriptors(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // open(2) takes the lowest free number, which is this one. Without /dev, a folder by O_PATH stands in.
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
