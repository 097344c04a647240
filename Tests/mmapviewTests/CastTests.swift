import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Recordings of the program")
final class CastTests: FolderSuite {
  static let commands = ["allocate 16p x3", "write r1..r2 counter", "sync r1", "say \"Ready: äß日本\""]

  private func mmapviewHere(_ arguments: [String]) throws -> Outcome {
    try run(mmapview, arguments, in: folder.path.string)
  }

  private func record(_ name: String, _ more: String...) throws -> Outcome {
    try mmapviewHere(
      ["a", "--create", "1m", "--force", "--headless", "--cast", name] + more + Self.commands.flatMap { ["-c", $0] })
  }

  @Test("Without a screen the same commands make the same recording, a frame a command")
  func headless() throws {
    #expect(try record("one.cast").status == 0)
    #expect(try record("two.cast").status == 0)
    #expect(try folder.bytes("one.cast") == folder.bytes("two.cast"))
    let lines = String(decoding: try folder.bytes("one.cast"), as: UTF8.self).split(separator: "\n")
    let header = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    #expect(header["version"] as? Int == 2 && header["width"] as? Int == 80 && header["height"] as? Int == 24)
    let events = try lines.dropFirst().map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
    }
    let times = events.compactMap { $0[0] as? Double }
    #expect(times == times.sorted() && times.count == events.count)
    let markers = events.filter { $0[1] as? String == "m" }
    #expect(markers.map { $0[2] as? String } == ["Ready: äß日本"])
    #expect(events.count { $0[1] as? String == "o" && $0[2] is String } == 2 + Self.commands.count)
    #expect(events.count == 3 + Self.commands.count)
  }

  @Test(
    "A caption is a marker in it, and a presenter's note, whether notes are shown or not; it is printed with --notes alone"
  )
  func markers() throws {
    for (option, count) in [([], 0), (["--notes"], 1)] {
      let outcome = try mmapviewHere(
        ["a", "--create", "1m", "--force", "--headless", "--cast", "m.cast"] + option
          + ["-c", "say one", "-c", "note \"first\\nand \\x07\"", "-c", "note second", "-c", "say \"\""])
      #expect(outcome.status == 0)
      #expect(outcome.lines.count { $0.hasPrefix("note: first") } == count, "\(outcome.output)")
      let lines = String(decoding: try folder.bytes("m.cast"), as: UTF8.self).split(separator: "\n")
      let marks = try lines.dropFirst().compactMap { line in
        let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
        return event[1] as? String == "m" ? event[2] as? String : nil
      }
      let spellings = ["first and \u{2407}", "first and \\x07"]
      #expect(spellings.contains { marks == ["one", $0, "second"] }, "\(marks)")
    }
  }

  @Test("An existing file is replaced only by force, and never the one that is looked at, nor a device")
  func consent() throws {
    try folder.put("there.cast", [1])
    try folder.put("b", [1, 2, 3])
    let refused = try mmapviewHere(["new", "--create", "1m", "--headless", "--cast", "there.cast"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("there.cast: exists already") && refused.errors.contains("--force"))
    #expect(try folder.bytes("there.cast") == [1])
    #expect(!folder.names.contains("new"))
    #expect(try mmapviewHere(["b", "--headless", "--force", "--cast", "there.cast"]).status == 0)
    #expect(try folder.bytes("there.cast").count > 100)
    for path in ["b", "./b", folder.file("b").string] {
      #expect(try mmapviewHere(["b", "--headless", "--force", "--cast", path]).status == 64)
    }
    #expect(try folder.bytes("b") == [1, 2, 3])
    #expect(try mmapviewHere(["b", "--headless", "--force", "--cast", "/dev/null"]).status == 1)
    #expect(try mmapviewHere(["b", "--headless", "--cast", "missing/x.cast"]).status == 1)
    #expect(folder.names == ["b", "there.cast"])
  }

  @Test("A full disk ends a recording with an error", .enabled(if: mayMount, needsMounts))
  func fullDisk() throws {
    let path = folder.path
    try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "-o", "size=4k,nr_inodes=9", "tmpfs", path.string)
      let outcome = try run(
        mmapview,
        ["--headless", "--cast", "x.cast"]
          + (0..<60).flatMap { ["-c", "say \"\($0) " + String(repeating: "x", count: 70) + "\""] }, in: path.string)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("x.cast: the recording broke off"), "\(outcome.errors)")
    }
  }

  @Test(
    "asciinema plays it in tmux, and what is left on the screen is the last frame",
    .enabled(if: isInstalled("asciinema") && isInstalled("tmux"), "needs asciinema and tmux"))
  func asciinema() throws {
    #expect(try record("f.cast", "--layer", "both").status == 0)
    let window = try Window(80, 24, in: folder)
    let shown = try mmapviewHere(
      ["a", "--create", "1m", "--force", "--headless", "--layer", "both"] + Self.commands.flatMap { ["-c", $0] }
        + ["-c", "screen"])
    try window.type("clear; asciinema cat f.cast; sleep 60", "Enter")
    try window.waitFor("? help  q quit")
    Thread.sleep(forTimeInterval: 0.3)
    let lines = shown.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().suffix(24)
    #expect(try window.text.split(separator: "\n", omittingEmptySubsequences: false).prefix(24) == lines)
  }
}
