import Glibc

@testable import TerminalCanvas

/// A pseudo-terminal with ncurses at one end and the test at the other.
final class PseudoTerminal {
  struct Unavailable: Error {}

  private let master: Int32
  private let slave: Int32
  let terminal: NcursesTerminal
  /// What came from the terminal until now.
  private(set) var received: [UInt8] = []

  /// Opens a terminal of this kind.
  init(
    _ kind: String, palette: Palette = .dark, color: NcursesTerminal.ColorChoice = .always, usesMouse: Bool = true
  ) throws {
    (master, slave) = try Self.open()
    terminal = try NcursesTerminal(
      palette, color: color, usesMouse: usesMouse, kind: kind, input: slave, output: dup(slave))
  }

  deinit {
    terminal.close()
    close(master)
  }

  private static func open() throws -> (master: Int32, slave: Int32) {
    var (master, slave) = (Int32(-1), Int32(-1))
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    // SAFETY: the call fills the two integers and reads the size.
    guard unsafe openpty(&master, &slave, nil, nil, &size) == 0 else { throw Unavailable() }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    return (master, slave)
  }

  /// Types raw bytes.
  func type(_ bytes: String) {
    let text = Array(bytes.utf8)
    // SAFETY: the array lives for the length of the call.
    _ = unsafe write(master, text, text.count)
  }

  /// Types raw bytes, and gives the keys that they were taken for.
  func keys(_ bytes: String) -> [Key] {
    type(bytes)
    var keys: [Key] = []
    while let key = terminal.nextKey() { keys.append(key) }
    return keys
  }

  /// Takes what has been sent since the last time.
  @discardableResult
  func receive() -> String {
    var new: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      // SAFETY: the array has room for what is asked for.
      let count = unsafe read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      new += buffer[..<count]
    }
    received += new
    return String(decoding: new, as: UTF8.self)
  }
}
