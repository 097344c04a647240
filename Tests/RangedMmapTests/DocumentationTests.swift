import Foundation
import TestSupport
import Testing

/// What the documentation says, held against the tests that say it too.
@Suite("The documentation is held to its word")
struct DocumentationTests {
  private let root = URL(fileURLWithPath: packageRoot)

  @Test("Every Swift example stands among the examples that are compiled and run")
  func examplesAreCompiled() throws {
    let compiled = code(in: try text(of: "Tests/RangedMmapTests/DocumentationExamples.swift"))
    let pages = try files(in: "Sources/RangedMmap") + ["README.md"]
    var count = 0
    for page in pages where page.hasSuffix(".md") || page.hasSuffix(".swift") {
      for example in examples(in: try text(of: page), isSource: page.hasSuffix(".swift")) {
        count += 1
        let isCompiled = compiled.indices.contains { compiled[$0...].starts(with: example) }
        #expect(isCompiled, "\(page) shows what no test runs:\n\(example.joined(separator: "\n"))")
      }
    }
    #expect(count > 10, "the examples were not found")
  }

  @Test("Every test that the page for users of the Rust crate names exists")
  func namedTestsExist() throws {
    let tests = try files(in: "Tests/RangedMmapTests").map(text).joined()
    let page = try text(of: "Sources/RangedMmap/RangedMmap.docc/FromTheRustCrate.md")
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count > 30, "the table was not found")
    for row in rows {
      let name = row.split(separator: "|").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
      #expect(tests.contains("@Test(\"\(name)\")"), "no test is called \(name)")
    }
  }

  /// The blocks between ```` ```swift ```` and ```` ``` ````, in a page or in the comments of a source file.
  private func examples(in text: String, isSource: Bool) -> [[String]] {
    var examples: [[String]] = []
    var lines: [String]?
    for line in text.components(separatedBy: "\n") {
      var line = line.trimmingCharacters(in: .whitespaces)
      if isSource {
        guard line.hasPrefix("///") else { continue }
        line = line.dropFirst(3).trimmingCharacters(in: .whitespaces)
      }
      if line == "```swift" {
        lines = []
      } else if line == "```", let block = lines {
        // An import stands at the top of the file, away from the rest.
        examples.append(code(in: block.joined(separator: "\n")).filter { !$0.hasPrefix("import ") })
        lines = nil
      } else {
        lines?.append(line)
      }
    }
    return examples
  }

  /// The lines that the compiler sees: trimmed, without comments and blank lines.
  private func code(in text: String) -> [String] {
    text.components(separatedBy: "\n")
      .map { $0.replacing(/(^|\s+)\/\/.*$/, with: "").trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  private func text(of file: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
  }

  private func files(in folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
      .filter { $0.hasSuffix(".md") || $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
  }
}
