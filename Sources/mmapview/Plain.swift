import CLinux
import Glibc
import Inspector

/// Speaks in lines with whoever types commands, or with a screen reader: no screen, no keys, every event as text.
///
/// The script comes first; then commands are read from standard input, until `quit` or its end. What workers have to
/// tell is printed as it comes.
final class Plain {
  private let session: Session
  private var player: Player
  private var input = LineInput()
  private var scriptFailed = false
  private var told = 0
  private var isPrompting = false
  private let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1

  init(_ session: Session, _ plan: Plan, isASCII: Bool) {
    self.session = session
    player = Player(plan.script)
    Headless.printScreens(of: session, size: plan.size, isASCII: isASCII)
  }

  /// Runs to the end.
  ///
  /// - Returns: Whether the script, if there was one, went through.
  /// - Throws: When standard output can't be written.
  func run() throws(ScriptError) -> Bool {
    defer { session.shutDown() }
    while !session.isOver {
      try tell()
      if play() { continue }
      if session.isWaiting {
        session.waitForNews()
      } else if let line = input.next() {
        carryOut(line)
      } else if input.hasEnded {
        break
      } else {
        try sleep()
      }
    }
    session.shutDown()
    try tell()
    try say(session.farewell.map { [$0] } ?? [])
    return !scriptFailed
  }

  // One command of the script.
  private func play() -> Bool {
    do throws(ScriptError) {
      guard case .performed = try player.step(session) else { return false }
    } catch {
      scriptFailed = true
      session.note(Event(.failure, [error.description]))
    }
    return true
  }

  private func carryOut(_ line: LineInput.Line) {
    do {
      if let command = try Command(parsing: try line.text) { try session.perform(command) }
    } catch { session.note(Event(.failure, ["\(error)"])) }
  }

  private func tell() throws(ScriptError) {
    let news = session.log.suffix(session.eventCount - told)
    told = session.eventCount
    guard !news.isEmpty else { return }
    try say(news.flatMap { event in event.lines.map { event.kind == .failure ? "error: " + $0 : $0 } })
  }

  // Never behind the prompt on its line.
  private func say(_ lines: [String]) throws(ScriptError) {
    if isPrompting { try LinePrinter.write("\n") }
    isPrompting = false
    try LinePrinter.print(lines)
  }

  private func sleep() throws(ScriptError) {
    if isTerminal, !isPrompting { try LinePrinter.write("> ") }
    isPrompting = isTerminal
    var entries = [STDIN_FILENO, session.wakeUp.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    // SAFETY: two entries, for the length of the call; a signal that interrupts it leaves them without events.
    guard unsafe poll(&entries, 2, -1) > 0 else { return }
    session.wakeUp.clear()
    session.collect()
    guard entries[0].revents != 0 else { return }
    try tell()
    input.read()
    // The person's own end of line, or end of input, has ended the prompt's line.
    isPrompting = isPrompting && input.hasEnded
  }
}

/// Standard input, line by line.
struct LineInput {
  /// What came between two ends of line.
  struct Line {
    fileprivate let bytes: [UInt8]

    var text: String {
      get throws {
        guard bytes.count <= LineInput.longest else {
          throw UsageError(description: "this line is longer than 1 MiB, which no command is; the rest is not read")
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
          throw UsageError(description: "this line is no text in UTF-8; type a command, as in `status`")
        }
        return text
      }
    }
  }

  // What is longer is no command.
  fileprivate static let longest = 1 << 20

  private var lines: [Line] = []
  private var begun: [UInt8] = []
  /// Whether no more will come.
  private(set) var hasEnded = false

  mutating func next() -> Line? { lines.isEmpty ? nil : lines.removeFirst() }

  /// Takes what there is; waits if there is nothing.
  mutating func read() {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    // SAFETY: the buffer is the array's own, and is filled within its length.
    let count = unsafe part.withUnsafeMutableBytes { unsafe Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    hasEnded = count <= 0 || begun.count > Self.longest
    begun += part[..<max(0, count)]
    var parts = begun.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    begun = hasEnded ? [] : Array(parts.removeLast())
    lines += parts.map { Line(bytes: Array($0)) }
  }
}
