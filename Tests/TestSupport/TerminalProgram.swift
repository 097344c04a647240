import Foundation
import SystemPackage

/// The program in a terminal of its own, whose every byte is kept: what it shows is for a reader of sequences.
public final class TerminalProgram {
  /// The number of its process.
  public let processID: Int32
  /// What it has sent so far.
  public private(set) var received: [UInt8] = []
  private let terminal: FileDescriptor
  private let slave: FileDescriptor
  private let modesBefore: [UInt8]
  private var isRunning = true

  /// Starts it; 80 columns and 24 rows unless named, and no signal ignored but the one that is named.
  public init(
    _ arguments: [String], in folder: TemporaryFolder, columns: UInt16 = 80, rows: UInt16 = 24,
    ignoring signal: String? = nil, environment: [String: String] = [:]
  ) throws {
    var (master, slave) = (Int32(-1), Int32(-1))
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    // SAFETY: the call fills the two integers and reads the size.
    guard unsafe openpty(&master, &slave, nil, nil, &size) == 0 else { throw Errno(rawValue: errno) }
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    _ = fcntl(slave, F_SETFD, FD_CLOEXEC)
    (terminal, self.slave) = (FileDescriptor(rawValue: master), FileDescriptor(rawValue: slave))
    modesBefore = Self.modes(slave)
    processID = try spawn(
      (signal.map { ["--ignore-signal=\($0)"] } ?? []) + ["-C", folder.path.string, mmapview] + arguments,
      files: Array(repeating: "/proc/self/fd/\(slave)", count: 3),
      environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"].merging(environment)
      {
        $1
      })
  }

  deinit {
    if isRunning {
      kill(processID, SIGKILL)
      _ = end()
    }
    try? terminal.close()
    try? slave.close()
  }

  /// What it has sent, as text.
  public var text: String { String(decoding: received, as: UTF8.self) }

  /// Types bytes.
  public func send(_ bytes: String) throws { _ = try terminal.writeAll(bytes.utf8) }

  /// Reads until it has sent a text; whether it did before it ended.
  public func waitFor(_ wanted: String) -> Bool {
    while !text.contains(wanted) { if !receive(for: 60_000) { return false } }
    return true
  }

  /// Waits for its end, and gives its exit status, or 128 and the signal that ended it.
  public func end() -> Int32 {
    var status: Int32 = 0
    // SAFETY: fills the integer that it is given.
    while unsafe waitpid(processID, &status, WNOHANG) == 0 { _ = receive(for: 10) }
    while receive(for: 0) {}
    isRunning = false
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }

  /// What of the terminal is not as it was before: private modes of xterm and the modes of the line.
  public var leftovers: [String] {
    // On at first: lines that wrap, and the cursor. All others are off.
    let on: Set = ["7", "25"]
    var modes = ["25": "h"]
    for part in text.split(separator: "\u{1b}[?").dropFirst() {
      let numbers = part.prefix { $0.isNumber || $0 == ";" }
      guard let end = part.dropFirst(numbers.count).first, end == "h" || end == "l" else { continue }
      for number in numbers.split(separator: ";") { modes[String(number)] = String(end) }
    }
    // Keys of the pad, and whether the cursor blinks, are as terminfo leaves them.
    let wrong = modes.filter { $0.key != "1" && $0.key != "12" && $0.value != (on.contains($0.key) ? "h" : "l") }
    let line = Self.modes(slave.rawValue) == modesBefore ? [] : ["the modes of the line"]
    return wrong.map { $0.key + $0.value }.sorted() + line
  }

  // Whether anything came in a time in milliseconds.
  private func receive(for time: Int32) -> Bool {
    var entry = pollfd(fd: terminal.rawValue, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 65536)
    // SAFETY: one entry for the length of the call, and a buffer with room for what is asked for.
    guard unsafe poll(&entry, 1, time) == 1 else { return false }
    let count = unsafe read(terminal.rawValue, &buffer, buffer.count)
    received += buffer.prefix(max(0, count))
    return count > 0
  }

  private static func modes(_ terminal: Int32) -> [UInt8] {
    var modes = termios()
    // SAFETY: fills the structure that it is given; its bytes are looked at while it lives.
    _ = unsafe tcgetattr(terminal, &modes)
    return unsafe withUnsafeBytes(of: &modes) { unsafe Array($0) }
  }
}
