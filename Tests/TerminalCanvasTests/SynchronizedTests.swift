import TestSupport
import Testing

@testable import TerminalCanvas

extension NcursesTests {
  private static let query = "\u{1b}[?2026$p"

  private func frame(_ terminal: PseudoTerminal, _ text: String) -> String {
    terminal.receive()
    var canvas = Canvas(width: 80, height: 24)
    canvas.write(text, x: 0, y: 0)
    terminal.terminal.show(canvas, cursor: nil)
    return terminal.receive()
  }

  @Test("Frames are sent whole where the terminal says that it can hold them back", arguments: ["1", "2", "3"])
  func synchronized(answer: String) throws {
    let terminal = try PseudoTerminal("xterm-256color")
    #expect(terminal.receive().contains(Self.query))
    #expect(!frame(terminal, "before").contains("2026"))
    #expect(terminal.keys("a\u{1b}[?2026;\(answer)$yb") == [.character("a"), .character("b")])
    let sent = frame(terminal, "after")
    #expect(sent.hasPrefix("\u{1b}[?2026h") && sent.hasSuffix("\u{1b}[?2026l"), "\(sent.debugDescription)")
    #expect(sent.contains("after"))
  }

  @Test("A terminal that knows no such mode, or gives no answer, is sent no marks", arguments: ["0", "4", nil])
  func unsynchronized(answer: String?) throws {
    let terminal = try PseudoTerminal("xterm-256color")
    if let answer { #expect(terminal.keys("\u{1b}[?2026;\(answer)$y").isEmpty) }
    #expect(!frame(terminal, "text").contains("2026"))
    #expect(try !PseudoTerminal("vt52").receive().contains("2026"))
  }

  @Test("An answer that comes in parts, or twice, is no key", arguments: 2...9)
  func lateAnswer(at place: Int) throws {
    let terminal = try PseudoTerminal("xterm-256color")
    let answer = "\u{1b}[?2026;2$y"
    #expect(terminal.keys(String(answer.prefix(place))).isEmpty)
    #expect(terminal.keys(answer.dropFirst(place) + answer + "q") == [.character("q")])
    #expect(terminal.terminal.synchronizes)
  }

  @Test("The end waits for an answer that is under way, and for none that does not come")
  func answerAtTheEnd() throws {
    let answered = try PseudoTerminal("xterm-256color")
    _ = answered.keys("\u{1b}[?2026;2$y")
    #expect(ContinuousClock().measure { answered.terminal.close() } < .milliseconds(200))
    let silent = try PseudoTerminal("xterm-256color")
    let time = ContinuousClock().measure { silent.terminal.close() }
    #expect(time > .milliseconds(100) && time < .seconds(5), "\(time)")
    let late = try PseudoTerminal("xterm-256color")
    late.type("\u{1b}[?2026;2$y")
    late.terminal.close()
    #expect(late.terminal.synchronizes)
  }

  @Test("Text for the clipboard goes out in base64, which no terminal obeys")
  func clipboard() throws {
    let terminal = try PseudoTerminal("xterm-256color")
    for (text, coded) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("0x1000", "MHgxMDAw"), ("é\u{1b}\u{7}", "w6kbBw=="),
    ] {
      terminal.receive()
      terminal.terminal.copy(text)
      #expect(terminal.receive() == "\u{1b}]52;c;\(coded)\u{07}")
    }
  }
}
