import Foundation
import TestSupport
import Testing

@Suite("Signals, to the program on a terminal", .serialized)
final class SignalTests: FolderSuite {
  // By their default: those that stop it, or do nothing. Two belong to the C library, and no process sends them.
  private static let stopping = [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]
  private static let harmless = [SIGCONT, SIGCHLD, SIGURG, SIGWINCH, 32, 33]
  private static let ending = (1...64).filter { !(stopping + harmless + [SIGKILL]).contains($0) }

  // Those by which a write would end it: it may have an error instead.
  private func mayBeIgnored(_ signal: Int32) -> Bool { signal == SIGPIPE || signal == SIGXFSZ }

  private func start(_ name: String, ignoring signal: String? = nil) throws -> TerminalProgram {
    let program = try TerminalProgram([name, "--create", "1m"], in: folder, ignoring: signal)
    #expect(program.waitFor("256 free"))
    return program
  }

  @Test("Whichever ends it, the terminal is given back, and the status is that of the signal")
  func ending() throws {
    for signal in Self.ending {
      let program = try start("a\(signal)")
      kill(program.processID, signal)
      // What is ignored leaves it alone: it can be quitted.
      if mayBeIgnored(signal) { try program.send("q") }
      let status = program.end()
      #expect(status == 128 + signal || status == 0 && mayBeIgnored(signal), "signal \(signal)")
      #expect(program.leftovers.isEmpty, "signal \(signal)")
    }
  }

  @Test("Those that end nothing leave it as it is")
  func harmless() throws {
    let program = try start("a")
    for signal in Self.harmless { kill(program.processID, signal) }
    try program.send("a")
    #expect(program.waitFor("1 allocated"))
    try program.send("q")
    #expect(program.end() == 0)
    #expect(program.leftovers.isEmpty)
  }

  @Test("The program ignores what its parent ignores, as nohup wants it")
  func ignored() throws {
    let program = try start("a", ignoring: "HUP")
    kill(program.processID, SIGHUP)
    try program.send("a")
    #expect(program.waitFor("1 allocated"))
    try program.send("q")
    #expect(program.end() == 0)
  }
}
