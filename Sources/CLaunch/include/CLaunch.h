// The program's own process: what is done before Swift starts, its arguments, its signals.
#pragma once

struct pollfd;

// The number of words of the command line, with the program's name.
int claunch_argument_count(void);

// One of them, for as long as the process lives. Swift's own CommandLine reads them from /proc, which may not be there.
const char *claunch_argument(int index);

// Ignores SIGPIPE and SIGXFSZ: a reader that has gone and a file at its limit are errors of write(2) then.
void claunch_ignore_write_signals(void);

// Blocks in this thread SIGTSTP, SIGCONT, SIGWINCH, and every signal from outside that would end the process and is not
// ignored; returns a signalfd(2) for all but SIGWINCH, or -1. Threads that start later inherit that. SIGTTIN and
// SIGTTOU stop a job in the background, and stay as they are.
int claunch_open_signals(void);

// Blocks what was blocked before claunch_open_signals: a program that takes the place of this one inherits it.
void claunch_unblock_signals(void);

// The number of a signal that has come, or 0.
int claunch_next_signal(int signals);

// ppoll(2) with SIGWINCH unblocked: a change of the window's size just before the sleep ends it.
int claunch_poll(struct pollfd *entries, unsigned count, int milliseconds);

// Stops the process as Ctrl-Z does; returns when it is continued.
void claunch_stop_here(void);
