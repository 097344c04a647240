import Foundation
import GuardSteps
import TestSupport
import Testing

/// The guard under an adverse scheduler: a copy of its source that stops between any two of its steps.
@Suite("The guard's handler meets others at every step")
struct GuardStepsTests {
  @Test(
    "A guard that is handed over while a fault is handled touches neither the old mapping nor the new one",
    arguments: [(inside: false, upwards: true), (false, false), (true, true), (true, false)])
  func handedOver(inside: Bool, upwards: Bool) async {
    // In a process of its own, since the copy takes SIGBUS as the guard does.
    await #expect(processExitsWith: .success) { [inside, upwards] in
      let outcome = guard_steps_handed_over(inside ? 1 : 0, upwards ? 1 : 0)
      if outcome.wrong > 0 { print("\(outcome.wrong) of \(outcome.runs) orders of steps are wrong") }
      exit(outcome.runs > 1000 && outcome.wrong == 0 ? 0 : 1)
    }
  }

  @Test("A child that was forked while a fault was handled can let go of the file")
  func child() async {
    await #expect(processExitsWith: .success) { exit(guard_steps_child_unregisters() == 1 ? 0 : 1) }
  }
}
