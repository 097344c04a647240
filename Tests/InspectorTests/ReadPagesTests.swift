import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Bytes of pages, whoever wrote them")
final class ReadPagesTests: SessionSuite {
  private func put(pages: Int) throws {
    try folder.put("a", (0..<pages).flatMap { [UInt8](repeating: UInt8($0 + 1), count: Alignment.page) })
  }

  @Test("Pages of a file of others are shown as xxd does, all of them or a part; ranges are refused with a remedy")
  func others() throws {
    try put(pages: 4)
    try perform("open \(word("a"))")
    let line = try perform("read 1 16 16").lines
    #expect(line == ["00001010: 0202 0202 0202 0202 0202 0202 0202 0202  ................"])
    #expect(try perform("read 1").lines.count == 256)
    #expect(try perform("read 1-2 4095 2").lines == ["00001fff: 0203                                     .."])
    try perform("select 2-3")
    #expect(try perform("read selected").lines.count == 512)
    #expect(try refusal(of: "read r1").contains("`read 0` shows the bytes of page 0"))
    #expect(try refusal(of: "read 4") == "page 4: the last page is 3")
    #expect(try refusal(of: "read 3 4096").contains("past its 4096 bytes"))
  }

  @Test("A last page that is not whole is shown as far as it goes, and too much is refused with a remedy that works")
  func ends() throws {
    try folder.put("a", [UInt8](repeating: 65, count: Alignment.page + 3))
    try perform("open \(word("a"))")
    #expect(try perform("read 1").lines == ["00001000: 4141 41                                  AAA"])
    try run("truncate", ["-s", "2m", folder.file("a").string])
    session.collect()
    #expect(try refusal(of: "read 0-511").hasSuffix("`read 0-511 0 1m`"))
    #expect(try perform("read 0-511 0 1m").lines.count == 65536)
  }

  @Test("What is not in memory is read, and not left there")
  func quiet() throws {
    try put(pages: 64)
    try run("sync", [folder.file("a").string])
    try run("dd", ["of=" + folder.file("a").string, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"])
    try perform("open \(word("a"))")
    guard try perform("expect kernel cached 0 within 1s").kind == .expected else { return }
    #expect(try perform("read 9 0 2").lines == ["00009000: 0a0a                                     .."])
    #expect(try perform("kernel 9").lines.contains { $0.contains("not cached") })
  }

  @Test("Of a file of our own they are pages like any others")
  func own() throws {
    try perform("create \(word("b")) 64k", "allocate 2p", "write r1 0x41")
    #expect(try perform("read 1 0 4").lines[0].hasPrefix("00001000: 4141 4141 "))
    #expect(try perform("read 9 0 4").lines[0].hasPrefix("00009000: 0000 0000 "))
    #expect(try refusal(of: "read r1..r2").contains("one range at a time"))
    #expect(try perform("read all").lines.count == 65536 / 16)
  }
}
