import Foundation
import Inspector
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

/// Every lesson shows the frames that stand in `Screens/`: one for each caption, and the last as a picture.
@Suite("Screens of lessons")
struct GoldenLessonTests {
  private static let rows = 24
  // Addresses of the device, what threads at full speed did, how far writeback had come: no two runs agree.
  private static func isOwn(_ line: String) -> Bool {
    line.contains(#/0x\w+ of the device|by worker|write p50|\d ops|MB\/s|kernel: \d/#)
  }

  @Test("Each caption comes with its frame", arguments: LessonTests.numbers)
  func frames(number: Int) throws {
    let folder = try TemporaryFolder()
    // The lesson plays in a folder of its own; what is asked for comes into the one where it was called.
    let outcome = try run(
      mmapview, ["--lesson", "\(number)", "--headless", "--frames", "frames", "-c", "screen end.svg"],
      in: folder.path.string, environment: ["TMPDIR": folder.path.string])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let fileSystem = try run("findmnt", ["-n", "-o", "FSTYPE", "-T", folder.path.string]).lines.first ?? "unknown"
    if let reason = outcome.lines.first(where: { $0.contains("can't show it") }) {
      print("skipped: lesson \(number): \(reason)")
    } else if fileSystem != "ext4" {
      print("skipped: the lessons' screens are ext4's, and the tests' folder is on \(fileSystem)")
    } else {
      try Golden.lesson(number, "txt").compare(try booklet(number, folder.file("frames").string)) { lines in
        Self.lasting(lines, repeatedAfter: Self.rows + 2)
      }
      let svg = try String(contentsOfFile: folder.file("end.svg").string, encoding: .utf8)
      try Golden.lesson(number, "svg").compare(svg) { lines in Self.lasting(lines, repeatedAfter: 0) }
    }
  }

  // The frames of the captions, one after the other, but for those that show what is only passing: the script waits
  // for its end next.
  private func booklet(_ number: Int, _ frames: String) throws -> String {
    let lessons = try Lesson.all()
    let script = try Stage().script(lessons[number - 1], isLast: number == lessons.count)
    return try script.steps.enumerated().compactMap { index, step in
      guard case .say = step.command else { return nil }
      let next = script.steps[(index + 1)...].first { $0.command != .pause(nil) }?.command
      if case .expect(.kernel(_, _, let time)) = next, time > .zero { return nil }
      let name = String(format: "%04d.txt", index + 1)
      return "\(step.position)\n" + (try String(contentsOfFile: "\(frames)/\(name)", encoding: .utf8))
    }.joined(separator: "\n")
  }

  // The lines with what is so in one run only are not compared, nor those with their styles.
  private static func lasting(_ lines: [String], repeatedAfter distance: Int) -> [String] {
    var lasting = lines
    for (index, line) in lines.enumerated() where isOwn(line) {
      for index in [index, index + distance] where index < lasting.count { lasting[index] = "~" }
    }
    return lasting
  }
}
