import Foundation
import SystemPackage
import TestSupport
import Testing

/// Colours, glyphs and the mouse, as a real terminal shows them.
@Suite("Colours, glyphs and the mouse in a terminal", .serialized, .needsTmux)
final class AppearanceTests: FolderSuite {
  private static let script = "-c 'allocate 3p' -c 'write r1 zero' -c 'goto 9'"

  private func start(_ environment: String, _ arguments: String = "") throws -> Window {
    let window = try Window(80, 24, in: folder)
    // An empty NO_COLOR is none: the caller of the tests may have set it.
    try window.type(
      "clear; rm -f a; NO_COLOR= \(environment) \(mmapview) a --create 1m \(Self.script) \(arguments)", "Enter")
    try window.waitFor("253 free")
    return window
  }

  /// Waits until a text with its colours is on the screen.
  private func waitForColours(
    _ window: Window, _ wanted: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    var seen = ""
    let isThere = try isSoon {
      seen = try window.colouredText
      return seen.contains(wanted)
    }
    if isThere { return }
    Issue.record("\(wanted.debugDescription) never came:\n\(seen.debugDescription)", sourceLocation: location)
  }

  @Test("Each theme has its colours, and another command brings another at once")
  func themes() throws {
    let window = try start("TERM=tmux-256color", "--theme light")
    try waitForColours(window, "\u{1b}[38;5;130m▒")
    try window.type(":theme dark", "Enter")
    try waitForColours(window, "\u{1b}[38;5;214m▒")
    try window.type(":theme contrast", "Enter")
    try waitForColours(window, "48;5;16m")
    try window.type(":theme pink", "Enter")
    try window.waitFor("is no theme: one of dark, light, contrast")
    try window.type("Escape")
    try window.quit()
    try window.waitFor("shell>")
  }

  @Test("A saved picture has the colours of the theme that was chosen last")
  func pictures() throws {
    let outcome = try run(
      mmapview,
      ["--headless", "--theme", "light", "-c", "screen a.svg", "-c", "theme contrast", "-c", "screen b.svg"],
      in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for (name, ground) in [("a.svg", "#ffffff"), ("b.svg", "#000000")] {
      let picture = String(decoding: try folder.bytes(name), as: UTF8.self)
      #expect(picture.contains("rx=\"8\" fill=\"\(ground)\""), "\(name)")
    }
  }

  @Test("With 24 bits, 8 colours or none, the states come in what there is")
  func depths() throws {
    let description = """
      mmapview-direct|for a test,
        colors#0x1000000, pairs#0x10000, RGB, op=\\E[39;49m,
        setaf=\\E[38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm,
        setab=\\E[48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm, use=tmux-256color,

      """
    try folder.put("direct.ti", Array(description.utf8))
    let tic = try run("tic", ["-x", "-o", folder.path.string, folder.file("direct.ti").string])
    #expect(tic.status == 0, "\(tic.errors)")
    let direct = try start("TERMINFO=$PWD TERM=mmapview-direct")
    try waitForColours(direct, "\u{1b}[38;2;255;175;0m▒")
    let eight = try start("TERM=screen")
    try waitForColours(eight, "\u{1b}[33m▒")
    for environment in ["TERM=tmux-256color NO_COLOR=1", "TERM=vt100"] {
      let none = try start(environment)
      try none.waitFor("▒▒▒")
      // 39 is the terminal's own.
      #expect(try !none.colouredText.contains(#/\u{1b}\[[0-9;]*3[0-8]/#), "\(environment)")
    }
    let forced = try start("TERM=tmux-256color NO_COLOR=1", "--color always")
    try waitForColours(forced, "\u{1b}[38;5;214m▒")
  }

  @Test("Where the locale is not UTF-8 the glyphs are ASCII")
  func asciiLocale() throws {
    let window = try start("LC_ALL=C")
    let text = try window.waitFor(". 253 free  a 0 allocated  w 3 written")
    #expect(text.contains("00000000 w"))
    #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
    // Read all the same, with all that follows.
    try window.send(":say \"née here\"\r")
    try window.waitFor("n?e here")
    try window.quit()
    try window.waitFor("written and not durable: the kernel")
  }

  @Test("A press of the mouse goes to the page below it, and the wheel scrolls")
  func mouse() throws {
    let window = try start("TERM=xterm-256color")
    #expect(try window.reportsMouse)
    // The fifth page of the third row, right of the margin and below title and ruler.
    try window.send("\u{1b}[<0;15;5M\u{1b}[<0;15;5m")
    try window.waitFor("page 68")
    try window.send("\u{1b}[<65;15;5M")
    try window.waitFor("page 164")
    try window.send("\u{1b}[<64;15;5M")
    try window.waitFor("page 68")
    try window.type("?")
    try window.waitFor("goes back")
    try window.send("\u{1b}[<64;15;5M\u{1b}[<0;15;5m")
    try window.waitFor("goes back")
    try window.send("\u{1b}[<0;15;5M")
    try window.waitFor("page 68")
    try window.quit()
    try window.waitFor("shell>")
    #expect(try !window.reportsMouse)
  }

  @Test("The mouse is left to the terminal with --no-mouse, and given back by Ctrl-Z and by a trap")
  func mouseIsGivenBack() throws {
    let without = try start("TERM=xterm-256color", "--no-mouse")
    #expect(try !without.reportsMouse)
    let window = try start("SWIFT_BACKTRACE=enable=no TERM=xterm-256color")
    #expect(try window.reportsMouse)
    try window.type("C-z")
    try window.waitFor("Stopped")
    #expect(try !window.reportsMouse)
    try window.type("clear; fg", "Enter")
    try window.waitFor("253 free")
    #expect(try window.reportsMouse)
    kill(try window.programID(), SIGILL)
    try window.waitFor("Illegal instruction")
    #expect(try !window.reportsMouse)
  }
}
