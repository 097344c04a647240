// What the program does before Swift does anything.
#pragma once

// How many words the command line has, with the program's name.
int claunch_argument_count(void);

// One of them, for as long as the process lives. Swift's own CommandLine reads them from /proc, which may not be there.
const char *claunch_argument(int index);

// Ignores SIGPIPE and SIGXFSZ: a reader that has gone and a file at its limit are errors of write(2) then.
void claunch_ignore_write_signals(void);
