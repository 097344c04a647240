import Foundation
import SystemPackage
import TestSupport
import Testing

extension InTerminal {
  @Suite("The kernel's view on the screen")
  final class KernelScreenTests: StartsProgram {
    @Test(
      "At rest no thread wakes, whichever layer is shown, with the strip of the last minute too",
      arguments: [("library", 80, 24, "256 free"), ("both", 80, 24, "256 free"), ("both", 120, 40, " 60 s ")])
    func idle(layer: String, width: Int, height: Int, text: String) throws {
      let window = try start("a --create 1m --layer \(layer)", width, height)
      try window.waitFor(text)
      // The kernel is asked ever more rarely, for four seconds between the last two times.
      try expectRest(window)
      try window.type("q")
      try expectShell(window)
    }

    @Test(
      "Why counts are unknown is reported whole below the grid, or not at all",
      arguments: [
        (40, ""), (60, "  else unknown"), (80, "  dirty and writeback unknown"), (160, "or a sandbox hides the call"),
      ])
    func reason(width: Int, end: String) throws {
      let path = folder.path.string
      let frame = try onThread(withoutCachestat: .noFunction) {
        try run(
          mmapview,
          ["a", "--create", "1m", "--layer", "kernel", "--headless", "--size", "\(width)x24", "-c", "screen"], in: path)
      }
      let legend = try #require(frame.lines.first { $0.contains("□ ") })
      if legend.contains("stacked") { try skip("a stacked file system has a reason of its own") }
      #expect(legend.contains(try Regex("cached" + end + "$")) || width > 80 && legend.hasSuffix(end), "\(legend)")
    }

    /// Skips the test where a store through a mapping is not reported: in memory no page is ever dirty, and a stacked
    /// file system keeps its pages in the file below.
    private func needDirtyPages() throws {
      let tried = try run(
        mmapview,
        ["tried", "--create", "64k", "--headless", "-c", "allocate 1p", "-c", "write r1 zero", "-c", "status json"],
        in: folder.path.string)
      guard tried.output.contains(#/"dirty":[1-9]/#) else {
        try skip("a write is not reported to be dirty on this file system")
      }
    }

    @Test("L turns to the kernel's view, where a write is dirty and a sync clean, and to both")
    func layers() throws {
      try needDirtyPages()
      let window = try start("a --create 64k -c 'allocate 16p' -c 'write r1 zero'")
      try window.waitFor("16 written")
      try window.type("L")
      try window.waitFor("kernel · writable")
      try window.waitFor("○ 0 clean  ● 16 dirty  ◐ 0 writeback  16 cached")
      try window.type("s", "L")
      try window.waitFor("16 durable")
      try window.waitFor("● 0 dirty")
      try window.waitFor("█   ○ ")
      try window.type("L")
      try window.waitFor("library · writable")
      try window.type("q")
      try expectShell(window)
    }

    @Test(
      "A database that another program writes lights up page by page, and who has it open is reported",
      .enabled(if: isInstalled("sqlite3"), "needs sqlite3"))
    func database() throws {
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
      // The colour of what has changed, beside that of the legend.
      let changed = #/38;5;169m/#
      var frame = ""
      for attempt in 0..<20 where frame.matches(of: changed).count < 2 {
        try window.type(":screen frame\(attempt).ansi", "Enter")
        try window.waitFor("saved frame\(attempt).ansi")
        frame = String(decoding: try folder.bytes("frame\(attempt).ansi"), as: UTF8.self)
      }
      #expect(frame.matches(of: changed).count >= 2, "no page was marked:\n\(frame)")
      try writer.type(".quit", "Enter")
      try window.type("q")
      try expectShell(window)
    }

    @Test("Another mmapview that writes is seen to write")
    func watched() throws {
      try needDirtyPages()
      let writer = try start("a --create 1m")
      try writer.waitFor("256 free")
      let window = try Window(80, 24, in: folder)
      try window.type("\(mmapview) a", "Enter")
      try window.waitFor("mmapview")
      try window.waitFor("maps, writes")
      try writer.type("a", "w")
      // A kernel that has too many dirty pages writes one back before anybody has looked: then it is written again.
      for _ in 0..<20 where try !window.isShownWithin(5, "another program wrote it") { try writer.type("u", "w") }
      try window.waitFor("another program wrote it")
      try window.quit()
      try expectShell(window)
    }

    @Test("A file that is cut or removed ends nothing")
    func cutAndRemoved() throws {
      try folder.put("a", [UInt8](repeating: 97, count: 1 << 20))
      let window = try start("a")
      try window.waitFor("256 pages")
      try run("truncate", ["-s", "8k", "a"], in: folder.path.string)
      try window.waitFor("2 pages")
      try run("truncate", ["-s", "0", "a"], in: folder.path.string)
      try window.waitFor("is empty now")
      try run("rm", ["a"], in: folder.path.string)
      try window.waitFor("was deleted")
      try window.type("Right", ":kernel 0-1", "Enter")
      try window.waitFor("8192 bytes from")
      try window.type("q")
      try window.waitFor("shell>")
    }

    @Test(
      "What another program writes, cuts and renames shows in every layer of a file that is written here",
      arguments: ["library", "both"])
    func changedByOthers(layer: String) throws {
      let window = try start("a --create 64k --layer \(layer) -c 'allocate 16p' -c 'write r1 zero'")
      try window.waitFor("00000000: 0000 0000")
      // Nothing is pressed from here on.
      try expectRest(window, over: 1)
      func shell(_ command: String) throws {
        let outcome = try run("sh", ["-c", command], in: folder.path.string)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      try shell("printf Hello | dd of=a conv=notrunc status=none")
      try window.waitFor("00000000: 4865 6c6c 6f00")
      try shell("printf Jelly | dd of=a conv=notrunc status=none")
      try window.waitFor("00000000: 4a65 6c6c 7900")
      try shell("truncate -s 100k a")
      try window.waitFor("a · 100 KiB now · 16 pages mapped")
      try shell("truncate -s 4k a")
      try window.waitFor("a · 4 KiB now · 16 pages mapped")
      try window.waitFor("15 lost")
      try shell("mv a b")
      try window.waitFor("b · 4 KiB now")
      try window.waitFor("was renamed")
      try window.quit()
      try expectShell(window)
    }

    @Test("A log that is renamed is followed on in the library's layer too, with nothing pressed")
    func renamedLog() throws {
      try folder.put("log", [UInt8](repeating: 97, count: 4096))
      let window = try start("log --layer library")
      try window.waitFor("log · 4 KiB · 1 page ")
      try expectRest(window, over: 1)
      try run("sh", ["-c", "mv log log.1"], in: folder.path.string)
      try window.waitFor("log.1 · 4 KiB · 1 page ")
      try run("sh", ["-c", "head -c 4096 log.1 >> log.1"], in: folder.path.string)
      try window.waitFor("log.1 · 8 KiB · 2 pages")
      try window.quit()
      try expectShell(window)
    }

    @Test(
      "A clock that another program keeps in a mapping goes on the screen, in every layer",
      .enabled(if: isInstalled("python3"), "needs python3"), arguments: ["library", "kernel"])
    func clock(layer: String) throws {
      try folder.put("a", [UInt8](repeating: 0, count: 8 * 4096))
      let window = try start("a --layer \(layer)")
      try window.waitFor("00000000: 0000")
      let clock = try Running(
        "python3",
        [
          "-c",
          """
          import mmap, time
          file = open(r"\(folder.file("a").string)", "r+b")
          memory = mmap.mmap(file.fileno(), 0)
          print("ready", flush=True)
          tick = 0
          while True:
            memory[0:8] = b"%08d" % tick
            tick += 1
            time.sleep(0.02)
          """,
        ])
      defer { clock.end() }
      var seen: Set<String> = []
      #expect(
        try isSoon {
          seen.formUnion(try window.text.matches(of: /00000000: .* (\d{8})/).map { String($0.1) })
          return seen.count >= 6
        }, "the clock stood still at \(seen)")
      try window.quit()
      try expectShell(window)
    }

    @Test("A change is marked in cells of four pages too, and the overview has the layer's glyphs")
    func zoomedMarks() throws {
      try folder.put("a", [UInt8](repeating: 7, count: 4096))
      try run("truncate", ["-s", "64m", "a"], in: folder.path.string)
      let window = try start("a -c 'zoom 4'")
      try window.waitFor("4 pages a cell · kernel")
      let overview = try window.waitFor("whole").split(separator: "\n").first { $0.hasPrefix(" whole") } ?? ""
      #expect(overview.contains("··") && !overview.contains("◇"), "\(overview)")
      let file = try FileDescriptor.open(folder.file("a"), .readWrite)
      defer { try? file.close() }
      // The colour of what has changed, beside that of the legend.
      var byte: UInt8 = 0
      #expect(
        try isSoon {
          byte &+= 1
          _ = try file.writeAll(toAbsoluteOffset: 22 * 4096, [byte])
          Thread.sleep(forTimeInterval: 0.2)
          try window.type(":screen frame\(byte).ansi", "Enter")
          try window.waitFor("saved frame\(byte).ansi")
          let frame = String(decoding: try folder.bytes("frame\(byte).ansi"), as: UTF8.self)
          return frame.matches(of: #/38;5;169m/#).count >= 2
        }, "no cell was marked")
      try window.quit()
      try expectShell(window)
    }

    @Test("A file that grows all the time never shows that nothing is known of it")
    func growing() throws {
      try folder.put("a", [UInt8](repeating: 7, count: 4096))
      let window = try start("a --ascii", 80, 30)
      try window.waitFor("1 cached")
      let writer = try Running(
        "sh",
        [
          "-c",
          "echo ready; x=$(printf %04095d 0); i=0; while [ $i -lt 20000 ]; do echo $x; i=$((i+1)); done >> "
            + folder.file("a").string,
        ])
      defer { writer.end() }
      for _ in 0..<40 {
        let grid = try window.text.split(separator: "\n").prefix { !$0.contains("bytes of page") }
        #expect(!grid.contains { $0.contains("?") }, "\(grid.joined(separator: "\n"))")
        Thread.sleep(forTimeInterval: 0.05)
      }
      writer.end()
      try window.quit()
      try expectShell(window)
    }

    @Test("The screen shows the time of the kernel's sample")
    func asOf() throws {
      try folder.put("a", [UInt8](repeating: 7, count: 4096))
      let window = try start("a")
      try window.waitFor("kernel · read only · as of ")
      #expect(try window.text.contains(/as of \d\d:\d\d:\d\d/))
      try window.quit()
      try expectShell(window)
    }
  }
}
