// The files of the file system: a tree in memory, whose regular files have their bytes in memfds.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

struct node;

// A name in a folder. Cookies grow from name to name, so that a reading of the folder goes on where it was.
struct entry {
  char *name;
  struct node *node;
  uint64_t cookie;
  struct entry *next;
};

struct node {
  uint64_t number;
  uint64_t lookups;  // how often the kernel has looked it up and has not yet forgotten
  uint32_t mode, uid, gid, links, device;
  struct timespec accessed, modified, changed;
  int data;          // of a regular file
  int backing;       // what the kernel calls its memfd, if it passes through, or 0
  char *target;      // of a link
  struct entry *entries;
  uint64_t next_cookie;
  struct node *parent;
};

// How many bytes there may be in all files, and how many there are.
extern int64_t room, used;

struct node *new_node(uint32_t mode, uint32_t uid, uint32_t gid);
// Lets go of a node that has neither a name nor a reader.
void release(struct node *node);

struct entry *find(struct node *folder, const char *name);
// Each returns 0 or an errno.
int add(struct node *folder, const char *name, struct node *node);
int take(struct node *folder, const char *name, bool wants_folder);
int move(struct node *from, const char *name, struct node *to, const char *new_name, bool may_replace);
int exchange(struct node *from, const char *name, struct node *to, const char *new_name);

// Bytes and sizes of a regular file. The first two return how many bytes, or a negative errno.
int64_t read_data(struct node *node, void *bytes, size_t count, off_t offset);
int64_t write_data(struct node *node, const void *bytes, size_t count, off_t offset);
int resize(struct node *node, off_t size);
int reserve(struct node *node, int mode, off_t offset, off_t length);
struct stat measure(struct node *node);

void touch(struct node *node, bool is_modified);
