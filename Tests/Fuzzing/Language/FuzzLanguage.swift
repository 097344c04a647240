import CFuzzer
import Inspector

/// Gives any bytes to the parser as a script: it must not trap, and the form of what it accepts must read back.
@main
enum FuzzLanguage {
  static func main() {
    var count = CommandLine.argc
    // SAFETY: the arguments live as long as the process.
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
    _ = unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, size in
      // SAFETY: libFuzzer gives so many bytes, for the length of the call.
      FuzzLanguage.check(String(decoding: unsafe UnsafeBufferPointer(start: bytes, count: size), as: UTF8.self))
      return 0
    }
  }

  static func check(_ text: String) {
    let lines = text.unicodeScalars.split(separator: "\n").map { String(Substring($0)) }
    guard lines.allSatisfy(check) else { return }
    // All lines are right: so must the script be, and its form.
    do throws(ScriptError) {
      let form = try Script.format(text, name: "fuzz")
      require(try Script.format(form, name: "fuzz") == form, "the form of a form is itself", text)
      // What is sourced would be read from the disk.
      if !text.contains("source") { try? Script(text, name: "fuzz").checkLabels() }
    } catch { require(false, "a right script or its form can't be read: \(error)", text) }
  }

  /// Whether a line is right.
  private static func check(line: String) -> Bool {
    _ = Completion.usage(of: line)
    do throws(SyntaxError) {
      guard let command = try Command(parsing: line) else { return true }
      let form = command.description
      require(try Command(parsing: form) == command, "a form reads back as the same command", line)
      require(!form.unicodeScalars.contains { $0.properties.generalCategory == .control }, "forms are safe", line)
      return true
    } catch {
      // Where a word is missing the mark stands behind the line.
      let isInside = error.columns.upperBound <= line.count + 1 && !error.columns.isEmpty
      require(isInside, "the mark is in the line: \(error.columns)", line)
      require(!error.description.isEmpty, "there is a complaint", line)
      return false
    }
  }

  private static func require(_ holds: Bool, _ claim: String, _ input: String) {
    // Says why also in a release build, as a precondition would not.
    if !holds { fatalError("\(claim): \(input.debugDescription)") }
  }
}
