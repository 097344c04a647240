import Foundation
import TestSupport
import Testing

/// What the documentation says, held against the tests that say it too.
@Suite("The documentation is held to its word")
struct DocumentationTests {
  @Test("Every Swift example stands among the examples that are compiled and run")
  func examplesAreCompiled() throws {
    let code = try DocumentedCode(
      in: ["Sources/RangedMmap", "README.md"], compiledIn: "Tests/RangedMmapTests/DocumentationExamples.swift")
    #expect(code.count > 10, "the examples were not found")
    for example in code.missing {
      Issue.record("\(example.page) shows what no test runs:\n\(example.lines.joined(separator: "\n"))")
    }
  }

  @Test("Every test that the page for users of the Rust crate names exists")
  func namedTestsExist() throws {
    let tests = try packageFiles(in: "Tests/RangedMmapTests").map(packageText).joined()
    let page = try packageText(of: "Sources/RangedMmap/RangedMmap.docc/FromTheRustCrate.md")
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count > 30, "the table was not found")
    for row in rows {
      let name = row.split(separator: "|").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
      #expect(tests.contains("@Test(\"\(name)\")"), "no test is called \(name)")
    }
  }
}
