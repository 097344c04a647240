// The guard of CLinux, taken apart into steps: two threads of which one runs at a time, and change places where they are
// asked to.
#pragma once

struct guard_steps {
  int runs;   // how many orders were tried
  int wrong;  // in how many the handler did what it must not
};

// A fault meets the handler while the only guard there is goes over from one mapping to another, in all orders of their
// steps in which each thread is interrupted once. `inside`: the fault is in the first mapping, or else between the
// two; `upwards`, whether the second mapping has the higher address.
struct guard_steps guard_steps_handed_over(int inside, int upwards);

// Whether a child that was forked while another thread was in the handler can unregister the guard; within a minute.
int guard_steps_child_unregisters(void);
