import Foundation
import SystemPackage
import TestSupport
import Testing

extension InTerminal {
  @Suite("Captions on the screen")
  final class CaptionScreenTests: StartsProgram {
    private static let script = """
      say "The first."
      note "Greet them."
      pause
      allocate 1p
      say "The second, which\\nhas two lines."
      pause
      say "The third."
      """

    @Test("b goes back through the captions, Space leads forward and then on, and Esc takes the last one away")
    func back() throws {
      try folder.put("s", Array(Self.script.utf8))
      let window = try start("a --create 1m -c 'source s'")
      try window.waitFor("1/3")
      try window.waitFor("Space goes on")
      #expect(try !window.text.contains("Greet them"))
      try window.type("Space")
      try window.waitFor("2/3")
      try window.type("b")
      try window.waitFor("1/3 · an earlier one")
      #expect(try window.text.contains("The first.") && window.text.contains("Space goes forward"))
      try window.type("b")
      try window.waitFor("there is none before this one")
      // A script that waits is not left by what leads forward, and what fails moves no caption.
      try window.type("Space")
      try window.waitFor("2/3 ─")
      #expect(try window.text.contains("Space goes on · b goes back") && window.text.contains("has two lines."))
      try window.type("Space")
      try window.waitFor("3/3")
      try window.waitFor("Esc takes it away")
      try window.type("b", "b")
      try window.waitFor("1/3 · an earlier one")
      try window.type("Space", "Space")
      try window.waitFor("3/3 ─")
      try window.type("Escape")
      // It was taken away: to see it again is to go back.
      try window.type("b")
      try window.waitFor("3/3 · an earlier one")
      try window.quit()
      try expectShell(window)
    }

    @Test("The presenter's notes are shown with --notes, below the caption")
    func notes() throws {
      try folder.put("s", Array(Self.script.utf8))
      let window = try start("a --create 1m --notes -c 'source s'")
      try window.waitFor("note: Greet them.")
      try window.type("Space")
      try window.waitFor("2/3")
      #expect(try !window.text.contains("Greet them"))
      try window.type("b")
      try window.waitFor("note: Greet them.")
      try window.quit()
      try expectShell(window)
    }
  }
}
