import Foundation
import SystemPackage
import TestSupport
import Testing

/// Every script in `Screens/` ends in the frame that stands beside it.
///
/// `UPDATE_SCREENS=1 swift test --filter ScreenTests` writes the frames and pictures anew; look at them before you
/// commit them.
@Suite("Screens")
struct ScreenTests {
  static let scripts: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: packageRoot + "/Screens")) ?? [])
    .filter { $0.hasSuffix(".mmv") }.map { String($0.dropLast(4)) }.sorted()

  @Test("There are some") func exist() { #expect(!Self.scripts.isEmpty) }

  // Which pages the kernel writes back together is its file system's affair.
  private func isAtHome(_ script: String, _ folder: TemporaryFolder) throws -> Bool {
    guard let need = script.split(separator: "\n").first?.firstMatch(of: #/^# Needs (\w+):/#)?.1 else { return true }
    let found = try run("findmnt", ["-n", "-o", "FSTYPE", "-T", folder.path.string]).lines.first ?? "unknown"
    if found != need { print("skipped: this screen needs \(need), and the tests' folder is on \(found)") }
    return found == need
  }

  @Test("A script ends in its frame", arguments: scripts)
  func frame(name: String) throws {
    let folder = try TemporaryFolder()
    let path = packageRoot + "/Screens/" + name
    guard try isAtHome(String(contentsOfFile: path + ".mmv", encoding: .utf8), folder) else { return }
    func play(_ saving: String) throws {
      let outcome = try run(
        mmapview, ["--replay", path + ".mmv", "--headless", "-c", "screen \(saving)"], in: folder.path.string)
      #expect(outcome.status == 0, "\(outcome.errors)")
      for made in folder.names where made != saving {
        try FileManager.default.removeItem(atPath: folder.file(made).string)
      }
    }
    try play("frame.txt")
    let frame = String(decoding: try folder.bytes("frame.txt"), as: UTF8.self)
    if ProcessInfo.processInfo.environment["UPDATE_SCREENS"] == "1" {
      try frame.write(toFile: path + ".txt", atomically: true, encoding: .utf8)
      try play("frame.svg")
      try Data(folder.bytes("frame.svg")).write(to: URL(fileURLWithPath: path + ".svg"))
    }
    let golden = try String(contentsOfFile: path + ".txt", encoding: .utf8)
    let (found, expected) = (frame.components(separatedBy: "\n"), golden.components(separatedBy: "\n"))
    #expect(found.count == expected.count)
    for (row, lines) in zip(found, expected).enumerated() where lines.0 != lines.1 {
      Issue.record("\(name).txt:\(row + 1) differs\n  expected: \(lines.1)\n  found:    \(lines.0)")
    }
  }
}
