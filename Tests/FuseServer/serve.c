#define _GNU_SOURCE
#include "serve.h"

#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

struct features features = {
    .fallocate = true, .rename_flags = true, .statfs = true, .tmpfile = true, .mmap = true, .fsyncdir = true,
    .seek = true, .keep = true, .writeback = true};

// Linux 6.9, which is newer than the headers of many systems.
enum { OPEN_PASSTHROUGH = 1 << 7, INIT_PASSTHROUGH_HIGH = 1 << 5, TMPFILE = 51 };
struct backing_map {
  int32_t fd;
  uint32_t flags;
  uint64_t padding;
};
#define BACKING_OPEN _IOW(229, 1, struct backing_map)
#define BACKING_CLOSE _IOW(229, 2, uint32_t)

enum { LARGEST_WRITE = 1 << 20 };

static int device;
static struct node *root;

// A request: its header, what follows it, and how long that is.
struct request {
  const struct fuse_in_header *header;
  const void *body;
  size_t length;
};

// MARK: Answers

static int answer(struct request request, const void *bytes, size_t count) {
  struct fuse_out_header header = {.len = (uint32_t)(sizeof header + count), .unique = request.header->unique};
  struct iovec parts[] = {{&header, sizeof header}, {(void *)bytes, count}};
  return writev(device, parts, count > 0 ? 2 : 1) < 0 ? errno : 0;
}

static void refuse(struct request request, int error) {
  struct fuse_out_header header = {.len = sizeof header, .error = -error, .unique = request.header->unique};
  if (write(device, &header, sizeof header) < 0) return;  // the caller is gone
}

static struct node *node_of(uint64_t identifier) {
  return identifier == FUSE_ROOT_ID ? root : (struct node *)(uintptr_t)identifier;
}

static struct fuse_attr attributes(struct node *node) {
  struct stat info = measure(node);
  return (struct fuse_attr){
      .ino = node->number, .size = (uint64_t)info.st_size, .blocks = (uint64_t)info.st_blocks,
      .atime = (uint64_t)node->accessed.tv_sec, .atimensec = (uint32_t)node->accessed.tv_nsec,
      .mtime = (uint64_t)node->modified.tv_sec, .mtimensec = (uint32_t)node->modified.tv_nsec,
      .ctime = (uint64_t)node->changed.tv_sec, .ctimensec = (uint32_t)node->changed.tv_nsec,
      .mode = node->mode, .nlink = node->links, .uid = node->uid, .gid = node->gid, .rdev = node->device,
      .blksize = 4096};
}

// Names stay what they are, since all that changes them comes through here; sizes in blocks change by themselves.
static struct fuse_entry_out entry_of(struct node *node) {
  node->lookups++;
  return (struct fuse_entry_out){
      .nodeid = node == root ? FUSE_ROOT_ID : (uint64_t)(uintptr_t)node, .entry_valid = 3600, .attr = attributes(node)};
}

static void answer_entry(struct request request, struct node *node) {
  struct fuse_entry_out out = entry_of(node);
  if (answer(request, &out, sizeof out) != 0) node->lookups--;
}

static void answer_attributes(struct request request, struct node *node) {
  struct fuse_attr_out out = {.attr = attributes(node)};
  answer(request, &out, sizeof out);
}

static struct fuse_open_out opened(struct node *node) {
  struct fuse_open_out out = {.open_flags = features.keep ? FOPEN_KEEP_CACHE : 0};
  if (!features.mmap) out.open_flags |= FOPEN_DIRECT_IO;
  if (!features.passthrough) return out;
  if (!node->backing) {
    struct backing_map map = {.fd = node->data};
    int backing = ioctl(device, BACKING_OPEN, &map);
    node->backing = backing > 0 ? backing : 0;
  }
  if (node->backing) out.open_flags = OPEN_PASSTHROUGH, out.padding = (uint32_t)node->backing;
  return out;
}

// MARK: Requests

static void init(struct request request) {
  const struct fuse_init_in *in = request.body;
  uint32_t wanted = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_MAX_PAGES | FUSE_INIT_EXT;
  if (features.writeback) wanted |= FUSE_WRITEBACK_CACHE;
  struct fuse_init_out out = {
      .major = FUSE_KERNEL_VERSION, .minor = in->minor < FUSE_KERNEL_MINOR_VERSION ? in->minor : FUSE_KERNEL_MINOR_VERSION,
       .max_readahead = in->max_readahead,
      .flags = wanted & in->flags, .max_background = 64, .congestion_threshold = 48, .max_write = LARGEST_WRITE,
      .time_gran = 1, .max_pages = LARGEST_WRITE / 4096};
  if (features.passthrough) {
    out.minor = 40;  // the first that knows it
    out.flags2 = INIT_PASSTHROUGH_HIGH;
    out.unused[0] = 1;  // max_stack_depth
  }
  answer(request, &out, sizeof out);
}

static void make(
    struct request request, const char *name, uint32_t mode, uint32_t number, bool is_opened, bool has_name) {
  struct node *folder = node_of(request.header->nodeid);
  if (has_name && find(folder, name)) return refuse(request, EEXIST);
  struct node *node = new_node(mode, request.header->uid, request.header->gid);
  if (!node) return refuse(request, errno == EMFILE ? ENOSPC : errno);
  node->device = number;
  int error = has_name ? add(folder, name, node) : 0;
  if (error) {
    release(node);
    return refuse(request, error);
  }
  struct {
    struct fuse_entry_out entry;
    struct fuse_open_out open;
  } out = {entry_of(node), opened(node)};
  if (answer(request, &out, is_opened ? sizeof out : sizeof out.entry) != 0) node->lookups--;
}

static void make_link(struct request request) {
  const char *name = request.body, *target = name + strlen(name) + 1;
  struct node *folder = node_of(request.header->nodeid);
  if (find(folder, name)) return refuse(request, EEXIST);
  struct node *node = new_node(S_IFLNK | 0777, request.header->uid, request.header->gid);
  if (!node || !(node->target = strdup(target))) return refuse(request, ENOMEM);
  int error = add(folder, name, node);
  if (error) return refuse(request, error);
  answer_entry(request, node);
}

static void set_attributes(struct request request, struct node *node) {
  const struct fuse_setattr_in *in = request.body;
  if (in->valid & FATTR_SIZE) {
    int error = S_ISREG(node->mode) ? resize(node, (off_t)in->size) : EINVAL;
    if (error) return refuse(request, error);
  }
  if (in->valid & FATTR_MODE) node->mode = (node->mode & S_IFMT) | (in->mode & 07777);
  if (in->valid & FATTR_UID) node->uid = in->uid;
  if (in->valid & FATTR_GID) node->gid = in->gid;
  touch(node, false);
  if (in->valid & FATTR_ATIME) node->accessed = (struct timespec){(time_t)in->atime, in->atimensec};
  if (in->valid & FATTR_MTIME) node->modified = (struct timespec){(time_t)in->mtime, in->mtimensec};
  if (in->valid & FATTR_CTIME) node->changed = (struct timespec){(time_t)in->ctime, in->ctimensec};
  if (in->valid & FATTR_ATIME_NOW) node->accessed = node->changed;
  if (in->valid & FATTR_MTIME_NOW) node->modified = node->changed;
  answer_attributes(request, node);
}

static void rename_entry(struct request request, uint64_t new_folder, uint32_t flags, const char *name) {
  struct node *from = node_of(request.header->nodeid), *to = node_of(new_folder);
  const char *new_name = name + strlen(name) + 1;
  if (flags & ~(uint32_t)(RENAME_NOREPLACE | RENAME_EXCHANGE) || (flags && !features.rename_flags)) {
    return refuse(request, EINVAL);
  }
  refuse(request, flags & RENAME_EXCHANGE ? exchange(from, name, to, new_name)
                                          : move(from, name, to, new_name, !(flags & RENAME_NOREPLACE)));
}

static void read_file(struct request request, struct node *node) {
  static char bytes[LARGEST_WRITE];
  const struct fuse_read_in *in = request.body;
  size_t count = in->size < sizeof bytes ? in->size : sizeof bytes;
  int64_t done = read_data(node, bytes, count, (off_t)in->offset);
  if (done < 0) refuse(request, (int)-done); else answer(request, bytes, (size_t)done);
}

static void write_file(struct request request, struct node *node) {
  const struct fuse_write_in *in = request.body;
  if (features.failing_write && node->mode & S_ISVTX) return refuse(request, EIO);
  int64_t done = write_data(node, in + 1, in->size, (off_t)in->offset);
  if (done < 0) return refuse(request, (int)-done);
  struct fuse_write_out out = {.size = (uint32_t)done};
  answer(request, &out, sizeof out);
}

// A name, if there is room for it.
static bool put(char *bytes, size_t *length, size_t most, const char *name, struct node *node, uint64_t cookie) {
  struct fuse_dirent head = {
      .ino = node->number, .off = cookie, .namelen = (uint32_t)strlen(name), .type = node->mode >> 12};
  size_t size = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + head.namelen);
  if (*length + size > most) return false;
  memset(bytes + *length, 0, size);
  memcpy(bytes + *length, &head, FUSE_NAME_OFFSET);
  memcpy(bytes + *length + FUSE_NAME_OFFSET, name, head.namelen);
  *length += size;
  return true;
}

static void read_folder(struct request request, struct node *folder) {
  static char bytes[1 << 16];
  const struct fuse_read_in *in = request.body;
  size_t length = 0, most = in->size < sizeof bytes ? in->size : sizeof bytes;
  bool fits = true;
  if (in->offset < 1) fits = put(bytes, &length, most, ".", folder, 1);
  if (fits && in->offset < 2) fits = put(bytes, &length, most, "..", folder->parent, 2);
  for (struct entry *entry = folder->entries; fits && entry; entry = entry->next) {
    if (entry->cookie > in->offset) fits = put(bytes, &length, most, entry->name, entry->node, entry->cookie);
  }
  answer(request, bytes, length);
}

static void count_room(struct request request) {
  struct fuse_statfs_out out = {.st = {.bsize = 4096, .namelen = 255, .frsize = 4096}};
  if (features.statfs) {
    out.st.blocks = (uint64_t)room / 4096;
    out.st.bfree = out.st.bavail = used < room && !features.full_statfs ? (uint64_t)(room - used) / 4096 : 0;
    out.st.files = out.st.ffree = 1 << 20;
  }
  answer(request, &out, sizeof out);
}

static void seek_in(struct request request, struct node *node) {
  const struct fuse_lseek_in *in = request.body;
  if (!features.seek) return refuse(request, ENOSYS);
  off_t found = features.wild_seek ? 1 : lseek(node->data, (off_t)in->offset, (int)in->whence);
  if (found < 0) return refuse(request, errno);
  struct fuse_lseek_out out = {.offset = (uint64_t)found};
  answer(request, &out, sizeof out);
}

static void reserve_room(struct request request, struct node *node) {
  const struct fuse_fallocate_in *in = request.body;
  if (!features.fallocate) return refuse(request, ENOSYS);
  refuse(request, reserve(node, (int)in->mode, (off_t)in->offset, (off_t)in->length));
}

static void forget(uint64_t identifier, uint64_t count) {
  struct node *node = node_of(identifier);
  if (node == root) return;
  node->lookups -= count < node->lookups ? count : node->lookups;
  if (node->lookups == 0 && node->backing) {
    uint32_t backing = (uint32_t)node->backing;
    ioctl(device, BACKING_CLOSE, &backing);
    node->backing = 0;
  }
  release(node);
}

static void forget_many(struct request request) {
  const struct fuse_batch_forget_in *in = request.body;
  const struct fuse_forget_one *one = (const void *)(in + 1);
  for (uint32_t i = 0; i < in->count; i++) forget(one[i].nodeid, one[i].nlookup);
}

static void carry_out(struct request request) {
  struct node *node = node_of(request.header->nodeid);
  switch (request.header->opcode) {
  case FUSE_INIT: return init(request);
  case FUSE_FORGET: return forget(request.header->nodeid, ((const struct fuse_forget_in *)request.body)->nlookup);
  case FUSE_BATCH_FORGET: return forget_many(request);
  case FUSE_INTERRUPT: return;  // nothing takes long
  case FUSE_LOOKUP: {
    struct entry *entry = find(node, request.body);
    return entry ? answer_entry(request, entry->node) : refuse(request, ENOENT);
  }
  case FUSE_GETATTR: return answer_attributes(request, node);
  case FUSE_SETATTR: return set_attributes(request, node);
  case FUSE_READLINK: return (void)answer(request, node->target, strlen(node->target));
  case FUSE_SYMLINK: return make_link(request);
  case FUSE_MKNOD: {
    const struct fuse_mknod_in *in = request.body;
    return make(request, (const char *)(in + 1), in->mode, in->rdev, false, true);
  }
  case FUSE_MKDIR: {
    const struct fuse_mkdir_in *in = request.body;
    return make(request, (const char *)(in + 1), S_IFDIR | (in->mode & 07777), 0, false, true);
  }
  case FUSE_CREATE: {
    const struct fuse_create_in *in = request.body;
    return make(request, (const char *)(in + 1), S_IFREG | (in->mode & 07777), 0, true, true);
  }
  case TMPFILE: {
    const struct fuse_create_in *in = request.body;
    if (!features.tmpfile) return refuse(request, ENOSYS);
    return make(request, NULL, S_IFREG | (in->mode & 07777), 0, true, false);
  }
  case FUSE_UNLINK: return refuse(request, take(node, request.body, false));
  case FUSE_RMDIR: return refuse(request, take(node, request.body, true));
  case FUSE_RENAME: {
    const struct fuse_rename_in *in = request.body;
    return rename_entry(request, in->newdir, 0, (const char *)(in + 1));
  }
  case FUSE_RENAME2: {
    const struct fuse_rename2_in *in = request.body;
    return rename_entry(request, in->newdir, in->flags, (const char *)(in + 1));
  }
  case FUSE_LINK: {
    const struct fuse_link_in *in = request.body;
    struct node *old = node_of(in->oldnodeid);
    int error = add(node, (const char *)(in + 1), old);
    return error ? refuse(request, error) : answer_entry(request, old);
  }
  case FUSE_OPEN: {
    struct fuse_open_out out = opened(node);
    return (void)answer(request, &out, sizeof out);
  }
  case FUSE_OPENDIR: {
    struct fuse_open_out out = {0};
    return (void)answer(request, &out, sizeof out);
  }
  case FUSE_READ: return read_file(request, node);
  case FUSE_WRITE: return write_file(request, node);
  case FUSE_READDIR: return read_folder(request, node);
  case FUSE_STATFS: return count_room(request);
  case FUSE_LSEEK: return seek_in(request, node);
  case FUSE_FALLOCATE: return reserve_room(request, node);
  case FUSE_FSYNC: return refuse(request, features.failing_sync && node->mode & S_ISVTX ? EIO : 0);
  case FUSE_FLUSH: case FUSE_RELEASE: case FUSE_RELEASEDIR: return refuse(request, 0);
  case FUSE_FSYNCDIR: return refuse(request, features.fsyncdir ? 0 : EINVAL);
  case FUSE_DESTROY: refuse(request, 0); exit(0);
  default: return refuse(request, ENOSYS);
  }
}

int serve(int fuse, struct node *folder) {
  device = fuse, root = folder;
  // Room for the largest write with its header, and a byte after the names that end a request.
  size_t most = LARGEST_WRITE + 4096;
  char *bytes = aligned_alloc(4096, most + 4096);
  while (bytes) {
    ssize_t length = read(device, bytes, most);
    if (length < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN)) continue;
    if (length < (ssize_t)sizeof(struct fuse_in_header)) return length < 0 && errno == ENODEV ? 0 : 1;
    const struct fuse_in_header *header = (const void *)bytes;
    carry_out((struct request){header, header + 1, (size_t)length - sizeof *header});
  }
  return 1;
}
