import Foundation
import SystemPackage
import TestSupport
import Testing

extension InTerminal {
  @Suite("Consent, signals, sizes and terminals")
  final class GivenBackTests: StartsProgram {
    @Test("An existing file is written only after the person allows it")
    func consent() throws {
      try folder.put("a", [UInt8](repeating: 7, count: 9000))
      let window = try start("a")
      try window.waitFor("read only")
      try window.type("a")
      try window.waitFor(":open a write")
      try window.waitFor("Enter opens it for writing")
      try window.type("Escape")
      #expect(try isSoon { try !window.text.contains(":open a write") })
      #expect(try folder.bytes("a") == [UInt8](repeating: 7, count: 9000))
      try window.type("a", "Enter")
      try window.waitFor("writable")
      try window.type("a", "w")
      try window.quit()
      try expectShell(window)
      #expect(try folder.bytes("a")[4096...].allSatisfy { $0 == 7 })
      #expect(try folder.bytes("a")[1] == 1)
    }

    @Test("Ctrl-Z gives the terminal to the shell, and fg brings the screen back, while workers run")
    func stopping() throws {
      let window = try start("a --create 64m -c 'workers start 2 delay=20ms'")
      try window.waitFor("2 at work")
      try window.type("C-z")
      try window.waitFor("Stopped")
      try expectShell(window)
      try window.type("clear; fg", "Enter")
      try window.waitFor("2 at work")
      try window.quit()
      try expectShell(window)
    }

    @Test("SIGTERM, SIGHUP, SIGINT and SIGQUIT give the terminal back", arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
    func signals(signal: Int32) throws {
      let window = try start("a --create 64m -c 'workers start 2 delay=20ms'")
      try window.waitFor("2 at work")
      kill(try window.programID(), signal)
      try window.waitFor("written and not durable: the kernel")
      try window.type("echo status $?", "Enter")
      try window.waitFor("status \(128 + signal)")
      try expectShell(window)
    }

    @Test("A trap gives the terminal back")
    func trap() throws {
      // Swift's own report, which comes after, would wait for a key and for the fault to repeat.
      let window = try Window(80, 24, in: folder)
      try window.type("stty -a > before; SWIFT_BACKTRACE=enable=no \(mmapview) a --create 1m", "Enter")
      try window.waitFor("256 free")
      kill(try window.programID(), SIGILL)
      try window.waitFor("Illegal instruction")
      try expectShell(window)
    }

    @Test("Every size of window is drawn or refused, and survived, while workers run")
    func resizing() throws {
      let window = try start("a --create 64m -c 'workers start 2 delay=20ms'")
      try window.waitFor("2 at work")
      for size in [(40, 12), (39, 12), (10, 3), (2, 1), (300, 80), (60, 16), (200, 60)] {
        try window.resize(size.0, size.1)
        Thread.sleep(forTimeInterval: 0.1)
      }
      try window.resize(80, 24)
      try window.waitFor("2 at work")
      try window.quit()
      try expectShell(window)
    }

    @Test(
      "In a window that is too small q quits, whatever lies over the panes unseen, and is asked about what is not durable",
      arguments: [[":", "wri"], ["?"]])
    func tooSmall(keys: [String]) throws {
      let window = try start("a --create 1m")
      try window.waitFor("256 free")
      for key in keys { try window.type(key) }
      try window.resize(30, 8)
      try window.waitFor("q quits")
      try window.type("x", "q")
      try window.waitFor("shell>")
      try window.resize(80, 24)
      try window.type("clear; \(mmapview) b --create 1m -c 'allocate 1p' -c 'write r1 zero'", "Enter")
      try window.waitFor("1 written")
      for key in keys { try window.type(key) }
      try window.resize(30, 8)
      try window.waitFor("q quits")
      try window.type("q")
      try window.waitFor("1 page not durable: s sync")
      try window.type("Escape")
      try window.waitFor("q quits")
      try window.type("q", "q")
      try window.waitFor("shell>")
    }

    @Test("A terminal that is unknown or can't move its cursor is refused", arguments: ["dumb", "never-heard-of"])
    func unusable(name: String) throws {
      let window = try Window(80, 24, in: folder)
      try window.type("TERM=\(name) \(mmapview) a --create 1m", "Enter")
      try window.waitFor("is unknown or can")
    }
  }
}
