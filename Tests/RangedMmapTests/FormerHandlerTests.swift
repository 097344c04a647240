import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// A file that is mapped, so that the guard has SIGBUS.
private func mapFile() throws -> (TemporaryFolder, MmapFile) {
  let folder = try TemporaryFolder()
  return (folder, try MmapFile.create(at: folder.file("a"), size: 8192).file)
}

/// The guard does for the handler that had SIGBUS before it what the kernel would do.
@Suite("A handler that was there before the guard")
struct FormerHandlerTests {
  @Test("One that wants a single call (SA_RESETHAND) is called once, and then the fault ends the process")
  func onceForFault() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      ctest_note_sigbus(Int32(bitPattern: SA_RESETHAND), SIGUSR1)
      let kept = try mapFile()
      alarm(60)  // A handler that is called for ever ends so.
      _ = try faultOutside(kept.0)
    }
  }

  @Test("The same for a signal that was sent")
  func onceForSignal() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      ctest_note_sigbus(Int32(bitPattern: SA_RESETHAND), SIGUSR1)
      let kept = try mapFile()
      kill(getpid(), SIGBUS)
      if !isSoon({ ctest_sigbus_runs() == 1 }) || kept.1.size == 0 { exit(1) }
      raise(SIGBUS)
      exit(2)
    }
  }

  @Test(
    "It runs with the signals blocked that it asked for, those of the thread and its own",
    arguments: [0, SA_SIGINFO, SA_SIGINFO | SA_NODEFER, SA_NODEFER, SA_ONSTACK | SA_RESTART])
  func mask(flags: Int32) async {
    await #expect(processExitsWith: .success) { [flags] in
      ctest_note_sigbus(flags, SIGUSR1)
      var mask = sigset_t()
      // SAFETY: fills and reads the set that it is given.
      _ = unsafe (sigemptyset(&mask), sigaddset(&mask, SIGUSR2), pthread_sigmask(SIG_SETMASK, &mask, nil))
      let native = ctest_blocked_in_sigbus()
      let kept = try mapFile()
      let chained = ctest_blocked_in_sigbus()
      var after = sigset_t()
      // SAFETY: the same.
      _ = unsafe pthread_sigmask(SIG_BLOCK, nil, &after)
      let isRestored = unsafe sigismember(&after, SIGUSR2) == 1 && sigismember(&after, SIGUSR1) == 0
      exit(native != 0 && native == chained && isRestored && kept.1.size > 0 ? 0 : 1)
    }
  }

  @Test("A signal that was ignored stays ignored when it is sent, and interrupts no call")
  func ignored() async {
    await #expect(processExitsWith: .success) {
      // SAFETY: no handler is installed, but none.
      signal(SIGBUS, SIG_IGN)
      let kept = try mapFile()
      kill(getpid(), SIGBUS)
      exit(ctest_read_under_sigbus() == 0 && kept.1.size > 0 ? 0 : 1)
    }
  }

  @Test("A fault can't be ignored")
  func ignoredFault() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      // SAFETY: no handler is installed, but none.
      signal(SIGBUS, SIG_IGN)
      let kept = try mapFile()
      alarm(60)
      _ = try faultOutside(kept.0)
    }
  }
}
