import Inspector
import SystemPackage

/// Prints lines on standard output, for whoever has no screen.
enum LinePrinter {
  /// Prints lines, with what could steer a terminal made visible; nothing is lost unsaid when nobody can take them.
  static func print(_ lines: [String]) throws(ScriptError) {
    try write(lines.map { shown($0) + "\n" }.joined())
  }

  /// Prints a text as it is.
  static func write(_ text: String) throws(ScriptError) {
    do { _ = try FileDescriptor.standardOutput.writeAll(text.utf8) } catch {
      throw ScriptError(Event(.failure, ["standard output can't be written (\(error))"]))
    }
  }

  private static func shown(_ line: String) -> String {
    guard line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return line }
    return line.unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7f ? "\\x" + hex(scalar.value, width: 2) : String(scalar)
    }.joined()
  }
}
