#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int64_t room = 4ll << 30, used = 0;

static uint64_t last_number = 1;

static struct timespec now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return time;
}

void touch(struct node *node, bool is_modified) {
  node->changed = now();
  if (is_modified) node->modified = node->changed;
}

struct node *new_node(uint32_t mode, uint32_t uid, uint32_t gid) {
  int data = S_ISREG(mode) ? memfd_create("file", MFD_CLOEXEC) : -1;
  struct node *node = S_ISREG(mode) && data < 0 ? NULL : calloc(1, sizeof *node);
  if (!node) {
    if (data >= 0) close(data);
    return NULL;
  }
  *node = (struct node){.number = last_number++, .mode = mode, .uid = uid, .gid = gid, .data = data, .next_cookie = 3};
  node->links = S_ISDIR(mode) ? 1 : 0;  // a folder's own "."
  node->accessed = node->modified = node->changed = now();
  return node;
}

static int64_t blocks(struct node *node) {
  struct stat info;
  return node->data >= 0 && fstat(node->data, &info) == 0 ? info.st_blocks * 512ll : 0;
}

void release(struct node *node) {
  if (node->lookups > 0 || node->links > (S_ISDIR(node->mode) ? 1 : 0) || node->entries) return;
  used -= blocks(node);
  if (node->data >= 0) close(node->data);
  free(node->target);
  free(node);
}

// MARK: Names

struct entry *find(struct node *folder, const char *name) {
  for (struct entry *entry = folder->entries; entry; entry = entry->next) {
    if (strcmp(entry->name, name) == 0) return entry;
  }
  return NULL;
}

int add(struct node *folder, const char *name, struct node *node) {
  struct entry *entry = calloc(1, sizeof *entry);
  if (!entry || !(entry->name = strdup(name))) {
    free(entry);
    return ENOMEM;
  }
  entry->node = node, entry->cookie = folder->next_cookie++;
  struct entry **end = &folder->entries;
  while (*end) end = &(*end)->next;
  *end = entry;
  node->links++;
  node->parent = folder;
  if (S_ISDIR(node->mode)) folder->links++;  // its ".."
  touch(folder, true);
  touch(node, false);
  return 0;
}

static void drop(struct node *folder, struct entry *gone) {
  struct entry **place = &folder->entries;
  while (*place != gone) place = &(*place)->next;
  *place = gone->next;
  struct node *node = gone->node;
  node->links--;
  if (S_ISDIR(node->mode)) folder->links--;
  touch(folder, true);
  touch(node, false);
  free(gone->name);
  free(gone);
}

int take(struct node *folder, const char *name, bool wants_folder) {
  struct entry *entry = find(folder, name);
  if (!entry) return ENOENT;
  struct node *node = entry->node;
  if (wants_folder != S_ISDIR(node->mode)) return wants_folder ? ENOTDIR : EISDIR;
  if (node->entries) return ENOTEMPTY;
  drop(folder, entry);
  release(node);
  return 0;
}

int move(struct node *from, const char *name, struct node *to, const char *new_name, bool may_replace) {
  struct entry *entry = find(from, name), *old = find(to, new_name);
  if (!entry) return ENOENT;
  struct node *node = entry->node;
  if (old && !may_replace) return EEXIST;
  if (old && old->node == node) return 0;
  if (old) {
    int error = take(to, new_name, S_ISDIR(node->mode));
    if (error) return error;
  }
  int error = add(to, new_name, node);
  if (error) return error;
  drop(from, entry);
  node->parent = to;
  return 0;
}

int exchange(struct node *from, const char *name, struct node *to, const char *new_name) {
  struct entry *one = find(from, name), *other = find(to, new_name);
  if (!one || !other) return ENOENT;
  struct node *node = one->node;
  one->node = other->node, other->node = node;
  one->node->parent = from, other->node->parent = to;
  int is_folder = S_ISDIR(one->node->mode), was_folder = S_ISDIR(other->node->mode);
  from->links += is_folder - was_folder, to->links += was_folder - is_folder;
  touch(from, true);
  touch(to, true);
  return 0;
}

// MARK: Bytes

int64_t read_data(struct node *node, void *bytes, size_t count, off_t offset) {
  int64_t done = pread(node->data, bytes, count, offset);
  return done < 0 ? -errno : done;
}

int64_t write_data(struct node *node, const void *bytes, size_t count, off_t offset) {
  if (used + (int64_t)count > room) return -ENOSPC;
  int64_t before = blocks(node);
  int64_t done = pwrite(node->data, bytes, count, offset);
  if (done < 0) return -errno;
  used += blocks(node) - before;
  touch(node, true);
  return done;
}

int resize(struct node *node, off_t size) {
  int64_t before = blocks(node);
  if (ftruncate(node->data, size) != 0) return errno;
  used += blocks(node) - before;
  touch(node, true);
  return 0;
}

int reserve(struct node *node, int mode, off_t offset, off_t length) {
  if (!(mode & FALLOC_FL_PUNCH_HOLE) && length > room - used) return ENOSPC;
  int64_t before = blocks(node);
  if (fallocate(node->data, mode, offset, length) != 0) return errno;
  used += blocks(node) - before;
  touch(node, true);
  return 0;
}

struct stat measure(struct node *node) {
  struct stat info = {0};
  if (node->data >= 0) fstat(node->data, &info);
  if (node->target) info.st_size = (off_t)strlen(node->target);
  return info;
}
