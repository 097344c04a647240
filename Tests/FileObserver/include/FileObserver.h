// What a file is, asked of the kernel alone: an independent witness of what the program says of files.
#pragma once

// The least and the most that was seen.
struct span {
  long low, high;
};

// What the name led to in some round of looking: the file, another file, nothing.
enum { NAME_KEPT = 1, NAME_TAKEN = 2, NAME_GONE = 4 };

// What the blocks of a page were in some round of looking.
enum { BLOCKS_HOLE = 1, BLOCKS_DELAYED = 2, BLOCKS_UNWRITTEN = 4, BLOCKS_WRITTEN = 8, BLOCKS_OTHER = 16 };

// What was seen of a file in all rounds between two moments. Counts that the kernel does not report are -1.
struct file_seen {
  struct span size, links, cached, dirty, writeback, resident;
  int names;          // bits NAME_…
  int rounds;         // how often it was looked at
  int was_written;    // whether it was written or renamed meanwhile, by inotify(7) and by the time of its last change
  long pages;         // how many pages were looked at one by one
  unsigned long inode;
};

struct file_observer;

// Opens a file that has bytes and samples it by itself from then on; NULL if it can't be.
struct file_observer *observer_open(const char *path);
void observer_close(struct file_observer *observer);

// Samples once, and then again and again in a thread of its own, page by page if that is asked for.
// 0 or an errno.
int observer_start(struct file_observer *observer, int by_page);

// Ends that thread, samples once more, and reports on all rounds since the start.
struct file_seen observer_stop(struct file_observer *observer);

// A bit for each state that a page was in: 1 << (cached | dirty << 1 | writeback << 2), 0 if that is not reported.
// And bits BLOCKS_….
int observer_states(const struct file_observer *observer, long page);
int observer_blocks(const struct file_observer *observer, long page);

// Whether a path leads to the file.
int observer_leads(const struct file_observer *observer, const char *path);
