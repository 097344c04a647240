import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Looking for bytes")
final class FindTests: SessionSuite {
  /// Opens a file of so many pages with a text at some offsets.
  private func open(_ text: String, at offsets: [Int], pages: Int) throws {
    var bytes = [UInt8](repeating: 0x2e, count: pages * 4096)
    for offset in offsets { bytes.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8)) }
    try folder.put("a", bytes)
    try perform("open \(word("a"))")
  }

  private var place: Int { session.view.cursor * 4096 + session.view.byteCursor }

  // At the first byte, side by side, across the end of a page, and at the last byte.
  private static let offsets = [0, 0x6000, 0x6003, 0x6100, 0x6ffe, 0x9000, 0x9ffd]

  @Test("Each hit is found in its turn, forward and backward, also within a page, and around the end")
  func order() throws {
    try open("abc", at: Self.offsets, pages: 10)
    try perform("find text abc")
    for offset in Self.offsets.dropFirst() + [0, 0x6000] {
      #expect(place == offset)
      try perform("find next")
    }
    #expect(place == 0x6003)
    for offset in [0x6000, 0] + Self.offsets.reversed() {
      try perform("find previous")
      #expect(place == offset)
    }
  }

  @Test("A search begins behind the byte under the cursor, and what is there is found last")
  func cursor() throws {
    try open("needle", at: [0x6001, 0x6800], pages: 8)
    for (start, found) in [(0x6000, 0x6001), (0x6001, 0x6800), (0x6002, 0x6800), (0x6800, 0x6001)] {
      try perform("byte \(start)")
      try perform("find text needle")
      #expect(place == found)
    }
    try open("needle", at: [0x6001], pages: 8)
    try perform("byte 0x6001")
    try perform("find text needle")
    #expect(place == 0x6001, "the only one is found wherever the cursor is")
  }

  @Test("In a file with holes each hit is found that holds zeros beside data, from wherever the search begins")
  func holes() throws {
    try run("truncate", ["-s", "64k", folder.file("a").string])
    try run("dd", ["of=\(folder.file("a").string)", "bs=1", "seek=32768", "conv=notrunc"], input: "x")
    try perform("open \(word("a"))")
    for start in [0, 32765, 32766, 32767, 32768, 40000] {
      try perform("byte \(start)")
      try perform("find hex 000078")
      #expect(place == 32766, "from \(start)")
      try perform("byte \(start)")
      try perform("find hex 7800")
      try perform("find previous")
      #expect(place == 32768, "from \(start)")
    }
  }

  @Test("Pages in a state are found page by page")
  func states() throws {
    try perform("create \(word("b")) 8p")
    try perform("allocate 2p x2", "write r2 zero", "byte 0x2010")
    for page in [3, 2, 3] {
      try perform("find state written")
      #expect(session.view.cursor == page)
    }
    try perform("find previous")
    #expect(session.view.cursor == 2)
  }
}
