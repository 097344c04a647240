import Foundation
import TestSupport
import Testing

@testable import Inspector

/// It mostly waits for the kernel, and slows no other test down.
@Suite("The kernel's own writeback, on the screen", .needsTmux)
final class WritebackScreenTests: StartsProgram {
  /// How long dirty pages may get here, in seconds, where the kernel says it and a test can wait for it.
  private func longest() throws -> Int {
    guard let age = WritebackAge(), let longest = age.longest else {
      try skip("the kernel's settings can't be read, or it writes nothing back for its age")
    }
    guard age.expiry >= .seconds(28), longest <= .seconds(60) else {
      try skip("pages are written back after \(longest) here, which is no time to wait for")
    }
    return Int(longest / .seconds(1))
  }

  // How often threads of the program were woken.
  private func wakeUps(_ id: Int32) throws -> Int {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")
    return try tasks.reduce(0) { sum, task in
      let status = try String(contentsOfFile: "/proc/\(id)/task/\(task)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches") }
      return sum + (line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) } ?? 0)
    }
  }

  @Test(
    "Dirty pages in view wake it every four seconds; the kernel writes them back by itself, the log says so; then it rests",
    .timeLimit(.minutes(5)))
  func announced() throws {
    let longest = try longest()
    let window = try start("a --create 256k --layer both -c 'allocate 4p' -c 'write r1 zero'", 160, 40)
    try window.waitFor("4 written")
    guard try window.isShownWithin(5, "dirty since ") else { try skip("a write is not reported to be dirty here") }
    let frame = try window.waitFor("by about ")
    #expect(frame.contains(/dirty since \d\d:\d\d:\d\d/))
    // Samples come ever more rarely: after 250 ms, 500 ms, 1 s, 2 s, 4 s, and then every 4 s.
    Thread.sleep(forTimeInterval: 8)
    let id = try window.programID()
    let before = try wakeUps(id)
    Thread.sleep(forTimeInterval: 12)
    let count = try wakeUps(id) - before
    // Four samples at most, for each of which the sampler wakes, and the screen; one of them may wait for a lock.
    #expect(count <= 12, "\(count) wake-ups in 12 s where nothing moves")
    // Memory that others need, and their syncs, may come before.
    let isDone = try window.isShownWithin(Double(longest) + 30, "after the write")
    let text = try window.text
    #expect(isDone, "\(text)")
    let byItself = /kernel wrote pages 0-3 back by itself, as far as is seen, (?:\d+ to )?(\d+) s after the write/
    if let match = text.firstMatch(of: byItself) {
      #expect(try #require(Int(match.1)) >= Int(try #require(WritebackAge()).expiry / .seconds(1)))
    } else {
      #expect(text.contains("were written back, not by this session, "))
    }
    #expect(!text.contains("dirty since ") && text.contains(#/60 s to \d\d:\d\d:\d\d/#))
    try expectRest(window)
    try window.quit()
    try expectShell(window)
  }
}
