import Foundation
import TestSupport
import Testing

/// A file in `Screens/` that shows what the program has to draw.
///
/// What a frame shows of the kernel, and of threads at full speed, is another thing on each machine: its styles mark it
/// by tildes, and it is compared with nothing. `UPDATE_SCREENS=1 swift test --filter Golden` writes the files; look
/// at them before you commit them.
struct Golden {
  let file: String
  private let path: String

  init(_ file: String) {
    self.file = file
    path = packageRoot + "/Screens/" + file
  }

  static func lesson(_ number: Int) -> Golden { Golden("lesson-\(number < 10 ? "0" : "")\(number).txt") }

  /// Records the lines that differ, the first few of them: a colour that was changed shows as another letter.
  ///
  /// - Parameters:
  ///   - text: What was drawn.
  ///   - height: How many rows its frames have, if it has frames with styles below.
  /// - Throws: When the file can't be read or written.
  func compare(_ text: String, height: Int = 0) throws {
    let known = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    var expected = known.components(separatedBy: "\n")
    var found = text.components(separatedBy: "\n")
    guard found.count == expected.count else {
      if try !update(text) { Issue.record("\(file) has another number of lines") }
      return
    }
    for start in found.indices where found[start] == "styles:" && height > 0 {
      for row in start + 1...start + height { Self.mask(&expected, &found, row, row - height - 2) }
    }
    let differences = zip(found, expected).enumerated().filter { $0.element.0 != $0.element.1 }
    // What differs in measured cells only is not written again.
    if try differences.isEmpty || update(text) { return }
    for (row, lines) in differences.prefix(8) {
      Issue.record("\(file):\(row + 1) differs\n  expected: \(lines.1)\n  found:    \(lines.0)")
    }
    if differences.count > 8 { Issue.record("\(file): \(differences.count - 8) more lines differ") }
  }

  /// Writes it again and says so, if that is wanted.
  @discardableResult
  func update(_ text: String) throws -> Bool {
    guard ProcessInfo.processInfo.environment["UPDATE_SCREENS"] == "1" else { return false }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return true
  }

  /// Whether a frame shows something of this machine.
  static func isMeasured(_ frame: String) -> Bool {
    frame.components(separatedBy: "\n").drop { $0 != "styles:" }.contains { $0.contains("~") }
  }

  // Takes what was measured in either frame out of both: from the row of styles, and from the row of glyphs.
  private static func mask(_ one: inout [String], _ other: inout [String], _ styles: Int, _ glyphs: Int) {
    let marks = [one[styles], other[styles]].map(Array.init)
    let columns = (0..<max(marks[0].count, marks[1].count)).filter { column in
      marks.contains { $0.indices.contains(column) && $0[column] == "~" }
    }
    guard let last = columns.last else { return }
    func masked(_ line: String) -> String {
      var cells = Array(line)
      if cells.count <= last { cells += Array(repeating: " ", count: last + 1 - cells.count) }
      for column in columns { cells[column] = "~" }
      while cells.last == " " { cells.removeLast() }
      return String(cells)
    }
    for row in [styles, glyphs] { (one[row], other[row]) = (masked(one[row]), masked(other[row])) }
  }
}
