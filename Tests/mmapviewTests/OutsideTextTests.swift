import Foundation
import SystemPackage
import TestSupport
import Testing
import VisibleText

@Suite("Text from outside, on every way out")
final class OutsideTextTests: FolderSuite {
  // It would set the window's title, ring, clear by C1, and turn what follows it around.
  private static let nasty = "x\u{1b}]0;pwned\u{7}\u{9b}2J\u{202e}\u{2028}\u{feff}z"
  private var path: String { folder.file(Self.nasty).string }

  // What is sent to a terminal has sequences of our own; none of a name may be among them.
  private func isHarmless(_ text: String, isForTerminal: Bool = false) -> Bool {
    text.unicodeScalars.allSatisfy { !$0.isHazardous || $0 == "\n" || isForTerminal && $0.value < 0x20 }
      && !text.contains("\u{1b}]0;pwned") && !text.contains("pwned\u{7}")
  }

  private func program(_ arguments: String..., input: String = "") throws -> String {
    let outcome = try run(mmapview, arguments, in: folder.path.string, input: input)
    #expect(isHarmless(outcome.output), "\(outcome.output.debugDescription)")
    #expect(isHarmless(outcome.errors), "\(outcome.errors.debugDescription)")
    return outcome.output + outcome.errors
  }

  @Test("Errors name what they are about, and nothing in the name is obeyed")
  func errors() throws {
    #expect(try program(path, "--headless", "-c", "status").contains("pwned"))
    #expect(try program("--" + Self.nasty).contains("pwned"), "the parser's own")
    #expect(try program("--size", Self.nasty, "--headless").contains("pwned"))
    #expect(try program("--replay", Self.nasty, "--headless").contains("pwned"))
    #expect(try program("-c", Self.nasty, "--headless").contains("pwned"))
    #expect(try program("a", "--create", "4k", "--headless", "-c", "source \(Self.nasty)").contains("pwned"))
    #expect(try program("--replay", "-", "--headless", input: "open \(Self.nasty)\n").contains("pwned"))
    try folder.put("bad.mmv", Array("say ok\nwrite r1 \(Self.nasty) # \(Self.nasty)\n".utf8))
    #expect(try program("--replay", "bad.mmv", "--headless").contains("pwned"))
  }

  @Test("A name that is no text is refused, and no byte of it is passed on")
  func noText() throws {
    let outcome = try run(
      "sh", ["-c", "'\(mmapview)' \"$(printf 'x\\377\\033]0;pwned\\007\\302\\233')\"; echo $? >&2"],
      in: folder.path.string)
    #expect(outcome.errors.contains("is no text in UTF-8") && outcome.errors.hasSuffix("64\n"))
    #expect(isHarmless(outcome.errors))
  }

  @Test("Lines, JSON, frames, pictures, casts, recordings and scripts in canonical form")
  func output() throws {
    let text = try program(
      path, "--create", "64k", "--headless", "--record", "r.mmv", "--cast", "c.cast", "--frames", "-", "-c", "status",
      "-c", "say \"\(Self.nasty)\"", "-c", "allocate 1p", "-c", "write r1 \"text:\(Self.nasty)\"", "-c", "status json",
      "-c", "users", "-c", "screen s.svg", "-c", "screen s.ansi", "-c", "screen s.txt", "-c", "screen")
    let json = try #require(text.split(separator: "\n").first { $0.hasPrefix("{\"file\"") })
    let status = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(status["file"] as? String == path, "exact for who reads it by machine")
    for name in ["r.mmv", "s.svg", "s.txt"] {
      let text = String(decoding: try folder.bytes(name), as: UTF8.self)
      #expect(text.contains("pwned") && isHarmless(text), "\(name)")
    }
    #expect(isHarmless(String(decoding: try folder.bytes("s.ansi"), as: UTF8.self), isForTerminal: true))
    let cast = String(decoding: try folder.bytes("c.cast"), as: UTF8.self)
    #expect(isHarmless(cast))
    // What a player makes of it is harmless, too: the title, and all that is sent to its terminal.
    for line in cast.split(separator: "\n") {
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let texts = (value as? [String: Any])?["title"].map { [$0] } ?? Array((value as? [Any] ?? []).suffix(1))
      for text in texts.compactMap({ $0 as? String }) { #expect(isHarmless(text, isForTerminal: true)) }
    }
    try folder.put("f.mmv", Array("say hello # \(Self.nasty)\tand a tab\n".utf8))
    let formatted = try run(mmapview, ["--format", "f.mmv"], in: folder.path.string)
    #expect(formatted.output.contains("pwned") && formatted.output.contains("\tand a tab"))
    #expect(isHarmless(formatted.output.replacing("\t", with: "")))
    try folder.put("g.mmv", Array(formatted.output.utf8))
    #expect(try run(mmapview, ["--format", "g.mmv"], in: folder.path.string).output == formatted.output)
    // The recording makes the same file again: escapes are read as what they stand for.
    try FileManager.default.removeItem(atPath: path)
    let replayed = try run(mmapview, ["--replay", "r.mmv", "--headless"], in: folder.path.string)
    #expect(replayed.status == 0, "\(replayed.errors)")
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test("Lines for who types, the screen, and what is said after it")
  func screen() throws {
    #expect(
      try program(path, "--create", "64k", "--plain", input: "allocate 1p\nwrite r1 zero\nnonsense \(Self.nasty)\n")
        .contains("pwned"))
    let terminal = try TerminalProgram([path, "-c", "say \"\(Self.nasty)\"", "--write"], in: folder)
    #expect(terminal.waitFor("16 pages"))
    try terminal.send(":allocate 1p\r:write r1 zero\r:find text \(Self.nasty)\r\u{1b}")
    #expect(terminal.waitFor("1 written"))
    kill(terminal.processID, SIGTERM)
    #expect(terminal.end() == 128 + SIGTERM)
    #expect(terminal.text.contains("written and not durable: the kernel"), "the farewell")
    #expect(isHarmless(terminal.text, isForTerminal: true))
  }
}
