import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Scripts in a terminal", .serialized, .needsTmux)
final class ScriptScreenTests: FolderSuite {
  @Test("A pause waits for Space, which holds one of a time; keys that look around work meanwhile, and the prompt too")
  func pauses() throws {
    try folder.put("s.mmv", Array("create a 64k\nsay first\npause\nsay second\npause 1000s\nsay third\n".utf8))
    let window = try Window(100, 30, in: folder)
    try window.type("\(mmapview) --replay s.mmv", "Enter")
    try window.waitFor("Space goes on")
    try window.type("L")
    try window.waitFor("· kernel ·")
    try window.type(":")
    try window.type("say between words", "Enter")
    try window.waitFor("between words")
    #expect(try !window.text.contains("second"))
    try window.type("Space")
    try window.waitFor("second")
    #expect(try !window.text.contains("third"))
    try window.waitFor("replaying line 6 of 6  Space pauses")
    try window.waitFor("─ Space pauses · b goes back ┘")
    try window.type("Space")
    try window.waitFor("paused at line 6 of 6  Space goes on")
    try window.waitFor("─ Space goes on · b goes back ┘")
    #expect(try !window.text.contains("third"))
    try window.type("b")
    try window.waitFor("paused at line 6 of 6  Space goes forward")
    try window.waitFor("─ Space goes forward")
    try window.type("Space", "Space")
    try window.waitFor("third")
    try window.quit()
    try window.waitFor("shell>")
  }

  @Test("At the prompt a script is played, Esc ends one that rests, and w writes the pattern that was set")
  func sources() throws {
    try folder.put(
      "s.mmv", Array("allocate 1p\nset pattern 0x5a\nset ascii on\nsay \"all of it\"\npause\nsay never\n".utf8))
    let window = try Window(100, 30, in: folder)
    try window.type("\(mmapview) a --create 64k", "Enter")
    try window.waitFor("allocates a page")
    try window.type(":")
    try window.type("source s.mmv", "Enter")
    try window.waitFor("Space goes on")
    try window.type("Escape")
    try window.type("w")
    try window.waitFor("wrote r1 with 0x5a")
    #expect(try !window.text.contains("never"))
    #expect(try !window.text.contains("░") && !window.text.contains("▒"))
    try window.type("s")
    try window.waitFor("made r1 durable")
    try window.quit()
  }

  @Test("Without --replay, too, Space holds a pause of a time, and the last line says what Space does")
  func timed() throws {
    let window = try Window(100, 30, in: folder)
    try window.type("\(mmapview) a --create 64k -c 'say one' -c 'pause 1000s' -c 'say two'", "Enter")
    try window.waitFor(" Space pauses  a allocate")
    try window.type("Space")
    try window.waitFor(" Space goes on  a allocate")
    #expect(try !window.text.contains("two"))
    try window.type("Space")
    try window.waitFor("two")
    // The next one was meant for the script.
    try window.type("Space")
    try window.waitFor("The script has ended; all keys are yours.")
    #expect(try !window.text.contains("selected"))
    try window.type("Space")
    try window.waitFor("1 page selected")
    try window.quit()
  }

  @Test("A Space too many, while a script that went on has something to wait for, selects nothing")
  func waiting() throws {
    let window = try Window(100, 30, in: folder)
    try window.type(
      "\(mmapview) a --create 64k -c 'say one' -c pause -c 'expect kernel dirty 999+ within 1000s'", "Enter")
    try window.waitFor(" Space goes on  a allocate")
    try window.type("Space")
    try window.waitFor("Esc")
    try window.type("Space", "l")
    try window.waitFor("page 1")
    try window.type("Escape")
    try window.waitFor("The script ends here; all keys are yours.")
    try window.type("x")
    try window.waitFor("a allocate")
    #expect(try !window.text.contains("selected"))
    try window.quit()
    try window.waitFor("shell>")
  }

  @Test("Why a typed command failed is shown whole where the log has no room for it, and a key's failure stays there")
  func failure() throws {
    let window = try Window(60, 16, in: folder)
    try window.type("\(mmapview) a --create 64k", "Enter")
    try window.waitFor("a allocate")
    try window.type("u")
    try window.waitFor("page 0 belongs to no range")
    #expect(try !window.text.contains("any key goes back"))
    try window.type(":", "create a 4k", "Enter")
    try window.waitFor("any key goes back")
    #expect(try window.text.contains("first to let go of it"))
    try window.type("x")
    try window.waitFor("a allocate")
    try window.quit()
    try window.waitFor("shell>")
  }
}
