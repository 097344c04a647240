import Foundation
import SystemPackage
import TestSupport
import Testing

/// Every script in `Screens/` ends in the frames that stand beside it.
///
/// Comments at a script's head say what else is made of it: `# Sizes: 80x24 40x12` (the first is the picture's),
/// `# Themes: light` beside the dark one, `# Options: --ascii`, and `# Needs ext4: …` where another file system would
/// end otherwise. `UPDATE_SCREENS=1 swift test --filter ScreenTests` writes frames and pictures anew; look at them
/// before you commit them.
@Suite("Screens")
struct ScreenTests {
  static let scripts: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: packageRoot + "/Screens")) ?? [])
    .filter { $0.hasSuffix(".mmv") }.map { String($0.dropLast(4)) }.sorted()

  /// What a script's head says of the files to make.
  struct Head {
    let need: String?
    let sizes: [String]
    let themes: [String]
    let options: [String]

    init(_ script: String) {
      let comments = script.split(separator: "\n").prefix { $0.hasPrefix("#") }
      func words(_ name: String) -> [String] {
        comments.first { $0.hasPrefix("# \(name): ") }?.split(separator: " ").dropFirst(2).map(String.init) ?? []
      }
      need = comments.first?.firstMatch(of: #/^# Needs (\w+):/#).map { String($0.1) }
      sizes = words("Sizes").isEmpty ? ["80x24"] : words("Sizes")
      themes = words("Themes")
      options = words("Options")
    }
  }

  /// A file beside a script: its name, the size of its frame, its theme.
  struct Shot: CustomStringConvertible {
    let file: String
    let size: String
    let theme: String
    var description: String { file }
  }

  static func shots(_ name: String, _ head: Head) -> [Shot] {
    let frames = head.sizes.enumerated().map { index, size in
      Shot(file: index == 0 ? "\(name).txt" : "\(name)-\(size).txt", size: size, theme: "dark")
    }
    let pictures = (["dark"] + head.themes).map { theme in
      Shot(file: theme == "dark" ? "\(name).svg" : "\(name)-\(theme).svg", size: head.sizes[0], theme: theme)
    }
    return frames + pictures
  }

  @Test("There are some") func exist() { #expect(!Self.scripts.isEmpty) }

  @Test("A script ends in its frames and pictures", arguments: scripts)
  func frames(name: String) throws {
    let path = packageRoot + "/Screens/"
    let script = try String(contentsOfFile: path + name + ".mmv", encoding: .utf8)
    let head = Head(script)
    guard try isAtHome(head) else { return }
    for shot in Self.shots(name, head) {
      let frame = try play(path + name + ".mmv", head, shot)
      if ProcessInfo.processInfo.environment["UPDATE_SCREENS"] == "1" {
        try frame.write(toFile: path + shot.file, atomically: true, encoding: .utf8)
      }
      let golden = try String(contentsOfFile: path + shot.file, encoding: .utf8)
      compare(frame.components(separatedBy: "\n"), golden.components(separatedBy: "\n"), shot)
    }
  }

  @Test("No file lies there that no script makes")
  func noStrays() throws {
    let made = try Self.scripts.flatMap { name in
      let script = try String(contentsOfFile: packageRoot + "/Screens/\(name).mmv", encoding: .utf8)
      return [name + ".mmv"] + Self.shots(name, Head(script)).map(\.file)
    }
    let there = try FileManager.default.contentsOfDirectory(atPath: packageRoot + "/Screens")
    #expect(Set(there) == Set(made))
  }

  // Which pages the kernel writes back together is its file system's affair.
  private func isAtHome(_ head: Head) throws -> Bool {
    guard let need = head.need else { return true }
    let folder = try TemporaryFolder()
    let found = try run("findmnt", ["-n", "-o", "FSTYPE", "-T", folder.path.string]).lines.first ?? "unknown"
    if found != need { print("skipped: this screen needs \(need), and the tests' folder is on \(found)") }
    return found == need
  }

  private func play(_ script: String, _ head: Head, _ shot: Shot) throws -> String {
    let folder = try TemporaryFolder()
    let arguments = ["--replay", script, "--headless", "--size", shot.size, "--theme", shot.theme] + head.options
    let outcome = try run(mmapview, arguments + ["-c", "screen \(shot.file)"], in: folder.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return String(decoding: try folder.bytes(shot.file), as: UTF8.self)
  }

  // The lines that differ, the first few of them: a colour that was changed shows as a letter or a number in its place.
  private func compare(_ found: [String], _ expected: [String], _ shot: Shot) {
    #expect(found.count == expected.count, "\(shot) has another number of lines")
    let differences = zip(found, expected).enumerated().filter { $0.element.0 != $0.element.1 }
    for (row, lines) in differences.prefix(8) {
      Issue.record("\(shot):\(row + 1) differs\n  expected: \(lines.1)\n  found:    \(lines.0)")
    }
    if differences.count > 8 { Issue.record("\(shot): \(differences.count - 8) more lines differ") }
  }
}
