#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void leave_to_the_descriptor(int signal_number) { (void)signal_number; }

int clinux_open_signals(void) {
  // ncurses ignores SIGTSTP while it draws, and a signal that waits is lost when it becomes ignored. It keeps its
  // hands off where a handler is set; this one never runs.
  struct sigaction kept = {.sa_handler = leave_to_the_descriptor, .sa_flags = SA_RESTART};
  sigaction(SIGTSTP, &kept, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGQUIT);
  sigaddset(&set, SIGTSTP);
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  sigaddset(&set, SIGWINCH);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  return signals;
}

int clinux_next_signal(int signals) {
  struct signalfd_siginfo info;
  return read(signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int clinux_poll(struct pollfd *entries, unsigned count, int milliseconds) {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  sigdelset(&mask, SIGWINCH);
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  return ppoll(entries, count, milliseconds < 0 ? NULL : &time, &mask);
}

void clinux_stop_here(void) {
  struct sigaction normal = {.sa_handler = SIG_DFL}, before;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  sigaction(SIGTSTP, &normal, &before);
  raise(SIGTSTP); // still blocked, so it waits for the next line
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  sigaction(SIGTSTP, &before, NULL);
}
