import Foundation
import SystemPackage
import TestSupport
import Testing

extension InTerminal {
  @Suite("The past on the screen")
  final class PastScreenTests: StartsProgram {
    @Test("[ and ] step through what was shown, Esc comes back, and nothing is undone")
    func keys() throws {
      let window = try start("a --create 64k")
      try window.waitFor("16 free")
      try window.type("a")
      try window.waitFor("15 free  ░ 1 allocated")
      try window.type("w")
      try window.waitFor("1 written")
      try window.type("s")
      try window.waitFor("1 durable")
      try window.type("[")
      // On a slow disk the sync was seen under way.
      if try window.waitFor("the past: ").contains("1 flushing") { try window.type("[") }
      let first = try window.waitFor("1 written")
      #expect(first.contains(/the past: \d\d:\d\d:\d\d, \d steps? back of \d/), "\(first)")
      #expect(first.contains("bytes are not kept") && first.contains("not kept"), "\(first)")
      try window.type("[")
      try window.waitFor("1 allocated")
      try window.type("]")
      try window.waitFor("1 written")
      // What acts on the file is refused, and what changes the view is not.
      for key in ["a", "u", "+", "Tab", "W"] { try window.type(key) }
      try window.waitFor("this is the past; `now` or Esc goes back to now")
      try window.type(":allocate 1p", "Enter")
      try window.type("Right", "Right")
      try window.waitFor("page 2 at")
      try window.type(":goto 5", "Enter")
      try window.waitFor("page 5 at")
      try window.type(":goto 2", "Enter")
      try window.waitFor("page 2 at")
      try window.type("L")
      try window.waitFor("not looked at then")
      try window.type("L", "L")
      try window.type("Escape")
      let now = try window.waitFor("1 durable")
      #expect(!now.contains("the past:") && now.contains("15 free") && now.contains("page 2 at"), "\(now)")
      try window.type(":back 100", "Enter")
      try window.waitFor("this is the oldest: nothing was shown before it")
      try window.waitFor("16 free")
      try window.type(":now", "Enter")
      try window.waitFor("1 durable")
      try window.type(":status", "Enter")
      try window.waitFor("of 16 MiB")
      // The answer stands over the panes.
      try window.type("Escape")
      try window.quit()
      try expectShell(window)
    }

    @Test("What another program changes meanwhile is kept, and does not move what is shown; at rest nothing wakes")
    func others() throws {
      try folder.put("a", [UInt8](repeating: 97, count: 4 * 4096))
      let window = try start("a")
      try window.waitFor("4 cached")
      try run("truncate", ["-s", "8k", "a"], in: folder.path.string)
      try window.waitFor("2 cached")
      // On a busy machine a frame comes between the two.
      try window.type(":back 100", "Enter")
      let past = try window.waitFor("· 4 pages")
      #expect(past.contains("4 cached") && past.contains("the past: "), "\(past)")
      let steps = try #require(past.firstMatch(of: /(\d+) steps? back of/).flatMap { Int($0.1) })
      try run("truncate", ["-s", "4k", "a"], in: folder.path.string)
      try window.waitFor("cut to 1 page")
      #expect(
        try isSoon {
          let later = try window.text
          let moved = later.firstMatch(of: /(\d+) steps? back of/).flatMap { Int($0.1) } ?? 0
          return moved > steps && later.contains("· 4 pages") && later.contains("4 cached")
        }, "what is shown of the past has moved")
      try expectRest(window)
      try window.type("Right", "Right", "Right", "]")
      #expect(try isSoon { try !window.text.contains("· 4 pages") })
      try window.type(":forward 100", "Enter")
      try window.waitFor("a · 4 KiB · 1 page ")
      try window.quit()
      try expectShell(window)
    }

    @Test("In a replay ] goes to the next caption, until [ has entered the past, where the script listens to no key")
    func replay() throws {
      let lines = ["say first", "allocate 1p", "allocate 1p", "say second", "allocate 1p", "say third", "allocate 1p"]
      let timed = lines.enumerated().map { "\($1) #@ \($0 == 0 ? 0 : 600 + $0)" }
      try folder.put("s", Array(timed.joined(separator: "\n").utf8))
      let window = try start("a --create 1m --replay s --speed 1")
      try window.waitFor("replaying line 2 of 7")
      try window.type("]")
      try window.waitFor("paused at line 5 of 7")
      try window.waitFor("2 allocated")
      try window.type("[", "[")
      try window.waitFor("the past: ")
      try window.waitFor("0 allocated")
      try window.type(".", "Space", "]")
      try window.waitFor("this is the past; `now` or Esc goes back to now")
      try window.waitFor("1 allocated")
      try window.type("Escape")
      try window.waitFor("paused at line 5 of 7")
      try window.type("]")
      try window.waitFor("paused at line 7 of 7")
      try window.waitFor("3 allocated")
      try window.type("Escape")
      try window.quit()
      try expectShell(window)
    }
  }
}
