import Foundation

/// The examples of some pages of documentation, held against the code that is compiled and run.
public struct DocumentedCode {
  /// An example that stands in no test.
  public struct Missing: Sendable {
    /// Where it is shown.
    public let page: String
    /// Its lines.
    public let lines: [String]
  }

  /// How many examples there are.
  public let count: Int
  /// Those of which some line is not compiled as it is shown.
  public let missing: [Missing]

  /// Compares.
  ///
  /// - Parameters:
  ///   - pages: Files `.md` and `.swift` of the package, or folders of them.
  ///   - tests: The files of the package, in one of which each example stands, line after line, comments aside.
  /// - Throws: When a file can't be read.
  public init(in pages: [String], compiledIn tests: [String]) throws {
    let compiled = try tests.map { code(in: try packageText(of: $0)) }
    var count = 0
    var missing: [Missing] = []
    for page in try pages.flatMap(packageFiles) {
      for example in examples(in: try packageText(of: page), isSource: page.hasSuffix(".swift")) {
        count += 1
        let isCompiled = compiled.contains { lines in lines.indices.contains { lines[$0...].starts(with: example) } }
        if !isCompiled { missing.append(Missing(page: page, lines: example)) }
      }
    }
    (self.count, self.missing) = (count, missing)
  }
}

/// The text of a file of the package.
public func packageText(of file: String) throws -> String {
  try String(contentsOf: URL(fileURLWithPath: packageRoot).appendingPathComponent(file), encoding: .utf8)
}

/// The pages and sources in a folder of the package; a file is its own.
public func packageFiles(in folder: String) throws -> [String] {
  guard !folder.contains(".") else { return [folder] }
  return try FileManager.default.subpathsOfDirectory(atPath: "\(packageRoot)/\(folder)")
    .filter { $0.hasSuffix(".md") || $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
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
