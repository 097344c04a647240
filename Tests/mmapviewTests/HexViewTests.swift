import Inspector
import PageCache
import RangedMmap
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("The hex pane")
final class HexViewTests: SessionSuite {
  private var interface = Interface()

  func open(_ bytes: [UInt8]) throws {
    try folder.put("a", bytes)
    try perform("open \(word("a"))", "layer library")
  }

  /// The pane's lines in a window of a size.
  func draw(_ width: Int = 80, _ height: Int = 24) throws -> [String] {
    let layout = try #require(session.layout(interface, width: width, height: height))
    interface.update(session, layout)
    interface.readBytes(session, layout, isForced: true)
    let canvas = Screen.draw(Snapshot(session, interface, width: width, height: height))
    return layout.hex.map { Array(canvas.textLines[$0.y..<$0.y + $0.height]) } ?? []
  }

  /// Presses keys as the run loop does.
  func press(_ keys: Key...) throws {
    for key in keys {
      _ = try draw()
      switch KeyMap.action(key, session, interface, GridShape(columns: 16, rows: 4)) {
      case .perform(let command): try session.perform(command)
      case .focus(let focus): interface.focus = focus
      default: Issue.record("\(key) does something else")
      }
    }
    _ = try draw()
  }

  @Test("Bytes stand in columns of sixteen, and what the one at the cursor means stands below")
  func facts() throws {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes[0x12...] = [0xc3, 0xa9, 0, 0, 0x80, 0x3f, 0xff, 0xff] + bytes[0x1a...]
    try open(bytes)
    #expect(try draw()[0].hasPrefix("── bytes of page 0 ───"))
    try perform("byte 0x12")
    let lines = try draw()
    #expect(lines[0].hasPrefix("── byte 0x12 = 18, page 0 · u8 195 · i8 -61 · 'é' U+00E9 ───"))
    #expect(lines[2] == " 00000010: 0000 c3a9 0000 803f ffff 0000 0000 0000  .......?........")
    #expect(lines[5] == " LE u16 43459  u32 43459       u64 18446532417721248195  f32 6.09e-41")
    #expect(lines[6] == " BE u16 50089  u32 3282632704  u64 14098800110611726335  f32 -338.0")
    try perform("byte 0x14")
    let wide = try draw(160, 40)
    let little = try #require(wide.first { $0.hasPrefix(" LE") }, "\(wide)")
    #expect(little.contains("f32 1.0") && little.contains("f64 "), "\(wide)")
    interface.glyphs = .ascii
    try perform("byte 0x12")
    #expect(try draw().joined().utf8.allSatisfy { $0 < 128 })
  }

  @Test("Far into a large file the page's place is reported as far as there is room, and no number is cut")
  func place() throws {
    try perform("create \(word("large")) 64g sparse", "goto 16000000")
    for (width, end) in [(80, "page 16000000 at 0xf42400000"), (160, "at 0xf42400000 = 65536000000")] {
      #expect(Screen.draw(Snapshot(session, interface, width: width, height: 24)).textLines[1].hasSuffix(end))
    }
  }

  @Test("Arrows move a cursor through the page and over its ends, and the pane follows")
  func moving() throws {
    try open((0..<3 * 4096 + 100).map { UInt8(truncatingIfNeeded: $0 / 16) })
    try press(.tab, .right, .down, .character("j"), .character("l"))
    #expect(session.view.byteCursor == 34 && session.view.cursor == 0)
    try press(.up, .character("k"), .left, .character("h"), .left)
    #expect(session.view.byteCursor == 0 && session.view.cursor == 0)
    try press(.character("G"))
    #expect(session.view.byteCursor == 4095)
    #expect(try draw()[4].hasPrefix(" 00000ff0:"))
    try press(.right)
    #expect(session.view.cursor == 1 && session.view.byteCursor == 0)
    #expect(try draw()[1].hasPrefix(" 00001000:"))
    try press(.left, .pageDown)
    #expect(session.view.cursor == 1 && session.view.byteCursor == 4 * 16 - 1)
    try press(.pageUp, .home)
    #expect(session.view.cursor == 0 && session.view.byteCursor == 0)
    try press(.escape)
    try press(.right)
    #expect(session.view.cursor == 1 && session.view.byteCursor == 0)
    try perform("goto 3")
    try press(.tab, .end)
    #expect(session.view.byteCursor == 99)
    try press(.right, .down, .pageDown)
    #expect(session.view.cursor == 3 && session.view.byteCursor == 99)
    try perform("goto 3")
    #expect(session.view.byteCursor == 0)
  }

  @Test(
    "Files of odd sizes are shown to their last byte, and a byte after it is refused", arguments: [1, 15, 4097, 8191])
  func oddSizes(size: Int) throws {
    try open([UInt8](repeating: 0x41, count: size))
    try perform("byte \(size - 1)")
    interface.focus = .bytes
    let lines = try draw()
    #expect(lines.joined().contains("u8 65 · i8 65 · 'A' U+0041"))
    #expect(lines.joined().contains("LE u16 –"))
    #expect(lines.joined().contains(hex((size - 1) / 16 * 16, width: 8) + ": 41"))
    try perform("expect error \"the last byte is\" byte \(size)", "expect error last byte 0x7fffffffffffffff")
    try press(.right, .down, .character("G"), .pageDown, .character("g"))
    for width in [40, 60, 69, 75, 80, 200] { for height in 12...40 { _ = try draw(width, height) } }
  }

  @Test("A file that is cut short or removed under the cursor is shown as it is, and ends nothing")
  func cut() throws {
    try perform(
      "create \(word("a")) 10000", "allocate 3p", "write r1 0x42", "byte 0x23ff")
    interface.focus = .bytes
    for size in ["9000", "8192", "5000", "0"] {
      try run("truncate", ["-s", size, folder.file("a").string])
      try perform("byte 0x23ff")
      _ = try draw()
      try perform("goto 2")
      #expect(try draw()[0].hasPrefix("── byte 0x2000 = 8192, page 2"))
      let lines = try draw()
      #expect(
        lines[1].contains(size == "9000" ? "4242" : "the file ends before this page: it was cut to \(size) bytes"))
      #expect(lines.contains { $0.contains("the file ends here: it was cut to 9000 bytes") } == (size == "9000"))
      // Of the row of bytes that stood there nothing is left.
      let notes = lines.filter { $0.contains("the file ends here") }
      #expect(notes.allSatisfy { $0.hasSuffix("to \(size) bytes") }, "\(notes)")
      try press(.character("G"), .left, .pageUp)
    }
    try run("rm", [folder.file("a").string])
    #expect(try draw()[1].contains("the file ends before this page"))
  }

  @Test("A page is read once, and again when something was done, and at most ten times a second beside")
  func reading() throws {
    try perform("create \(word("a")) 2p", "allocate 1p x2")
    var held: PageBytes?
    let start = ContinuousClock.now
    func change(_ byte: UInt8) throws {
      try run("dd", ["of=\(folder.file("a").string)", "bs=1", "conv=notrunc"], input: String(UnicodeScalar(byte)))
    }
    try perform("goto 0")
    PageBytes.update(&held, session, readsOn: true, at: start)
    #expect(held?.bytes.first == 0 && held?.bytes.count == 4096 && held?.bytesAndMore.count == 4103)
    #expect(held?.timeLeft(at: start) == nil)
    try change(0x31)
    PageBytes.update(&held, session, readsOn: true, at: start + .milliseconds(60))
    #expect(held?.bytes.first == 0)
    #expect(held?.timeLeft(at: start + .milliseconds(60)) == .milliseconds(40))
    PageBytes.update(&held, session, readsOn: true, at: start + .milliseconds(100))
    #expect(held?.bytes.first == 0x31)
    #expect(held?.timeLeft(at: start + .milliseconds(100)) == nil)
    // What was done here shows at once.
    try perform("write r1 0x77")
    PageBytes.update(&held, session, readsOn: true, at: start + .milliseconds(101))
    #expect(held?.bytes.first == 0x77)
    try perform("goto 1")
    PageBytes.update(&held, session, readsOn: false, at: start + .milliseconds(102))
    #expect(held?.page == 1 && held?.bytes.first == 0 && held?.bytesAndMore.count == 4096)
  }

  /// How many pages of the open file are in memory, if the kernel may be asked.
  private func cached() throws -> Int {
    let file = try #require(session.file)
    do { return try PageCache.counts(of: file.descriptor, bytes: 0..<file.size).cached } catch {
      try skip("the kernel does not count pages here: \(error)")
    }
  }

  @Test("A frame brings no page into memory, whichever layer it shows; Tab goes to the bytes, and reads them")
  func reluctance() throws {
    let path = folder.file("a").string
    try open([UInt8](repeating: 1, count: 100 * 4096))
    try run("dd", ["of=\(path)", "oflag=nocache", "conv=notrunc,fdatasync", "count=0"])
    guard try cached() == 0 else { try skip("the pages can't be dropped from memory here") }
    for layer in ["library", "kernel", "both"] {
      try perform("layer \(layer)", "goto 7")
      let pane = try draw()
      let found = try cached()
      #expect(found == 0, "in the layer \(layer)")
      #expect(pane[1].contains("not in memory"), "\(pane[1])")
    }
    try press(.tab)
    let pane = try draw()
    let found = try cached()
    #expect(found > 0)
    #expect(pane[1].contains("0101 0101"), "\(pane[1])")
  }

  @Test("A new file is shown without a page of it in memory, until one is written", arguments: ["", " sparse"])
  func newFile(storage: String) throws {
    try perform("create \(word("a")) 1m\(storage)")
    let before = try cached()
    if before > 0 { try skip("this file system reserves pages in memory") }
    _ = try draw()
    let found = try cached()
    #expect(found == 0)
    try perform("allocate 1p", "write r1 0x42")
    let pane = try draw()
    #expect(pane[1].contains("4242 4242"), "\(pane[1])")
  }
}
