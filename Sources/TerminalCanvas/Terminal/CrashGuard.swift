// Both declare termios; which of them Swift takes it from depends on the order of files.
import CNcurses
import Glibc

/// Gives the terminal back when the program dies of a trap: the shell's prompt and the report can be read.
///
/// ncurses may not be called in a signal handler. This one writes fixed bytes that every terminal of today understands,
/// sets the line's old modes with tcsetattr(3), and passes the signal on to the action that was there before.
package enum CrashGuard {
  private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGSYS]

  // SAFETY: written by the thread that draws; handlers only read, in a process that is about to die.
  nonisolated(unsafe) private static var modes = termios()
  nonisolated(unsafe) private static var hasTerminal = false
  nonisolated(unsafe) private static var input = STDIN_FILENO
  nonisolated(unsafe) private static var output = STDOUT_FILENO
  nonisolated(unsafe) private static var previous: UnsafeMutablePointer<sigaction>?

  // A frame that was begun is shown; no marks around pasted text, no reports of the mouse; leave the alternate screen, show the cursor, plain attributes.
  private static let restore: StaticString =
    "\u{1b}[?2026l\u{1b}[?2004l\u{1b}[?1006l\u{1b}[?1002l\u{1b}[?1000l\u{1b}[?1049l\u{1b}[?25h\u{1b}[0m\r\n"

  /// Installs the handlers; one that must run before them, such as the guard over mapped files, is installed later.
  package static func arm() {
    guard unsafe previous == nil else { return }
    let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: signals.count)
    for (index, signal) in signals.enumerated() {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_sigaction = { number, _, _ in CrashGuard.die(number) }
      action.sa_flags = SA_SIGINFO | SA_ONSTACK
      // SAFETY: there is room for as many actions as signals, and each is initialised here.
      unsafe (actions + index).initialize(to: sigaction())
      unsafe sigaction(signal, &action, actions + index)
    }
    unsafe previous = unsafe actions
  }

  /// Keeps the terminal's modes, before they are changed.
  static func terminalIsTaken(input: Int32, output: Int32) {
    unsafe (self.input, self.output) = (input, output)
    // SAFETY: it fills the structure that it is given.
    unsafe hasTerminal = unsafe tcgetattr(input, &modes) == 0
  }

  static func terminalIsBack() { unsafe hasTerminal = false }

  private static func die(_ signal: Int32) {
    if unsafe hasTerminal {
      // SAFETY: write and tcsetattr may be called in a handler; the bytes are static.
      _ = unsafe write(output, restore.utf8Start, restore.utf8CodeUnitCount)
      _ = unsafe tcsetattr(input, TCSANOW, &modes)
    }
    // Raised again, the signal waits until the handler returns, and meets the action that was there before.
    if let actions = unsafe previous {
      for index in signals.indices { _ = unsafe sigaction(signals[index], actions + index, nil) }
    }
    raise(signal)
  }
}
