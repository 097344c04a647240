import Foundation
import SystemPackage
import TestSupport
import Testing

extension InTerminal {
  @Suite("The kernel's view on the screen")
  struct KernelScreenTests: StartsProgram {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("At rest no thread wakes, whichever layer is shown", arguments: ["library", "both"])
    func idle(layer: String) throws {
      let window = try start("a --create 1m --layer \(layer)")
      try window.waitFor("256 free")
      let id = try window.programID()
      // The kernel is asked ever more rarely, and after eight seconds no more.
      Thread.sleep(forTimeInterval: layer == "library" ? 0.5 : 9)
      let before = try switches(id)
      Thread.sleep(forTimeInterval: 5)
      #expect(try switches(id) == before)
      try window.type("q")
      try expectShell(window)
    }

    @Test("L turns to the kernel's view, where a write is dirty and a sync clean, and to both")
    func layers() throws {
      let window = try start("a --create 64k -c 'allocate 16p' -c 'write r1 zero'")
      try window.waitFor("16 written")
      try window.type("L")
      try window.waitFor("kernel · writable")
      try window.waitFor("16 cached  ● 16 dirty  ◐ 0 writeback")
      try window.type("s", "L")
      try window.waitFor("16 flushed")
      try window.waitFor("● 0 dirty")
      try window.waitFor("█○")
      try window.type("L")
      try window.waitFor("library · writable")
      try window.type("q")
      try expectShell(window)
    }

    @Test("A database that another program writes lights up page by page, and who has it open is told")
    func database() throws {
      guard (try? run("sqlite3", ["-version"]))?.status == 0 else {
        print("skipped: sqlite3 is not installed")
        return
      }
      let database = folder.file("db").string
      try run(
        "sqlite3",
        [database, "create table t(a); insert into t select hex(randomblob(4000)) from generate_series(1,20)"])
      let window = try start("db")
      try window.waitFor("kernel · read only")
      try window.waitFor("changed")
      let writer = try Window(80, 24, in: folder)
      try writer.type("sqlite3 db", "Enter")
      try writer.waitFor("sqlite>")
      try writer.type("update t set a = 'new' where rowid = 3 \\;", "Enter")  // tmux would take a lone semicolon
      try window.waitFor("open elsewhere")
      #expect(try window.text.contains("sqlite3"))
      try writer.type("update t set a = 'newer' where rowid = 3 \\;", "Enter")
      var letters = ""
      for attempt in 0..<20 where !letters.contains("M") {
        try window.type(":screen frame\(attempt).txt", "Enter")
        try window.waitFor("saved frame\(attempt).txt")
        letters = String(decoding: try folder.bytes("frame\(attempt).txt"), as: UTF8.self)
      }
      #expect(letters.contains("M"), "no page was marked:\n\(letters)")
      try writer.type(".quit", "Enter")
      try window.type("q")
      try expectShell(window)
    }

    @Test("Another mmapview that writes is seen to write, and a file that is cut or removed ends nothing")
    func watched() throws {
      let writer = try start("a --create 1m")
      try writer.waitFor("256 free")
      let window = try Window(80, 24, in: folder)
      try window.type("\(mmapview) a", "Enter")
      try window.waitFor("mmapview")
      try window.waitFor("maps, writes")
      try writer.type("a", "w")
      try window.waitFor("another program wrote it")
      try writer.quit()
      try expectShell(writer)
      try writer.type("truncate -s 8k a", "Enter")
      try window.waitFor("2 pages")
      try writer.type("truncate -s 0 a", "Enter")
      try window.waitFor("is empty now")
      try writer.type("rm a", "Enter")
      try window.waitFor("was deleted")
      try window.type("Right", ":kernel 0-1", "Enter")
      try window.waitFor("pages 0-1: not cached")
      try window.type("q")
      try window.waitFor("shell>")
    }
  }
}
