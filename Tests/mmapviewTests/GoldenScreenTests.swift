import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

/// Every script in `Screens/` ends in the frames that stand beside it.
///
/// Comments at a script's head say what else is made of it: `# Sizes: 80x24 40x12` (the first is the picture's),
/// `# Themes: light` beside the dark one, `# Options: --ascii`, and `# Needs: cachestat` what a lesson would call
/// needs. Where a script is to make mistakes and go on, `# Options: --plain` reads it line by line.
@Suite("Screens of scripts")
struct GoldenScreenTests {
  static let scripts: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: packageRoot + "/Screens")) ?? [])
    .filter { $0.hasSuffix(".mmv") }.map { String($0.dropLast(4)) }.sorted()

  /// What a script's head says of the files to make.
  struct Head {
    let needs: [Need]
    let sizes: [String]
    let themes: [String]
    let options: [String]

    init(_ script: String) {
      let comments = script.split(separator: "\n").prefix { $0.hasPrefix("#") }
      func words(_ name: String) -> [String] {
        comments.first { $0.hasPrefix("# \(name): ") }?.split(separator: " ").dropFirst(2).map(String.init) ?? []
      }
      needs = words("Needs").compactMap(Need.init)
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
    var height: Int { size.split(separator: "x").last.flatMap { Int($0) } ?? 0 }
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
    let sandbox = try Sandbox()
    defer { sandbox.strike() }
    // Of files in memory the log says that nothing in them is durable: other words, and more of them.
    let needs = [Need.disk] + head.needs
    if let reason = needs.lazy.compactMap({ $0.refusal(on: sandbox) }).first {
      try skip("\(name): \(reason)")
    }
    var isMeasured = false
    for shot in Self.shots(name, head) {
      let frame = try play(path + name + ".mmv", head, shot)
      if shot.file.hasSuffix(".txt") {
        isMeasured = isMeasured || Golden.isMeasured(frame)
        try Golden(shot.file).compare(frame, height: shot.height)
      } else if isMeasured {
        // A picture of one machine, for people.
        try Golden(shot.file).update(frame)
      } else {
        try Golden(shot.file).compare(frame)
      }
    }
  }

  @Test("No file lies there that no script makes")
  func noStrays() throws {
    let made = try Self.scripts.flatMap { name in
      let script = try String(contentsOfFile: packageRoot + "/Screens/\(name).mmv", encoding: .utf8)
      return [name + ".mmv"] + Self.shots(name, Head(script)).map(\.file)
    }
    let lessons = LessonTests.numbers.map { Golden.lesson($0).file }
    let there = try FileManager.default.contentsOfDirectory(atPath: packageRoot + "/Screens")
    #expect(Set(there) == Set(made + lessons))
  }

  private func play(_ script: String, _ head: Head, _ shot: Shot) throws -> String {
    let folder = try TemporaryFolder()
    let options = ["--size", shot.size, "--theme", shot.theme] + head.options
    if head.options.contains("--plain") {
      let lines = try String(contentsOfFile: script, encoding: .utf8) + "screen \(shot.file)\n"
      try run(mmapview, options, in: folder.path.string, input: lines)
    } else {
      let arguments = ["--replay", script, "--headless"] + options + ["-c", "screen \(shot.file)"]
      let outcome = try run(mmapview, arguments, in: folder.path.string)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    return String(decoding: try folder.bytes(shot.file), as: UTF8.self)
  }
}
