import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Long steps")
final class JobTests: SessionSuite {
  /// A file with one range of 64 MiB, whose steps keep no caller waiting.
  private func begin() throws {
    try perform("create \(word("a")) 80m", "allocate 64m")
    session.patience = .zero
  }

  @Test("A step goes on by itself, reports how far it has come, and its end is reported once")
  func goesOn() throws {
    try begin()
    #expect(try perform("write r1 counter").lines == [])
    let job = try #require(session.job)
    #expect(job.total == 16384 && session.isWaiting)
    #expect(throws: CommandError.self) { try perform("sync r1") }
    try perform("goto 5")
    try perform("status")
    session.finish()
    #expect(job.done == job.total && !session.isWaiting)
    #expect(session.log.count { $0.lines.first?.hasPrefix("wrote r1 with counter: 16384 pages") == true } == 1)
    try perform("sync r1")
    session.finish()
    try perform("expect page 0-16383 durable")
    try perform("verify r1")
    session.finish()
    #expect(session.log.last?.lines == ["verified r1: 16384 pages"])
    #expect(session.jobs.takeFailure() == nil)
  }

  @Test("Threads that are not joined give their stacks back at their end")
  func stacks() async {
    await #expect(processExitsWith: .success) {
      func mappings() throws -> Int { try run("cat", ["/proc/\(getpid())/maps"]).lines.count }
      let before = try mappings()
      for _ in 0..<300 { _ = Inspector.Thread {} }
      // A stack is a mapping and its guard; the C library keeps a few for the next threads.
      for _ in 0..<100 where try mappings() >= before + 100 { usleep(20_000) }
      if try mappings() >= before + 100 { exit(1) }
    }
  }

  @Test("A write that is stopped gives its range back, to be written again")
  func stops() throws {
    try begin()
    try perform("write r1 random:1")
    try session.perform(.stop)
    session.finish()
    #expect(session.jobs.takeFailure()?.description.contains("stopped after") == true)
    try perform("expect page 0-16383 allocated")
    session.patience = nil
    try perform("write r1 page")
    try perform("sync r1")
    try perform("verify r1")
    #expect(session.range(ofPage: 0)?.stage == .durable)
  }

  @Test("A script waits for its long steps, and fails at the line of the one that fails")
  func scripts() throws {
    try folder.put("b", [1])
    try begin()
    var player = Player(
      try Script("write r1 counter\nsync r1\nexpect page 0-16383 durable\nreuse r1\nallocate 4p", name: "s"))
    try session.play(player)
    try folder.put("a", [])
    player = Player(try Script("write r1 zero\nsync r1\nsay done", name: "s"))
    let error = #expect(throws: ScriptError.self) { try session.play(player) }
    #expect(error?.description.hasPrefix("s:1: ") == true, "\(String(describing: error))")
    #expect(!session.log.contains { $0.lines == ["done"] })
  }

  @Test("A long step that fails in a script is reported once, with its place, and one of a person's, too")
  func reportedOnce() throws {
    try begin()
    try perform("write r1 counter")
    session.finish()
    try folder.put("s", Array("find text \"is not there\"\n".utf8))
    try perform("source \(word("s"))")
    #expect(
      isSoon {
        session.collect()
        return !session.isWaiting
      })
    func failures() -> [String] { session.log.filter { $0.kind == .failure }.flatMap(\.lines) }
    #expect(failures().count == 1 && failures().first?.contains("s:1: ") == true, "\(session.log)")
    let player = Player(try Script("find text \"is not there\"", name: "t"))
    #expect(throws: ScriptError.self) { try session.play(player) }
    #expect(failures().count == 1, "\(session.log)")
    try perform("find text \"is not there\"")
    session.finish()
    #expect(failures().count == 2, "\(session.log)")
  }

  @Test("Ending the session stops what is under way, and loses no range")
  func shutsDown() throws {
    try begin()
    try perform("write r1 random:1")
    session.shutDown()
    #expect(session.job == nil)
    #expect([.allocated, .written].contains(session.range(ofPage: 0)?.stage))
  }

  @Test("A range reports when it was allocated, written and made durable")
  func history() throws {
    try perform("create \(word("a")) 80k")
    try perform("allocate 1p")
    #expect(session.range(ofPage: 0)?.history.written == nil)
    try perform("write r1 zero")
    #expect(session.range(ofPage: 0)?.history.written != nil)
    #expect(session.range(ofPage: 0)?.history.synced == nil)
    try perform("sync r1")
    #expect(session.range(ofPage: 0)?.history.synced != nil)
    try perform("reuse r1")
    try perform("write r1 page")
    #expect(session.range(ofPage: 0)?.history.synced == nil)
  }
}
