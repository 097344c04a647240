import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Any keys in any order", .serialized, .needsTmux)
final class KeyStormTests: FolderSuite {
  // Keys as bytes: what moves and works, letters and digits, the mouse, pastes, whole lines at the prompt.
  private static func key(_ random: inout Seeded) -> String {
    let moves = [
      "\u{1b}[A", "\u{1b}[B", "\u{1b}[C", "\u{1b}[D", "\u{1b}[5~", "\u{1b}[6~", "\t", "\u{1b}[Z", "\r", "\u{1b}",
    ]
    let lines = [
      ":allocate 3p x2\r", ":write all random:5\r", ":flush all\r", ":sync all\r", ":reuse all\r", ":zoom fit\r",
      ":workers start 2 delay=1ms ops=20\r", ":workers stop\r", ":split r1 1p\r", ":layer both\r", ":find hex 00\r",
      ":workers start 2 mode=stepped\r", ":workers step 5\r", ":verify all\r", ":nonsense\r", ":write r9 counter\r",
    ]
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<6: return moves.randomElement(using: &random) ?? ""
    case 6..<13:
      let keys = [
        "a", "w", "f", "s", "u", "r", "y", "v", " ", "L", ".", "p", "n", "1", "2", "3", "[", "]", "b", "e", "?",
      ]
      return keys.randomElement(using: &random) ?? ""
    // Not `q`, which would end the storm.
    case 13..<17: return String(UnicodeScalar(UInt8.random(in: 0x20...0x70, using: &random)))
    case 17:
      let (button, x, y) = (
        [0, 32, 64, 65].randomElement(using: &random) ?? 0, Int.random(in: 1...90, using: &random),
        // Not the last line, where a press on `q quit` would end the storm.
        Int.random(in: 1...29, using: &random)
      )
      return "\u{1b}[<\(button);\(x);\(y)M"
    case 18: return "\u{1b}[200~" + (lines.randomElement(using: &random) ?? "") + "\u{1b}[201~"
    default: return lines.randomElement(using: &random) ?? ""
    }
  }

  // `KEYS=10000 swift test --filter KeyStormTests` takes three minutes; the suite has not as many.
  private static let count = ProcessInfo.processInfo.environment["KEYS"].flatMap { Int($0) } ?? 1000

  @Test("They end nothing, and change no byte but by commands that a recording reports", arguments: [1, 2])
  func storm(seed: Int) throws {
    let window = try Window(90, 30, in: folder)
    // After the program no shell reads what is left of the keys.
    try window.type(
      "stty -a > before; TERM=xterm-256color \(mmapview) a --create 1m --record r.mmv; echo $? > status; stty -a > after; sleep 600",
      "Enter")
    try window.waitFor("256 free")
    var random = Seeded(seed)
    for _ in 0..<Self.count / 100 {
      try window.send((0..<50).map { _ in Self.key(&random) }.joined())
      let shown = try window.text
      try #require(!folder.names.contains("status"), "the program ended: \(shown)")
    }
    kill(try window.programID(), SIGTERM)
    let isGivenBack = try isSoon {
      try folder.names.contains("after") && folder.bytes("after") == folder.bytes("before")
    }
    #expect(isGivenBack)
    #expect(String(decoding: try folder.bytes("status"), as: UTF8.self) == "143\n")
    // What the recording reports is all that happened to the bytes.
    let fresh = try TemporaryFolder()
    let replayed = try run(
      mmapview, ["--replay", folder.file("r.mmv").string, "--headless"], in: fresh.path.string)
    #expect(replayed.status == 0, "\(replayed.errors)")
    #expect(try fresh.bytes("a") == folder.bytes("a"))
  }
}
