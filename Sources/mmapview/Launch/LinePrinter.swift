import Inspector
import SystemPackage
import VisibleText

/// Prints lines on standard output and standard error.
enum LinePrinter {
  /// Prints lines, with what could steer a terminal made visible; a failure to write them is an error.
  static func print(_ lines: [String]) throws(ScriptError) {
    try write(lines.map { $0.visible + "\n" }.joined())
  }

  static func write(_ text: String) throws(ScriptError) {
    do { _ = try FileDescriptor.standardOutput.writeAll(text.utf8) } catch {
      throw ScriptError(Event(.failure, ["standard output can't be written (\(error))"]))
    }
  }

  /// Prints on standard error what answers no command: what makes the program end, and what others did to the file.
  static func complain(_ lines: [String]) {
    _ = try? FileDescriptor.standardError.writeAll(lines.map { $0.visible + "\n" }.joined().utf8)
  }
}
