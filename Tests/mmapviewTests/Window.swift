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

/// What drives the program in a terminal of its own, one after the other: they would slow each other down.
@Suite(
  "The program in a terminal", .serialized, .enabled(if: (try? run("tmux", ["-V"]))?.status == 0, "tmux is missing"))
enum InTerminal {}

/// A suite with a folder to start the program in.
protocol StartsProgram {
  var folder: TemporaryFolder { get }
}

extension StartsProgram {
  func start(_ arguments: String, _ width: Int = 80, _ height: Int = 24) throws -> Window {
    let window = try Window(width, height, in: folder)
    try window.type("stty -a > before; clear; \(mmapview) \(arguments)", "Enter")
    return window
  }

  /// Fails unless the shell is back and the terminal's modes are those of before.
  func expectShell(_ window: Window) throws {
    try window.waitFor("shell>")
    try window.type("stty -a > after; echo 'st''ty saved'", "Enter")
    try window.waitFor("stty saved")
    #expect(try folder.bytes("after") == folder.bytes("before"))
  }

  // Of all its threads: none may wake.
  func switches(_ id: Int32) throws -> [String] {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task").sorted()
    return try tasks.flatMap { task in
      try String(contentsOfFile: "/proc/\(id)/task/\(task)/status", encoding: .utf8).split(separator: "\n")
        .filter { $0.contains("ctxt_switches") }.map { "\(task) \($0)" }
    }
  }
}
