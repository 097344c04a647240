import SystemPackage
import TestSupport
import Testing

@Suite("Cut, punch and poke in a terminal")
final class ChangedFileProgramTests: FolderSuite {
  private func frame(_ name: String) throws -> String { String(decoding: try folder.bytes(name), as: UTF8.self) }

  @Test("The screen shows at once what a poke, a punch and a cut have left")
  func screen() throws {
    let program = try TerminalProgram(["a", "--create", "64k"], in: folder, columns: 100, rows: 30)
    #expect(program.waitFor("16 free"))
    try program.send("aws")
    #expect(program.waitFor("made r1 durable"))
    try program.send(":poke 16 \"hello\"\r")
    #expect(program.waitFor("poked 5 bytes"))
    try program.send(":screen 1.txt\r")
    #expect(program.waitFor("1.txt"))
    try program.send(":punch 0\r")
    #expect(program.waitFor("unched 0: 1 page") || program.waitFor("can't punch holes"))
    try program.send(":truncate 8k\r")
    #expect(program.waitFor("cut a from 65536 to 8192 bytes"))
    try program.send(":screen 2.txt\r")
    #expect(program.waitFor("2.txt"))
    try program.send("q")
    #expect(program.end() == 0)
    #expect(program.leftovers.isEmpty, "\(program.leftovers)")
    let (poked, cut) = (try frame("1.txt"), try frame("2.txt"))
    #expect(poked.contains("1 written") && poked.contains("0 durable") && poked.contains("hello"), "\(poked)")
    #expect(cut.contains("8 KiB now") && cut.contains("16 pages mapped") && cut.contains("1 allocated"), "\(cut)")
  }
}
