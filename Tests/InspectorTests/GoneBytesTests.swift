import Inspector
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Bytes that are gone")
final class GoneBytesTests: SessionSuite {
  /// A file of 16 pages with a written range, of which another program has left the first page.
  override init() throws {
    try super.init()
    try perform("create \(word("t")) 64k", "allocate 8p", "write r1 0x11")
    try run("truncate", ["-s", "4096", folder.file("t").string])
  }

  @Test("read fails where the file was cut, says how long it is and how much is gone, and shows what is left")
  func read() throws {
    let all = try refusal(of: "read r1 16k 16")
    #expect(all.contains("to 4096 bytes: 16 bytes from 0x4000 on are gone"), "\(all)")
    #expect(!session.log.contains { $0.kind == .output })
    let some = try refusal(of: "read r1 4080 32")
    #expect(some.contains("to 4096 bytes: 16 bytes from 0x1000 on are gone"), "\(some)")
    let shown = try #require(session.log.last { $0.kind == .output })
    #expect(shown.lines.count == 1 && shown.lines[0].hasPrefix("00000ff0: 1111"))
    #expect(try perform("read r1 4080 16").lines == shown.lines)
  }

  @Test("expect bytes distinguishes an end of the file from other bytes")
  func expect() throws {
    let cut = try refusal(of: "expect bytes 0xfff 1111")
    #expect(cut.contains("expected 1111 at 0xfff, found 11, where the file ends, after 4096 bytes"), "\(cut)")
    #expect(cut.contains("a program cut the file short"))
    #expect(try refusal(of: "expect bytes 0x4000 11").contains("found nothing, where the file ends"))
    try run("truncate", ["-s", "64k", folder.file("t").string])
    let end = try refusal(of: "expect bytes 0xffff 0000")
    #expect(end.contains("found 00, where the file ends, after 65536 bytes") && !end.contains("cut"), "\(end)")
  }

  @Test("find says what it could not look through, whether it found something or not")
  func find() throws {
    let all = "a program cut the file short, to 4096 bytes: 61440 bytes from 0x1000 on are gone"
    #expect(try refusal(of: "find hex 77").hasSuffix(all))
    #expect(try perform("find hex 1111").lines[0].hasSuffix(all))
    try perform("byte 0")
    #expect(try perform("find hex 1111").lines[0].hasPrefix("found hex 1111 at 0x1, page 0; "))
    try perform("byte 0xfff")
    let found = try #require(try perform("find hex 1111").lines.first)
    #expect(found.hasPrefix("found hex 1111 at 0x0, page 0; ") && found.contains("to 4096 bytes"), "\(found)")
  }

  @Test("Pages behind the end are no hole, not merely not cached, and on no way to the disk")
  func kernel() throws {
    let gone = "a program cut the file short, to 4096 bytes: "
    let pages = try perform("kernel 0-7").lines
    #expect(pages[0].hasPrefix("page 0: ") && !pages.contains { $0.hasPrefix("pages 1") })
    #expect(pages.contains { $0.hasSuffix(gone + "28672 bytes from 0x1000 on are gone") }, "\(pages)")
    let extents = try perform("extents").lines
    #expect(!extents.contains { $0.contains("hole") || $0.contains("..0x10000") }, "\(extents)")
    #expect(extents.contains { $0.hasSuffix(gone + "61440 bytes from 0x1000 on are gone") }, "\(extents)")
    let page = try perform("page 4").lines
    #expect(page.contains { $0.hasPrefix("kernel: ") && $0.hasSuffix(gone + "4096 bytes from 0x4000 on are gone") })
    #expect(!page.contains { $0.contains("hole") })
    #expect(try refusal(of: "expect extent 1-2 hole").contains("on the disk, but "))
    #expect(try refusal(of: "flush r1").hasSuffix(gone + "28672 bytes from 0x1000 on are gone"))
  }
}
