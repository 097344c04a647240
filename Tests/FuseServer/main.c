// A file system in memory for tests, by the protocol of /dev/fuse, which can be made to lack what real ones lack.
//
//   FuseServer FOLDER [--without WORD]... [--with WORD]... [--size BYTES]
//
// It mounts itself on the folder, prints "ready", and serves until it is unmounted or killed. As a process of its own: a
// fault in a mapped file waits for the server with its process's memory locked, and a thread of that process could not
// serve it.
#define _GNU_SOURCE
#include "files.h"
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct {
  const char *word, *meaning;
  bool *what;
} words[] = {
    {"fallocate", "blocks can be reserved and punched", &features.fallocate},
    {"noreplace", "renameat2(2) knows flags", &features.rename_flags},
    {"statfs", "statfs(2) counts blocks", &features.statfs},
    {"tmpfile", "O_TMPFILE", &features.tmpfile},
    {"mmap", "files can be mapped shared; without it they are read and written past the page cache", &features.mmap},
    {"fsyncdir", "fsync(2) of a folder; without it EINVAL", &features.fsyncdir},
    {"seek", "SEEK_DATA and SEEK_HOLE find holes", &features.seek},
    {"keep", "pages stay when a file is opened again", &features.keep},
    {"writeback", "what is written stays in the page cache for a while", &features.writeback},
    {"passthrough", "the kernel maps and reads the memfd itself; root only, and without writeback", &features.passthrough},
    {"wild-seek", "SEEK_DATA and SEEK_HOLE answer nonsense", &features.wild_seek},
    {"full-statfs", "statfs(2) says that 0 blocks are free, always", &features.full_statfs},
    {"failing-write", "a write to a file whose sticky bit is set fails with EIO", &features.failing_write},
    {"failing-sync", "fsync(2) of a file whose sticky bit is set fails with EIO", &features.failing_sync},
};

static void say(const char *what, const char *why) {
  printf("%s: %s\n", what, why);
  exit(1);
}

static bool *feature(const char *word) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i].word, word) == 0) return words[i].what;
  }
  printf("%s is none of\n", word);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) printf("  %-12s %s\n", words[i].word, words[i].meaning);
  exit(2);
}

int main(int count, char **arguments) {
  if (count < 2) say("usage", "FuseServer FOLDER [--without WORD]... [--with WORD]... [--size BYTES] [--with-parent]");
  bool ends_with_parent = false;
  for (int i = 2; i < count; i++) {
    if (strcmp(arguments[i], "--with-parent") == 0) {
      ends_with_parent = true;
    } else if (i + 1 == count) {
      say(arguments[i], "a word is missing");
    } else if (strcmp(arguments[i], "--without") == 0) {
      *feature(arguments[++i]) = false;
    } else if (strcmp(arguments[i], "--with") == 0) {
      *feature(arguments[++i]) = true;
    } else if (strcmp(arguments[i], "--size") == 0) {
      room = atoll(arguments[++i]);
    } else {
      say(arguments[i], "is no option");
    }
  }
  if (features.passthrough) features.writeback = false;
  // Of the thread that started it, whose mounts end with it.
  if (ends_with_parent) prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What the one who started it had open is not ours to hold.
  for (int fd = 3; fd < 65536; fd++) close(fd);
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (device < 0) say("/dev/fuse", strerror(errno));
  char options[120];
  snprintf(
      options, sizeof options, "fd=%d,rootmode=41777,user_id=%u,group_id=%u,allow_other,default_permissions", device,
      getuid(), getgid());
  if (mount("tests", arguments[1], "fuse.tests", MS_NOSUID | MS_NODEV, options) != 0) say("mount", strerror(errno));
  prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);  // memory that it asks for is not had by waiting for itself; root only
  struct node *root = new_node(S_IFDIR | 01777, getuid(), getgid());
  if (!root) say("memory", strerror(errno));
  root->links++, root->parent = root;
  puts("ready");
  fflush(stdout);
  return serve(device, root);
}
