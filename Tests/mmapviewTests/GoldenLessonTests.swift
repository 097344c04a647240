import Inspector
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

/// Every lesson shows the frames that stand in `Screens/`, one for each caption, but for what was measured.
@Suite("Screens of lessons")
struct GoldenLessonTests {
  @Test("Each caption comes with its frame", arguments: LessonTests.numbers)
  func frames(number: Int) throws {
    let folder = try TemporaryFolder()
    // The lesson plays in a folder of its own; what is asked for comes into the one where it was called.
    let outcome = try run(
      mmapview, ["--lesson", "\(number)", "--headless", "--frames", "frames"], in: folder.path.string,
      environment: ["TMPDIR": folder.path.string])
    #expect(outcome.status == 0, "\(outcome.errors)")
    if let reason = outcome.lines.first(where: { $0.contains("can't show it") }) {
      try skip("lesson \(number): \(reason)")
    }
    let sandbox = try Sandbox()
    defer { sandbox.strike() }
    if let reason = Need.disk.refusal(on: sandbox) { try skip("lesson \(number): the log is another: \(reason)") }
    try Golden.lesson(number).compare(try booklet(number, folder), height: 24)
  }

  // The frames of the captions, one after the other.
  private func booklet(_ number: Int, _ folder: TemporaryFolder) throws -> String {
    let lessons = try Lesson.all()
    let script = try lessons[number - 1].whole(refusal: nil, isLast: number == lessons.count)
    return try script.steps.enumerated().compactMap { index, step in
      guard step.command.caption != nil else { return nil }
      let digits = String(index + 1)
      let name = "frames/" + String(repeating: "0", count: 4 - digits.count) + digits + ".txt"
      return "\(step.position)\n" + String(decoding: try folder.bytes(name), as: UTF8.self)
    }.joined(separator: "\n")
  }
}
