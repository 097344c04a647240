import Foundation
import TestSupport
import Testing

extension InTerminal {
  @Suite("The mouse on panes, heads and the footer")
  final class MouseTests: StartsProgram {
    private func open(_ arguments: String) throws -> Window {
      let window = try Window(80, 24, in: folder)
      try window.type("clear; TERM=xterm-256color \(mmapview) \(arguments)", "Enter")
      return window
    }

    /// Presses and releases the left button on a text of the screen, or so many columns behind its start.
    private func press(_ text: String, _ offset: Int = 0, in window: Window) throws {
      try send(0, text, offset, in: window)
    }

    private func send(_ button: Int, _ text: String, _ offset: Int = 0, in window: Window) throws {
      let lines = try window.waitFor(text).split(separator: "\n", omittingEmptySubsequences: false)
      let row = try #require(lines.firstIndex { $0.contains(text) })
      let column = try #require(lines[row].range(of: text).map { lines[row][..<$0.lowerBound].count })
      let place = "\(column + offset + 1);\(row + 1)"
      try window.send("\u{1b}[<\(button);\(place)M" + (button == 0 ? "\u{1b}[<0;\(place)m" : ""))
    }

    @Test("A press in the footer is the key that stands there, on a head its layer or pane, on a byte the byte")
    func presses() throws {
      let window = try open("a --create 1m --layer both")
      try window.waitFor("256 free")
      try press("a allocate  w", in: window)
      try window.waitFor("1 allocated")
      try press("w write  f", 3, in: window)
      try window.waitFor("1 written")
      try press("kernel  8", in: window)
      try window.waitFor("kernel · writable")
      try press("kernel  8", in: window)
      try window.waitFor("both layers")
      try press("library 8", in: window)
      try window.waitFor("library · writable")
      // The third byte of the second row.
      try press("00000010:", 15, in: window)
      try window.waitFor("byte 0x12 = 18")
      try press("── log", 3, in: window)
      try window.waitFor("key goes back")
      try press("key goes back", in: window)
      try window.waitFor("── log")
      try press("? help", in: window)
      try window.waitFor("keys; w to u act")
      try press("keys; w to u", in: window)
      try press("  q quit", 3, in: window)
      try press("Esc stay", 2, in: window)
      try window.waitFor("a allocate  w")
      try press("  q quit", 3, in: window)
      try press("  q quit  Esc", 3, in: window)
      try window.waitFor("shell>")
    }

    @Test("The wheel scrolls what it is over: pages, bytes, the log, help")
    func wheel() throws {
      let window = try open("a --create 16m -c 'allocate 1p' -c 'write r1 counter'")
      try window.waitFor("1 written")
      try send(65, "00000000 ", 12, in: window)
      try window.waitFor("page 96 at")
      try send(64, "00020000 ", 12, in: window)
      try window.waitFor("page 0 at")
      try send(65, "00000010: ", 12, in: window)
      try window.waitFor("byte 0x30 = 48")
      try send(64, "── log", 3, in: window)
      try window.waitFor("goes back")
      try window.type("x", "?")
      try window.waitFor("1-21 of")
      try send(65, "one cell back", in: window)
      try window.waitFor("4-24 of")
      try window.type("x")
      try window.quit()
      try window.waitFor("shell>")
    }

    @Test("A press on the line of the whole file goes there")
    func whole() throws {
      let window = try open("a --create 64m --sparse")
      try window.waitFor("16384 free")
      try press("whole", 9 + 31, in: window)
      #expect(try isSoon { try window.text.contains(#/page 158\d\d at/#) })
      try press("whole", 9 + 15, in: window)
      #expect(try isSoon { try window.text.contains(#/page (7|8)\d\d\d at/#) })
      try window.type("q")
      try window.waitFor("shell>")
    }
  }
}
