import TestSupport
import Testing

@testable import TerminalCanvas

// ncurses has one screen at a time, and isn't made for threads.
@Suite("The terminal of ncurses", .serialized)
struct NcursesTests {
  @Test(
    "Keys are named, whatever the description of the terminal knows", arguments: ["xterm-256color", "screen", "linux"])
  func keys(kind: String) throws {
    let terminal = try PseudoTerminal(kind)
    let sequences: [(String, Key)] = [
      ("x", .character("x")), ("\r", .enter), ("\t", .tab), ("\u{7f}", .backspace), ("\u{1b}[Z", .backTab),
      ("\u{1b}[1;2A", .unknown), ("\u{1b}[1;2B", .unknown), ("\u{1b}[1;2C", .unknown),
      ("\u{1b}[1;2D", .unknown), ("\u{1b}[1;5A", .unknown), ("\u{1b}[1;5B", .unknown),
      ("\u{1b}[1;5C", .controlRight), ("\u{1b}[1;5D", .controlLeft), ("\u{1b}[2~", .unknown), ("\u{1b}[3~", .delete),
      ("\u{1b}[5~", .pageUp), ("\u{1b}[6~", .pageDown),
      (kind == "linux" ? "\u{1b}[[A" : "\u{1b}OP", .help), (kind == "linux" ? "\u{1b}[A" : "\u{1b}OA", .up),
    ]
    let functionKeys = ["\u{1b}OS", "\u{1b}[15~", "\u{1b}[24~"]
    if kind != "linux" {
      #expect(functionKeys.map { terminal.keys($0) } == [[.function(4)], [.function(5)], [.function(12)]])
    }
    for (bytes, key) in sequences { #expect(terminal.keys(bytes) == [key], "\(bytes.debugDescription)") }
  }

  @Test("A lone escape is reported within a tenth of a second")
  func escape() throws {
    let terminal = try PseudoTerminal("xterm-256color")
    // A terminal's default is to wait for a second, whether the escape begins a key.
    let isPrompt = isGoodOnce {
      ContinuousClock().measure { #expect(terminal.keys("\u{1b}") == [.escape]) } < .milliseconds(100)
    }
    #expect(isPrompt)
  }

  @Test("A letter with Alt is one key, and an unknown one is one that means nothing")
  func alt() throws {
    for kind in ["xterm-256color", "screen", "linux", "vt100"] {
      let terminal = try PseudoTerminal(kind)
      let sequences: [(String, [Key])] = [
        ("\u{1b}w", [.alt("w")]), ("\u{1b}f\u{1b}bq", [.alt("f"), .alt("b"), .character("q")]),
        ("\u{1b}é", [.alt("é")]), ("\u{1b}\u{7f}", [.alt("\u{7f}")]),
        ("\u{1b}\u{1b}", [.escape, .escape]), ("\u{1b}[1;3D", [.alt("b")]),
        ("\u{1b}[1;7Zw", [.unknown, .character("w")]), ("\u{1b}[I\u{1b}[Oa", [.unknown, .unknown, .character("a")]),
        ("\u{1b}[", []), ("\u{1b}Oz", [.unknown]), ("\u{1b}[\rq", [.enter, .character("q")]),
      ]
      for (bytes, keys) in sequences { #expect(terminal.keys(bytes) == keys, "\(kind) \(bytes.debugDescription)") }
    }
  }

  @Test("Pasted text is one key, whatever is in it and however it arrives")
  func pastes() throws {
    let terminal = try PseudoTerminal("xterm-256color")
    #expect(terminal.receive().contains("\u{1b}[?2004h"))
    #expect(terminal.keys("\u{1b}[200~what a\rsad né\u{1b}[201~q") == [.paste("what a\rsad né"), .character("q")])
    #expect(terminal.keys("\u{1b}[200~half").isEmpty)
    #expect(terminal.keys("\u{1b}OA\u{1b}[201~w") == [.paste("half"), .character("w")])
    let long = String(repeating: "words ", count: 500)
    #expect(terminal.keys("\u{1b}[200~\(long)\u{1b}[201~") == [.paste(long)])
  }

  @Test("A mark around pasted text, or another sequence, may come in two parts, late", arguments: 1...5)
  func late(_ count: Int) throws {
    let terminal = try PseudoTerminal("xterm-256color")
    // ncurses has given up waiting for the rest before `keys` returns.
    func halves(_ text: String) -> [Key] {
      let (first, rest) = (String(text.prefix(count)), String(text.dropFirst(count)))
      return terminal.keys(first) + terminal.keys(rest)
    }
    let escape: [Key] = count == 1 ? [.escape] : []
    #expect(
      halves("\u{1b}[200~what a sad \u{1b}[2\u{1b}\u{1b}[201~q") == escape + [
        .paste("what a sad \u{1b}[2\u{1b}"), .character("q"),
      ])
    #expect(terminal.keys("\u{1b}[200~half").isEmpty)
    #expect(halves("\u{1b}[201~q") == [.paste("half"), .character("q")])
    #expect(halves("\u{1b}[1;5Aq") == escape + [.unknown, .character("q")])
    #expect(
      terminal.keys("\u{1b}") + terminal.keys("[") + terminal.keys("q") == [.escape, .character("["), .character("q")])
    // From its third character on ncurses waits for the rest of what the mouse did.
    guard count < 3 else { return }
    #expect(
      halves("\u{1b}[<0;15;5Mq") == escape + [.mouse(MouseEvent(x: 14, y: 4, kind: .press)), .character("q")])
    #expect(halves("\u{1b}[<4;1;1m") == escape + [.mouse(MouseEvent(x: 0, y: 0, kind: .release, isShifted: true))])
    #expect(halves("\u{1b}[<65;200;50M") == escape + [.mouse(MouseEvent(x: 199, y: 49, kind: .scrollDown))])
  }

  @Test(
    "Marks around pasted text are asked for while the screen is taken, and never after",
    arguments: ["xterm", "dumb-as-vt52"])
  func pasteIsGivenBack(kind: String) throws {
    let knows = kind == "xterm"
    let terminal = try PseudoTerminal(knows ? kind : "vt52")
    terminal.terminal.show(Canvas(width: 80, height: 24), cursor: nil)
    #expect(terminal.receive().contains("\u{1b}[?2004h") == knows)
    for end in [terminal.terminal.suspend, terminal.terminal.close] {
      end()
      #expect(terminal.receive().contains("\u{1b}[?2004l") == knows)
      terminal.terminal.resume()
      #expect(terminal.receive().contains("\u{1b}[?2004h") == knows)
    }
  }

  @Test("The mouse is reported in xterm's new form, with shift, drags and the wheel")
  func mouse() throws {
    let terminal = try PseudoTerminal("xterm-256color")
    func event(_ bytes: String) -> [Key] { terminal.keys(bytes) }
    #expect(event("\u{1b}[<0;11;6M") == [.mouse(MouseEvent(x: 10, y: 5, kind: .press))])
    #expect(event("\u{1b}[<32;12;6M") == [.mouse(MouseEvent(x: 11, y: 5, kind: .drag))])
    #expect(event("\u{1b}[<32;13;7M") == [.mouse(MouseEvent(x: 12, y: 6, kind: .drag))])
    #expect(event("\u{1b}[<0;13;7m") == [.mouse(MouseEvent(x: 12, y: 6, kind: .release))])
    #expect(event("\u{1b}[<64;1;1M") == [.mouse(MouseEvent(x: 0, y: 0, kind: .scrollUp))])
    #expect(event("\u{1b}[<65;80;24M") == [.mouse(MouseEvent(x: 79, y: 23, kind: .scrollDown))])
    #expect(event("\u{1b}[<4;2;3M") == [.mouse(MouseEvent(x: 1, y: 2, kind: .press, isShifted: true))])
    #expect(event("\u{1b}[<4;2;3m") == [.mouse(MouseEvent(x: 1, y: 2, kind: .release, isShifted: true))])
    #expect(event("\u{1b}[<2;2;3M\u{1b}[<2;2;3mx") == [.character("x")], "the right button was not asked for")
    #expect(
      event("\u{1b}[<0;3;1M\u{1b}[<0;3;1m\u{1b}[<64;1;1M\u{1b}[<65;1;2Mq") == [
        .mouse(MouseEvent(x: 2, y: 0, kind: .press)), .mouse(MouseEvent(x: 2, y: 0, kind: .release)),
        .mouse(MouseEvent(x: 0, y: 0, kind: .scrollUp)), .mouse(MouseEvent(x: 0, y: 1, kind: .scrollDown)),
        .character("q"),
      ], "in their order")
  }

  @Test("Of many moves at once none is lost")
  func manyMoves() throws {
    let terminal = try PseudoTerminal("xterm-256color")
    let moves = (2...60).map { "\u{1b}[<32;\($0);1M" }.joined()
    let keys = terminal.keys("\u{1b}[<0;1;1M" + moves + "\u{1b}[<0;60;1mq")
    #expect(keys.count == 62)
    #expect(keys.suffix(2) == [.mouse(MouseEvent(x: 59, y: 0, kind: .release)), .character("q")])
  }

  @Test("The mouse is reported in xterm's old form, too")
  func oldMouse() throws {
    let terminal = try PseudoTerminal("screen")
    #expect(terminal.keys("\u{1b}[M +&") == [.mouse(MouseEvent(x: 10, y: 5, kind: .press))])
    #expect(terminal.keys("\u{1b}[M@,&") == [.mouse(MouseEvent(x: 11, y: 5, kind: .drag))])
    #expect(terminal.keys("\u{1b}[M#,&") == [.mouse(MouseEvent(x: 11, y: 5, kind: .release))])
    #expect(terminal.keys("\u{1b}[M`!!") == [.mouse(MouseEvent(x: 0, y: 0, kind: .scrollUp))])
    #expect(terminal.keys("\u{1b}[Ma!!") == [.mouse(MouseEvent(x: 0, y: 0, kind: .scrollDown))])
  }

  @Test("Reports of the mouse are asked for, and always ended", arguments: [true, false])
  func mouseIsGivenBack(usesMouse: Bool) throws {
    let terminal = try PseudoTerminal("xterm-256color", usesMouse: usesMouse)
    terminal.terminal.show(Canvas(width: 80, height: 24), cursor: nil)
    var text = terminal.receive()
    #expect(text.contains("\u{1b}[?1002h") == usesMouse)
    #expect(text.contains("1000h") == usesMouse)
    for end in [terminal.terminal.suspend, terminal.terminal.close] {
      end()
      text = terminal.receive()
      #expect(text.contains("\u{1b}[?1002l") == usesMouse)
      #expect(text.contains("1000l") == usesMouse)
      terminal.terminal.resume()
      #expect(terminal.receive().contains("\u{1b}[?1002h") == usesMouse)
    }
  }

  @Test("All bytes that reach the terminal are counted, and few for a small change")
  func counts() throws {
    let terminal = try PseudoTerminal("xterm-256color")
    var canvas = Canvas(width: 80, height: 24)
    for y in 0..<24 { canvas.write(String(repeating: "page ", count: 16), x: 0, y: y, Style(.written)) }
    terminal.terminal.show(canvas, cursor: nil)
    terminal.receive()
    let whole = try #require(terminal.terminal.bytesSent)
    #expect(whole == terminal.received.count)
    #expect(whole > 80 * 24)
    canvas.put("x", x: 40, y: 12, Style(.lost))
    terminal.terminal.show(canvas, cursor: (x: 3, y: 3))
    terminal.terminal.suspend()
    terminal.terminal.resume()
    terminal.terminal.close()
    terminal.receive()
    #expect(terminal.terminal.bytesSent == terminal.received.count)
  }

  @Test("A canvas without a change sends next to nothing, one cell little")
  func differences() throws {
    let terminal = try PseudoTerminal("xterm-256color")
    var canvas = Canvas(width: 80, height: 24)
    canvas.write("日本語 and more", x: 0, y: 3)
    terminal.terminal.show(canvas, cursor: nil)
    terminal.receive()
    terminal.terminal.show(canvas, cursor: nil)
    #expect(terminal.receive().isEmpty)
    canvas.put("x", x: 40, y: 12, Style(.lost))
    terminal.terminal.show(canvas, cursor: nil)
    let text = terminal.receive()
    #expect(text.contains("x") && text.utf8.count < 60)
  }

  @Test(
    "Colours come in the depth of the terminal: 256, 8, or none",
    arguments: [("xterm-256color", "38;5;214m"), ("xterm", "[33m"), ("vt100", "")])
  func colors(kind: String, orange: String) throws {
    let terminal = try PseudoTerminal(kind)
    var canvas = Canvas(width: 80, height: 24)
    canvas.write("written", x: 0, y: 0, Style(.written))
    terminal.terminal.show(canvas, cursor: nil)
    let text = terminal.receive()
    #expect(text.contains("written"))
    #expect(orange.isEmpty ? !text.contains("[3") : text.contains(orange))
    terminal.terminal.palette = .highContrast
    terminal.terminal.show(canvas, cursor: nil)
    let black = ["xterm-256color": "48;5;16m", "xterm": "[40m"][kind]
    #expect(black.map(terminal.receive().contains) ?? true, "the ground is not painted")
  }

  @Test("Without colours nothing is said of any")
  func noColors() throws {
    let terminal = try PseudoTerminal("xterm-256color", color: .never)
    var canvas = Canvas(width: 80, height: 24)
    canvas.write("lost", x: 0, y: 0, Style(.lost))
    canvas.write("free", x: 0, y: 1, Style(.free, isReversed: true))
    terminal.terminal.show(canvas, cursor: nil)
    let text = terminal.receive()
    #expect(text.contains("lost") && !text.contains("38;5") && !text.contains("[3"))
  }
}
