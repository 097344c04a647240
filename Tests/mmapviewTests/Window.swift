import Foundation
import SystemPackage
import TestSupport
import Testing

/// A shell in tmux, with a window of its own size.
final class Window {
  // One of its own for each run: it sees the mounts and the environment of its run. It ends with its windows.
  private static let server = "mmapview-tests-\(getpid())"
  private let name = "mmapview-\(UUID().uuidString)"
  let folder: TemporaryFolder

  init(_ width: Int, _ height: Int, in folder: TemporaryFolder) throws {
    self.folder = folder
    // A server that is just ending with its last window takes the new one, and ends all the same.
    let isStarted = try isSoon {
      try tmux([
        "new-session", "-d", "-s", name, "-x", "\(width)", "-y", "\(height)", "-c", folder.path.string,
        "env", "PS1=shell> ", "XDG_STATE_HOME=\(folder.path)/state",
        "XDG_CONFIG_HOME=\(folder.path)/config", "bash", "--norc", "--noprofile",
      ]).status == 0
    }
    guard isStarted, try isSoon({ try text.contains("shell>") }) else { throw NeverCame(text: "shell>") }
  }

  deinit { _ = try? tmux("kill-session", "-t", name) }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String { try tmux(arguments).output }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> Outcome {
    try run("tmux", ["-u", "-L", Self.server, "-f", "/dev/null"] + arguments, environment: ["LC_ALL": "C.UTF-8"])
  }

  /// Presses keys.
  ///
  /// Esc and a letter that come at once are Alt and the letter: a key that means nothing stands between them.
  func type(_ keys: String...) throws {
    for key in keys {
      try tmux("send-keys", "-t", name, key)
      if key == "Escape" { try tmux("send-keys", "-t", name, "F12") }
    }
  }
  /// Pastes a text, in marks if the program has asked for them.
  func paste(_ text: String) throws {
    try tmux("set-buffer", "-b", name, text)
    try tmux("paste-buffer", "-p", "-d", "-b", name, "-t", name)
  }
  /// Types bytes as they are, such as a terminal sends for the mouse.
  func send(_ text: String) throws {
    // At once, as a terminal does: with time between its bytes the beginning of a key is a key of its own.
    try tmux(["send-keys", "-t", name, "-H"] + text.utf8.map { String($0, radix: 16) })
  }
  /// Whether the program has asked for reports of the mouse.
  var reportsMouse: Bool { get throws { try tmux("display", "-p", "-t", name, "#{mouse_any_flag}") == "1\n" } }
  func resize(_ width: Int, _ height: Int) throws {
    try tmux("resize-window", "-t", name, "-x", "\(width)", "-y", "\(height)")
  }
  var text: String { get throws { try tmux("capture-pane", "-p", "-t", name) } }
  var colouredText: String { get throws { try tmux("capture-pane", "-e", "-p", "-t", name) } }

  /// Waits until a text is on the screen.
  @discardableResult
  func waitFor(_ wanted: String, _ location: SourceLocation = #_sourceLocation) throws -> String {
    var seen = ""
    let isThere = try isSoon {
      seen = try text
      return seen.contains(wanted)
    }
    if isThere { return seen }
    Issue.record("\"\(wanted)\" never came; the screen shows:\n\(seen)", sourceLocation: location)
    throw NeverCame(text: wanted)
  }

  /// Whether a text comes to the screen within some seconds.
  func isShownWithin(_ seconds: Double, _ wanted: String) throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if try text.contains(wanted) { return true }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return false
  }

  /// Quits, and says so once more if pages are written and not durable.
  func quit() throws {
    try type("q")
    // Answered once: a program that takes its time to end would leave the next key to the shell.
    var isAnswered = false
    _ = try isSoon {
      let seen = try text
      if !isAnswered, seen.contains("written and not durable: s sync") {
        isAnswered = true
        try type("q")
      }
      return seen.contains("shell>")
    }
  }

  /// The process ID of the program that runs in the window.
  func programID() throws -> Int32 {
    let shell = try tmux("display", "-p", "-t", name, "#{pane_pid}").trimmingCharacters(in: .whitespacesAndNewlines)
    let children = try run("pgrep", ["-P", shell]).output
    return try #require(Int32(children.trimmingCharacters(in: .whitespacesAndNewlines)))
  }
}

/// What a window was to show and did not; nothing is worth waiting for after that.
struct NeverCame: Error {
  let text: String
}

extension Trait where Self == ConditionTrait {
  static var needsTmux: Self { .enabled(if: isInstalled("tmux"), "tmux is missing") }
}

/// What drives the program in a terminal of its own, one after the other: they would slow each other down.
@Suite("The program in a terminal", .serialized, .needsTmux)
enum InTerminal {}

/// A suite with a folder to start the program in.
class StartsProgram: FolderSuite {
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

  /// Fails unless the program comes to rest, so that none of its threads wakes any more; on a busy machine, later.
  func expectRest(_ window: Window, over seconds: Double = 5) throws {
    let id = try window.programID()
    var (before, now) = ([""], try switches(id))
    for _ in 0..<12 where before != now {
      Thread.sleep(forTimeInterval: seconds)
      (before, now) = (now, try switches(id))
    }
    #expect(now == before)
  }

  private func switches(_ id: Int32) throws -> [String] {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task").sorted()
    return try tasks.flatMap { task in
      try String(contentsOfFile: "/proc/\(id)/task/\(task)/status", encoding: .utf8).split(separator: "\n")
        .filter { $0.contains("ctxt_switches") }.map { "\(task) \($0)" }
    }
  }
}
