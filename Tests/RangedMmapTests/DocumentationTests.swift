import Foundation
import SystemPackage
import TestSupport
import Testing

/// What the documentation says, held against the tests that say it too.
@Suite("The documentation is held to its word")
struct DocumentationTests {
  static let tests = "Tests/RangedMmapTests/"
  static let pages = "Sources/RangedMmap/RangedMmap.docc/"

  @Test("Every Swift example stands among the examples that are compiled and run")
  func examplesAreCompiled() throws {
    let programs = try packageFiles(in: Self.tests + "TenPrograms")
    let code = try DocumentedCode(
      in: ["Sources/RangedMmap", "README.md"],
      compiledIn: [
        "DocumentationExamples.swift", "DocumentationExamples+Ranges.swift", "DocumentationExamples+Compiler.swift",
        "Pasted/main.swift",
      ].map { Self.tests + $0 } + programs)
    #expect(code.count > 30, "the examples were not found")
    for example in code.missing {
      Issue.record("\(example.page) shows what no test runs:\n\(example.lines.joined(separator: "\n"))")
    }
  }

  @Test("Every test that the page for users of the Rust crate names exists")
  func namedTestsExist() throws {
    let tests = try packageFiles(in: "Tests/RangedMmapTests").map(packageText).joined()
    let page = try packageText(of: Self.pages + "FromTheRustCrate.md")
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count > 30, "the table was not found")
    for row in rows {
      let name = row.split(separator: "|").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
      #expect(tests.contains("@Test(\"\(name)\")"), "no test is called \(name)")
    }
  }

  @Test("The ten programs are shown as they are, word for word, and none has 60 lines")
  func tenPrograms() throws {
    let page = try packageText(of: Self.pages + "TenPrograms.md")
    let sources = try packageFiles(in: Self.tests + "TenPrograms")
    #expect(sources.count == 10)
    for source in sources {
      let text = try packageText(of: source)
      #expect(page.contains("```swift\n\(text)```\n"), "\(source) is shown otherwise")
      #expect(text.count(where: \.isNewline) < 60, "\(source) is too long")
      #expect(!text.contains("unsafe"), "\(source)")
    }
    #expect(page.components(separatedBy: "```swift").count - 1 == sources.count)
    #expect(try packageText(of: "README.md").contains("ten programs"))
  }

  @Test("What the compiler is said to say, it says: each heading is among what must not compile")
  func compilersWords() throws {
    let page = try packageText(of: Self.pages + "IfItDoesNotCompile.md")
    // What a typealias stands for, the compiler adds in brackets.
    let cases = try packageFiles(in: Self.tests + "MustNotCompile").map(packageText).joined()
      .replacing(#/ \(aka '[^)]*'\)/#, with: "")
    // The words of headings, and those in italics. What is in backquotes is code of the page.
    let headings = page.split(separator: "\n").filter { $0.hasPrefix("### ") && !$0.hasPrefix("### What") }
      .map { String($0.dropFirst(4)) }
    let words = headings + page.matches(of: /\*([a-z'][^*\n]*'[^*\n]*)\*/).map { String($0.output.1) }
    #expect(headings.count >= 12)
    for message in words { #expect(cases.contains("{{\(message)"), "no case shows: \(message)") }
  }

  @Test("The first example runs as it is pasted, into a program of its own")
  func pasted() throws {
    let source = packageRoot + "/" + Self.tests + "Pasted/main.swift"
    let text = try packageText(of: Self.tests + "Pasted/main.swift")
    for page in ["README.md", Self.pages + "RangedMmap.md"] {
      #expect(try packageText(of: page).contains("```swift\n\(text)```"), "\(page) shows another one")
    }
    let folder = try TemporaryFolder()
    let program = folder.file("program").string
    let objects = try ["RangedMmap", "CLinux", "SystemPackage", "CSystem"].flatMap(Library.objects)
    let built = try run("swiftc", Library.options + ["-o", program, source] + Library.searchPaths + objects)
    #expect(built.status == 0, "\(built.errors)")
    let ran = try run(program, [], in: folder.path.string)
    #expect(ran.status == 0 && ran.output == "durable: 0..<8192\n", "\(ran.output)\(ran.errors)")
    let bytes = try folder.bytes("output.bin")
    #expect(bytes.count == 1 << 20 && bytes.prefix(8192).allSatisfy { $0 == 0xa5 } && bytes[8192] == 0)
  }

  @Test("Paths and error numbers need no import but the library's")
  func noOtherImport() throws {
    let folder = try TemporaryFolder()
    let source = """
      import RangedMmap
      func open(_ path: String) -> MmapFile? {
        do {
          let file = try MmapFile.openReadOnly(at: path)
          print(file.path.string, file.withDescriptor { $0.rawValue })
          return file
        } catch {
          if error.errno == .noSuchFileOrDirectory { print(error.path.string, error.errno?.rawValue ?? 0) }
          let other: FilePath = error.path.appending("other")
          return try? MmapFile.openReadOnly(at: other)
        }
      }
      """
    try folder.put("a.swift", Array(source.utf8))
    let reported = try run(
      "swiftc", Library.options + ["-typecheck", folder.file("a.swift").string] + Library.searchPaths)
    #expect(reported.status == 0, "\(reported.errors)")
  }
}
