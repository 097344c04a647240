import Glibc

/// Sequences of xterm that ncurses has no functions for.
package enum TerminalSequences {
  /// Asks whether the terminal can hold back what it shows until a frame is whole (mode 2026).
  static let synchronizedQuery = "\u{1b}[?2026$p"
  static let frameBegins = "\u{1b}[?2026h"
  static let frameEnds = "\u{1b}[?2026l"

  /// Puts a text into the clipboard (OSC 52).
  package static func copy(_ text: String) -> String { "\u{1b}]52;c;\(base64(Array(text.utf8)))\u{07}" }

  /// Whether the terminal has the mode, by its answer after `ESC [`; `nil` if it is none.
  static func hasSynchronizedOutput(_ answer: String) -> Bool? {
    let (start, end) = ("?2026;", "$y")
    guard answer.hasPrefix(start), answer.hasSuffix(end) else { return nil }
    // Set, reset, or set for good; 0 is unknown, and 4 reset for good.
    return ["1", "2", "3"].contains(answer.dropFirst(start.count).dropLast(end.count))
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)
    var text = String.UnicodeScalarView()
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
      for place in 0..<4 { text.append(place <= part.count ? digits[bits >> (18 - 6 * place) & 63] : "=") }
    }
    return String(text)
  }
}

extension NcursesTerminal {
  // A round trip over a far network, or of a busy machine. A terminal that knows no such query gives no answer, and is
  // waited for no longer, where the program ends or stops so soon.
  private static let answerTime = Duration.seconds(1)

  func askForSynchronizedOutput() {
    guard speaksECMA48 else { return }
    send(TerminalSequences.synchronizedQuery)
    askedUntil = .now + Self.answerTime
  }

  /// Takes the answer if the bytes after `ESC [` are one.
  func takeAnswer(_ text: String) -> Bool {
    guard let answer = TerminalSequences.hasSynchronizedOutput(text) else { return false }
    (synchronizes, askedUntil) = (answer, nil)
    return true
  }

  /// Waits for the answer where it may still come, which a shell would take for typed text.
  func awaitAnswer() {
    while let due = askedUntil, ContinuousClock.now < due {
      var entry = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      let time = Int32(clamping: Int((due - .now) / .milliseconds(1)) + 1)
      // SAFETY: one entry for the length of the call.
      let count = unsafe poll(&entry, 1, time)
      if count < 0, errno == EINTR { continue }
      // Nothing more comes from a terminal that is gone.
      guard count == 1, entry.revents == Int16(POLLIN) else { return }
      while nextKey() != nil {}
    }
  }

  /// Puts a text into the terminal's clipboard, if the terminal allows that: it does not say.
  package func copy(_ text: String) { sent.counting { send(TerminalSequences.copy(text)) } }

  /// Sends bytes past ncurses, which must have nothing in its buffer.
  func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // SAFETY: the slice lives for the length of the call.
      let count = unsafe rest.withUnsafeBytes { unsafe write(output, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
