import Foundation
import TestSupport
import Testing

/// A file in `Screens/` that shows what the program has to draw.
///
/// `UPDATE_SCREENS=1 swift test --filter Golden` writes them anew; look at them before you commit them.
struct Golden {
  let file: String
  private let path: String

  init(_ file: String) {
    self.file = file
    path = packageRoot + "/Screens/" + file
  }

  static func lesson(_ number: Int, _ form: String) -> Golden {
    Golden("lesson-\(number < 10 ? "0" : "")\(number).\(form)")
  }

  /// Records the lines that differ, the first few of them: a colour that was changed shows as another letter.
  ///
  /// - Parameters:
  ///   - text: What was drawn.
  ///   - lasting: Takes out of lines what is so in one run only.
  /// - Throws: When the file can't be read or written.
  func compare(_ text: String, _ lasting: ([String]) -> [String] = { $0 }) throws {
    if ProcessInfo.processInfo.environment["UPDATE_SCREENS"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let expected = lasting(try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n"))
    let found = lasting(text.components(separatedBy: "\n"))
    #expect(found.count == expected.count, "\(file) has another number of lines")
    let differences = zip(found, expected).enumerated().filter { $0.element.0 != $0.element.1 }
    for (row, lines) in differences.prefix(8) {
      Issue.record("\(file):\(row + 1) differs\n  expected: \(lines.1)\n  found:    \(lines.0)")
    }
    if differences.count > 8 { Issue.record("\(file): \(differences.count - 8) more lines differ") }
  }
}
