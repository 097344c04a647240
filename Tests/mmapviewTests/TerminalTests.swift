import Foundation
import SystemPackage
import TestSupport
import Testing

/// A shell in tmux, with a window of its own size.
final class Window {
  private let name = "mmapview-\(UUID().uuidString)"
  let folder: TemporaryFolder

  init(_ width: Int, _ height: Int, in folder: TemporaryFolder) throws {
    self.folder = folder
    try tmux(
      "new-session", "-d", "-s", name, "-x", "\(width)", "-y", "\(height)", "-c", folder.path.string,
      "env", "PS1=shell> ", "XDG_STATE_HOME=\(folder.path)/state", "bash", "--norc", "--noprofile")
    try waitFor("shell>")
  }

  deinit { _ = try? tmux("kill-session", "-t", name) }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String {
    let outcome = try run(
      "tmux", ["-u", "-L", "mmapview-tests", "-f", "/dev/null"] + arguments, environment: ["LC_ALL": "C.UTF-8"])
    return outcome.output
  }

  func type(_ keys: String...) throws { for key in keys { try tmux("send-keys", "-t", name, key) } }
  /// Types bytes as they are, such as a terminal sends for the mouse.
  func send(_ text: String) throws {
    for byte in text.utf8 { try tmux("send-keys", "-t", name, "-H", String(byte, radix: 16)) }
  }
  /// Whether the program has asked for reports of the mouse.
  var reportsMouse: Bool { get throws { try tmux("display", "-p", "-t", name, "#{mouse_any_flag}") == "1\n" } }
  func resize(_ width: Int, _ height: Int) throws {
    try tmux("resize-window", "-t", name, "-x", "\(width)", "-y", "\(height)")
  }
  var text: String { get throws { try tmux("capture-pane", "-p", "-t", name) } }
  var colouredText: String { get throws { try tmux("capture-pane", "-e", "-p", "-t", name) } }

  /// Waits until a text is on the screen, ten seconds at most.
  @discardableResult
  func waitFor(_ wanted: String, _ location: SourceLocation = #_sourceLocation) throws -> String {
    var seen = ""
    for _ in 0..<200 {
      seen = try text
      if seen.contains(wanted) { return seen }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("\"\(wanted)\" never came; the screen shows:\n\(seen)", sourceLocation: location)
    return seen
  }

  /// Quits, and says so once more if pages are written and not durable.
  func quit() throws {
    try type("q")
    for _ in 0..<200 where try !text.contains("shell>") {
      if try text.contains("written and not durable") { try type("q") }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  /// The process ID of the program that runs in the window.
  func programID() throws -> Int32 {
    let shell = try tmux("display", "-p", "-t", name, "#{pane_pid}").trimmingCharacters(in: .whitespacesAndNewlines)
    let children = try run("pgrep", ["-P", shell]).output
    return try #require(Int32(children.trimmingCharacters(in: .whitespacesAndNewlines)))
  }
}

@Suite(
  "The program in a terminal", .serialized, .enabled(if: (try? run("tmux", ["-V"]))?.status == 0, "tmux is missing"))
struct TerminalTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func start(_ arguments: String, _ width: Int = 80, _ height: Int = 24) throws -> Window {
    let window = try Window(width, height, in: folder)
    try window.type("stty -a > before; clear; \(mmapview) \(arguments)", "Enter")
    return window
  }

  /// Fails unless the shell is back and the terminal's modes are those of before.
  private func expectShell(_ window: Window) throws {
    try window.waitFor("shell>")
    try window.type("stty -a > after; echo 'st''ty saved'", "Enter")
    try window.waitFor("stty saved")
    #expect(try folder.bytes("after") == folder.bytes("before"))
  }

  @Test("Keys allocate, write, flush, sync and reuse the pages that the screen shows")
  func keys() throws {
    let window = try start("a --create 1m")
    try window.waitFor("256 free")
    try window.type("a", "w", "f", "s", "a", "w", "a")
    let text = try window.waitFor("1 allocated  ▒ 1 written  ▓ 0 flushing  █ 1 flushed")
    #expect(text.contains("00000000 █▒◆···"))
    try window.type("h")
    try window.waitFor("page 1 at 0x1000 = 4096")
    try window.waitFor("00001000: 0001 0203 0405 0607")
    try window.type("u", "G")
    try window.waitFor("page 255")
    try window.type(":", "goto 7", "Enter", "k", "j", "l")
    try window.waitFor("page 33")
    try window.type("w")
    try window.waitFor("page 33 belongs to no range")
    try window.type("?")
    try window.waitFor("any key goes back")
    try window.type("x", "q")
    try expectShell(window)
    #expect(try folder.bytes("a")[..<8192].enumerated().allSatisfy { UInt8(truncatingIfNeeded: $0) == $1 })
  }

  @Test("Quitting with pages that are not durable asks first, and can sync them")
  func quitting() throws {
    let window = try start("a --create 1m -c 'allocate 3p' -c 'write r1 zero'")
    try window.waitFor("3 written")
    try window.type("q")
    try window.waitFor("3 pages written and not durable: s sync and quit  q quit  Esc stay")
    try window.type("Escape")
    try window.waitFor("a allocate")
    try window.type(":quit", "Enter")
    try window.waitFor("s sync and quit")
    try window.type("s")
    try expectShell(window)
    #expect(try !window.text.contains("not synced"))
  }

  @Test("A long step shows its progress, and Esc stops it")
  func longSteps() throws {
    let window = try start("a --create 600m -c 'allocate 500m'")
    try window.waitFor("128000 allocated")
    try window.type("w")
    try window.waitFor("Esc stops it")
    try window.type("Escape")
    try window.waitFor("stopped after")
    try window.waitFor("128000 allocated")
    try window.type("q")
    try expectShell(window)
  }

  @Test("Any part of a file of 1 TiB is reached: zoomed, searched, selected")
  func large() throws {
    try run("truncate", ["-s", "1t", folder.file("a").string])
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    _ = try file.writeAll(toAbsoluteOffset: 777_777 * 4096 + 100, Array("needle".utf8))
    try file.close()
    let window = try start("a")
    try window.waitFor("268435456 pages")
    try window.type("0")
    try window.waitFor("pages a cell")
    try window.type("/", "needle", "Enter")
    try window.waitFor("found text needle at 0xbde31064, page 777777")
    try window.type("0")
    try window.waitFor("1 page a cell")
    try window.waitFor("page 777777")
    try window.type("G")
    try window.waitFor("page 268435455")
    try window.type("v", "Up", "Escape", "n")
    try window.waitFor("page 777777")
    try window.type("q")
    try expectShell(window)
  }

  @Test("A wrong line at the prompt stays, to be mended")
  func wrongLine() throws {
    let window = try start("a --create 1m")
    try window.waitFor("256 free")
    try window.type(":", "allocate 2q", "Enter")
    let text = try window.waitFor("\"2q\" is no size")
    #expect(text.contains(":allocate 2q"))
    try window.type("BSpace", "p", "Enter")
    try window.waitFor("2 allocated")
    try window.type("q")
    try expectShell(window)
  }

  @Test("The tabulator completes, what is wrong is marked, and the arrows bring lines back in the next session")
  func prompt() throws {
    let window = try start("a --create 1m")
    try window.waitFor("256 free")
    try window.type(":")
    try window.waitFor("Tab completes")
    try window.type("al", "Tab", "2q", "Enter")
    try window.waitFor("\"2q\" is no size")
    try window.type("BSpace", "p", "Enter")
    try window.waitFor("2 allocated")
    try window.type(":", "write r", "Tab")
    try window.waitFor(":write r1")
    try window.type("co", "Tab", "Enter")
    try window.waitFor("2 written")
    // Carried out in vain, a line can be brought back; left, it is gone.
    try window.type(":", "sync r7", "Enter")
    try window.waitFor("r7: no such range")
    try window.type(":", "Up")
    try window.waitFor(":sync r7")
    try window.type("C-Left", "C-k", "r1", "Enter")
    try window.waitFor("2 flushed")
    try window.type(":", "reuse r1", "Escape")
    try window.waitFor("u reuse")
    try window.type(":", "reuse r1", "C-c")
    try window.waitFor("u reuse")
    try window.type("q")
    try expectShell(window)
    #expect(
      try folder.bytes("state/mmapview/history")
        == Array("allocate 2p\nwrite r1 counter \nsync r7\nsync r1\n".utf8))
    try window.type("clear; \(mmapview) a", "Enter")
    try window.waitFor("read only")
    try window.type(":", "wr", "Up")
    try window.waitFor(":write r1 counter")
    try window.type("Escape", "q")
    try expectShell(window)
  }

  @Test("Help tells of the keys where one is, and of the commands while one is typed, and scrolls")
  func help() throws {
    let window = try start("a --create 1m", 80, 16)
    try window.waitFor("256 free")
    try window.type("?")
    try window.waitFor("one cell back")
    try window.type("NPage")
    try window.waitFor("q      quit")
    try window.type("x", ":", "?")
    try window.waitFor("commands;")
    try window.type("End")
    try window.waitFor("Ctrl-C")
    try window.type("s", "y", "F1")
    try window.waitFor("for example: sync r1")
    try window.type("Escape", "BTab", "BTab", "Enter")
    try window.waitFor("there is no range for that")
    try window.type(":", "help expect", "Enter")
    try window.waitFor("expect page PAGES STATE")
    try window.type("Escape", "q")
    try expectShell(window)
  }

  @Test("The grid changes its colours while workers run, and the cursor moves", arguments: [[80, 24], [120, 40]])
  func workers(size: [Int]) throws {
    let window = try start("a --create 8m", size[0], size[1])
    try window.waitFor("2048 free")
    try window.type("W")
    try window.waitFor(":workers start 4")
    try window.type("C-u", "workers start 2 size=4k flush=sync delay=10ms", "Enter")
    try window.waitFor("2 at work")
    let early = try window.waitFor("█")
    try window.type("j", "l")
    try window.waitFor(size[0] == 80 ? "page 33" : "page 65")
    Thread.sleep(forTimeInterval: 0.3)
    #expect(try window.text != early)
    try window.type("p")
    try window.waitFor("workers paused")
    try window.type("p")
    try window.waitFor("2 at work")
    // Green, as a durable page is drawn in 256 colours or in 8.
    #expect(try window.colouredText.contains("█"))
    try window.quit()
    try expectShell(window)
  }

  @Test("A full stop lets a worker make one step, and between steps nothing wakes")
  func stepping() throws {
    let window = try start("a --create 64k -c 'workers start 1 mode=stepped flush=sync size=2p'")
    try window.waitFor("1 takes turns · seed 1")
    try window.type(".")
    try window.waitFor("worker 1: pages 0-1 allocated")
    try window.waitFor("in the hands of worker 1")
    try window.type("w")
    try window.waitFor("page 0 is in the hands of worker 1")
    try window.type(".")
    try window.waitFor("worker 1: pages 0-1 written")
    let id = try window.programID()
    Thread.sleep(forTimeInterval: 0.5)
    let before = try switches(id)
    Thread.sleep(forTimeInterval: 2)
    #expect(try switches(id) == before)
    try window.type(".")
    try window.waitFor("worker 1: pages 0-1 flushed")
    try window.waitFor("r1, pages 0-1, by worker 1")
    try window.type(":workers wait", "Enter")
    try window.waitFor("16 flushed")
    try window.type(".")
    try window.waitFor("workers start 4 mode=stepped")
    try window.type("q")
    try expectShell(window)
  }

  @Test("Tab lets the arrows move among the bytes, over the end of the page too, and back")
  func bytes() throws {
    let window = try start("a --create 64k -c 'allocate 2p' -c 'write r1 counter' -c 'goto 0'")
    try window.waitFor("2 written")
    try window.type("Tab", "j", "l", "l")
    try window.waitFor("byte 0x12 = 18, page 0 · u8 18")
    try window.waitFor("LE u16 4882")
    try window.type("G", "l")
    try window.waitFor("byte 0x1000 = 4096, page 1")
    try window.waitFor("page 1 at 0x1000")
    try window.type("Left")
    try window.waitFor("byte 0xfff = 4095, page 0 · u8 255")
    try window.waitFor("00000ff0: f0f1")
    try window.type("Tab", "l")
    try window.waitFor("bytes of page 1 ──")
    // Too small for bytes: the arrows are the grid's.
    try window.type("Tab")
    try window.resize(60, 16)
    try window.waitFor("page 1")
    Thread.sleep(forTimeInterval: 0.2)
    try window.type("Right")
    try window.waitFor("page 2 at 0x2000")
    try window.type("Tab")
    try window.waitFor("too small to show bytes")
    try window.resize(80, 24)
    try window.type(":byte 0x1008", "Enter")
    try window.waitFor("byte 0x1008 = 4104")
    try window.quit()
    try expectShell(window)
  }

  @Test("An existing file is written only after the person allows it")
  func consent() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 9000))
    let window = try start("a")
    try window.waitFor("read only")
    try window.type("a")
    try window.waitFor(":open a write")
    try window.waitFor("Enter opens it for writing")
    try window.type("Escape")
    Thread.sleep(forTimeInterval: 0.2)
    #expect(try folder.bytes("a") == [UInt8](repeating: 7, count: 9000))
    try window.type("a", "Enter")
    try window.waitFor("writable")
    try window.type("a", "w")
    try window.quit()
    try expectShell(window)
    #expect(try folder.bytes("a")[4096...].allSatisfy { $0 == 7 })
    #expect(try folder.bytes("a")[1] == 1)
  }

  @Test("Ctrl-Z gives the terminal to the shell, and fg brings the screen back, while workers run")
  func stopping() throws {
    let window = try start("a --create 64m -c 'workers start 2 delay=1ms'")
    try window.waitFor("2 at work")
    try window.type("C-z")
    try window.waitFor("Stopped")
    try expectShell(window)
    try window.type("clear; fg", "Enter")
    try window.waitFor("2 at work")
    try window.quit()
    try expectShell(window)
  }

  @Test("SIGTERM, SIGHUP, SIGINT and SIGQUIT give the terminal back", arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
  func signals(signal: Int32) throws {
    let window = try start("a --create 64m -c 'workers start 2 delay=1ms'")
    try window.waitFor("2 at work")
    kill(try window.programID(), signal)
    try window.waitFor("written and not synced")
    try window.type("echo status $?", "Enter")
    try window.waitFor("status \(128 + signal)")
    try expectShell(window)
  }

  @Test("A trap gives the terminal back")
  func trap() throws {
    // Swift's own report, which comes after, would wait for a key and for the fault to repeat.
    let window = try Window(80, 24, in: folder)
    try window.type("stty -a > before; SWIFT_BACKTRACE=enable=no \(mmapview) a --create 1m", "Enter")
    try window.waitFor("256 free")
    kill(try window.programID(), SIGILL)
    try window.waitFor("Illegal instruction")
    try expectShell(window)
  }

  @Test("Every size of window is drawn or refused, and survived, while workers run")
  func resizing() throws {
    let window = try start("a --create 64m -c 'workers start 2 delay=1ms'")
    try window.waitFor("2 at work")
    for size in [(40, 12), (39, 12), (10, 3), (2, 1), (300, 80), (60, 16), (200, 60)] {
      try window.resize(size.0, size.1)
      Thread.sleep(forTimeInterval: 0.1)
    }
    try window.resize(80, 24)
    try window.waitFor("2 at work")
    try window.quit()
    try expectShell(window)
  }

  @Test("A terminal that is unknown or can't move its cursor is refused", arguments: ["dumb", "never-heard-of"])
  func unusable(name: String) throws {
    let window = try Window(80, 24, in: folder)
    try window.type("TERM=\(name) \(mmapview) a --create 1m", "Enter")
    try window.waitFor("is unknown or can")
  }

  // Of all its threads: none may wake.
  private func switches(_ id: Int32) throws -> [String] {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task").sorted()
    return try tasks.flatMap { task in
      try String(contentsOfFile: "/proc/\(id)/task/\(task)/status", encoding: .utf8).split(separator: "\n")
        .filter { $0.contains("ctxt_switches") }.map { "\(task) \($0)" }
    }
  }

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
      "sqlite3", [database, "create table t(a); insert into t select hex(randomblob(4000)) from generate_series(1,20)"])
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

  @Test("A replay pauses, goes on by steps and to the next caption, and ends where the person wants to go on alone")
  func replay() throws {
    let script = [
      "say first", "workers start 2 mode=stepped", "workers turn 1x2 2", "goto 9", "allocate 1p", "say second",
    ]
    let lines = script + (1...3).map { "goto \($0)" } + ["say third", "allocate 4p", "say fourth"]
    let timed = lines.enumerated().map { "\($1) #@ \($0 == 0 ? 0 : 600 + $0)" }
    try folder.put("s", Array(timed.joined(separator: "\n").utf8))
    let window = try start("a --create 1m --replay s --speed 1")
    // The second command comes in ten minutes.
    try window.waitFor("replaying line 2 of 12")
    try window.type(".", ".")
    try window.waitFor("worker 1: page 0 allocated")
    #expect(try window.text.contains("paused at line 3 of 12  Space goes on  . steps  ] next caption  Esc ends"))
    let id = try window.programID()
    #expect(try wakeUps(of: id) <= 1, "it sleeps while it is paused")
    try window.type("Right", "Right")
    try window.waitFor("worker 2: page 1 allocated")
    try window.type("l", "j", "v", "h", "Escape")
    try window.waitFor("The replay has ended")
    try window.type("Escape", "a", "w")
    try window.waitFor("1 allocated")
    try window.quit()
    try window.type("clear; \(mmapview) b --create 1m --replay s --speed 1", "Enter")
    try window.waitFor("replaying line 2 of 12")
    try window.type("]")
    try window.waitFor("paused at line 7 of 12")
    #expect(try window.text.contains("second"))
    try window.type("]")
    try window.waitFor("paused at line 11 of 12")
    try window.type("g", ":", "goto 77", "Enter")
    try window.waitFor("page 77")
    try window.type("]")
    try window.waitFor("fourth")
    try window.waitFor("allocate  w write")
    try window.quit()
    try expectShell(window)
  }

  @Test("A replay on the screen keeps the times of the recording, as many times as fast as it is told to")
  func replaySpeed() throws {
    try folder.put("s", Array("goto 1 #@ 10.0\ngoto 2 #@ 30.0\nallocate 1p #@ 50.0\nquit #@ 70.0".utf8))
    let began = ContinuousClock.now
    let window = try start("a --create 1m --replay s --speed 20")
    try window.waitFor("line 2 of 4")
    try window.waitFor("line 3 of 4")
    try window.waitFor("1 allocated")
    try expectShell(window)
    #expect(ContinuousClock.now - began > .seconds(3))
  }

  /// How often a program was put to sleep in a second and a half.
  private func wakeUps(of id: Int32) throws -> Int {
    func switches() throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches") })
      return try #require(line.split(separator: "\t").last.flatMap { Int($0) })
    }
    let before = try switches()
    Thread.sleep(forTimeInterval: 1.5)
    return try switches() - before
  }
}
