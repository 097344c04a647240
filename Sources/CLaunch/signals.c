#define _GNU_SOURCE
#include "CLaunch.h"

#include <stdbool.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static void leave_to_the_descriptor(int signal_number) { (void)signal_number; }

// Two real-time signals belong to the C library, which never blocks them. Until it sets its own handlers they would end
// the process.
static void ignore_library_signals(void) {
  struct { void (*handler)(int); unsigned long rest[4]; } ignored = {.handler = SIG_IGN};
  for (int number = 32; number < SIGRTMIN; number++) syscall(SYS_rt_sigaction, number, &ignored, NULL, _NSIG / 8);
}

// Whether a signal ends a process that does nothing about it, and comes from outside: a fault belongs to its thread.
static bool is_ending(int number) {
  switch (number) {
  case SIGKILL: case SIGSTOP: case SIGTSTP: case SIGTTIN: case SIGTTOU: // don't end it, or can't be caught
  case SIGCONT: case SIGCHLD: case SIGURG: case SIGWINCH:
  case SIGSEGV: case SIGBUS: case SIGILL: case SIGFPE: case SIGTRAP: case SIGABRT: case SIGSYS:
    return false;
  default: return number < 32 || number >= SIGRTMIN;
  }
}

static sigset_t mask_before;

int claunch_open_signals(void) {
  // ncurses ignores SIGTSTP while it draws, and a pending signal is lost when it becomes ignored. It leaves a handler
  // as it is; this one never runs.
  struct sigaction kept = {.sa_handler = leave_to_the_descriptor, .sa_flags = SA_RESTART};
  sigaction(SIGTSTP, &kept, NULL);
  ignore_library_signals();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  sigaddset(&set, SIGCONT);
  for (int number = 1; number <= SIGRTMAX; number++) {
    struct sigaction action;
    if (!is_ending(number) || sigaction(number, NULL, &action) != 0) continue;
    // Ignored signals stay ignored, for nohup(1): a blocked one would come to the descriptor. But not those of the
    // keyboard, which a shell ignores for programs in the background of a script: this one has the terminal.
    if (action.sa_handler != SIG_IGN || number == SIGINT || number == SIGQUIT) sigaddset(&set, number);
  }
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  sigaddset(&set, SIGWINCH);
  pthread_sigmask(SIG_BLOCK, &set, &mask_before);
  return signals;
}

void claunch_unblock_signals(void) { pthread_sigmask(SIG_SETMASK, &mask_before, NULL); }

int claunch_next_signal(int signals) {
  struct signalfd_siginfo info;
  return read(signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int claunch_poll(struct pollfd *entries, unsigned count, int milliseconds) {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  sigdelset(&mask, SIGWINCH);
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  return ppoll(entries, count, milliseconds < 0 ? NULL : &time, &mask);
}

void claunch_stop_here(void) {
  struct sigaction normal = {.sa_handler = SIG_DFL}, before;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  sigaction(SIGTSTP, &normal, &before);
  raise(SIGTSTP); // still blocked, so it waits for the next line
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  sigaction(SIGTSTP, &before, NULL);
  // SIGCONT has done its work.
  sigemptyset(&set);
  sigaddset(&set, SIGCONT);
  sigtimedwait(&set, NULL, &(struct timespec){0, 0});
}
