import Foundation
import SystemPackage
import TestSupport
import Testing

extension InTerminal {
  @Suite("Replays on the screen")
  final class ReplayScreenTests: StartsProgram {
    @Test("A replay pauses, goes on by steps and to the next caption, and ends where the person wants to go on alone")
    func replay() throws {
      let script = [
        "say first", "workers start 2 mode=stepped", "workers turn 1x2 2", "goto 9", "allocate 1p", "say second",
      ]
      let lines = script + (1...3).map { "goto \($0)" } + ["say third", "allocate 4p", "say fourth"]
      let timed = lines.enumerated().map { "\($1) #@ \($0 == 0 ? 0 : 600 + $0)" }
      try folder.put("s", Array(timed.joined(separator: "\n").utf8))
      let window = try start("a --create 1m --replay s --speed 1")
      // The second command comes in ten minutes.
      try window.waitFor("replaying line 2 of 12")
      try window.type(".", ".")
      try window.waitFor("worker 1: page 0 allocated")
      #expect(try window.text.contains("paused at line 3 of 12  Space goes on  . steps  ] next caption  Esc ends"))
      let id = try window.programID()
      #expect(try wakeUps(of: id) <= 1, "it sleeps while it is paused")
      try window.type("Right", "Right")
      try window.waitFor("worker 2: page 1 allocated")
      try window.type("l", "j", "v", "h", "Escape")
      try window.waitFor("The script was left")
      // One ends what `v` began, another the selection.
      try window.type("Escape", "Escape", "a", "w")
      try window.waitFor("1 allocated  ▒ 2 written")
      try window.quit()
      try window.type("clear; \(mmapview) b --create 1m --replay s --speed 1", "Enter")
      try window.waitFor("replaying line 2 of 12")
      try window.type("]")
      try window.waitFor("paused at line 7 of 12")
      #expect(try window.text.contains("second"))
      try window.type("]")
      try window.waitFor("paused at line 11 of 12")
      try window.type("g", ":", "goto 77", "Enter")
      try window.waitFor("page 77")
      try window.type("]")
      try window.waitFor("fourth")
      try window.waitFor("allocate  w write")
      try window.quit()
      try expectShell(window)
    }

    @Test("] goes to the next caption and its notes, into the pause behind it, past others before; one Space goes on")
    func captions() throws {
      let script = """
        create a 64k
        say first
        pause
        pause 1000s
        goto 1
        say second
        note "ask them"
        pause
        say third
        note "count them"
        goto 3
        say fourth
        pause
        """
      try folder.put("s", Array(script.utf8))
      let window = try start("--replay s --notes")
      try window.waitFor("paused at line 4 of 13  Space goes on")
      try window.type("]")
      try window.waitFor("note: ask them")
      try window.waitFor("paused at line 9 of 13  Space goes on")
      #expect(try window.text.contains("─ Space goes on · b goes back ┘"))
      try window.type("]")
      try window.waitFor("note: count them")
      try window.waitFor("paused at line 11 of 13  Space goes on")
      try window.type("Space")
      try window.waitFor("fourth")
      try window.waitFor("paused at line 13 of 13  Space goes on")
      try window.type("b")
      try window.waitFor("paused at line 13 of 13  Space goes forward")
      try window.type("Space", "Space")
      try window.waitFor("a allocate  w write")
      try window.type("]")
      try window.waitFor("The script has ended; all keys are yours.")
      #expect(try !window.text.contains("selected"))
      try window.quit()
      try expectShell(window)
    }

    @Test("Esc leaves a script that rests at its last line, and Space selects from then on")
    func leaving() throws {
      try folder.put("s", Array("create a 64k\npause 1000s".utf8))
      let window = try start("--replay s")
      try window.waitFor("replaying line 2 of 2  Space pauses")
      try window.type("Escape")
      try window.waitFor("The script was left; all keys are yours.")
      try window.type("Space")
      try window.waitFor("1 page selected")
      try window.quit()
      try expectShell(window)
    }

    @Test("A replay on the screen keeps the times of the recording, at the speed that is set")
    func replaySpeed() throws {
      try folder.put(
        "s", Array("goto 1 #@ 10.0\ngoto 2 #@ 30.0\nallocate 1p #@ 50.0\nscreen end.txt #@ 70.0\nquit".utf8))
      let began = ContinuousClock.now
      let window = try start("a --create 1m --replay s --speed 20; echo 'has en''ded'")
      try window.waitFor("has ended")
      try expectShell(window)
      #expect(String(decoding: try folder.bytes("end.txt"), as: UTF8.self).contains("1 allocated"))
      #expect(ContinuousClock.now - began > .seconds(3))
    }

    @Test("However close together the commands come, the screen never sleeps over one")
    func closeTogether() throws {
      // As far apart as it takes to draw a frame, here and on a slower machine: between the look at the clock and the sleep.
      var (time, lines) = (0, [String]())
      for index in 0..<300 {
        lines.append("goto \(index % 200) #@ \(time / 10_000).\(String(time % 10_000 + 10_000).dropFirst())")
        time += 3 * (index % 40)
      }
      try folder.put("s", Array((lines + ["quit"]).joined(separator: "\n").utf8))
      // Without the bytes of the page, which are read again ten times a second.
      let window = try start("a --create 1m --replay s --speed 1; echo 'has en''ded'", 60, 16)
      try window.waitFor("has ended")
      try expectShell(window)
    }

    /// How often a program was put to sleep in a second and a half.
    private func wakeUps(of id: Int32) throws -> Int {
      func switches() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches") })
        return try #require(line.split(separator: "\t").last.flatMap { Int($0) })
      }
      let before = try switches()
      Thread.sleep(forTimeInterval: 1.5)
      return try switches() - before
    }
  }
}
