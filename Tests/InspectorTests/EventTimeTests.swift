import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("When events were noted, and how long they took")
final class EventTimeTests: SessionSuite {
  @Test("Each has its time; its duration where it did something to the file or took a job, and else none")
  func durations() throws {
    let before = WallTime.now
    try perform("create \(word("a")) 64k", "allocate 2p", "write r1 counter", "read r1", "sync r1", "say hello")
    try perform("help say", "expect page 0 flushed")
    session.note(.news("another program did it"))
    for event in session.log {
      let time = try #require(event.time)
      #expect(time.seconds(since: before) >= 0 && WallTime.now.seconds(since: time) >= 0)
      let isTimed = event.kind == .done || event.lines[0].hasPrefix("0000")
      #expect((event.duration != nil) == isTimed, "\(event)")
    }
    #expect(session.log.count == 9)
  }

  @Test("A long step took the time of its work, from its start to its end and no longer, also where it fails")
  func jobs() throws {
    try perform("create \(word("a")) 64k", "allocate 2p", "write r1 counter")
    session.patience = .zero
    let start = ContinuousClock.now
    try perform("sync r1")
    session.finish()
    let whole = ContinuousClock.now - start
    let duration = try #require(session.log.last?.duration)
    #expect(session.log.last?.lines == ["made r1 durable: 2 pages"])
    #expect(duration > .zero && duration <= whole)
    try perform("expect kernel cached 99+ within 20ms")
    session.finish()
    let failure = try #require(session.log.last)
    #expect(failure.kind == .failure && failure.lines[0].contains("99"))
    #expect(try #require(failure.duration) >= .milliseconds(20) || failure.lines[0].contains("unknown"))
  }

  @Test("Two say the same whenever they were noted, so that news come once")
  func same() {
    var event = Event.news("as before")
    event.time = .now
    event.cost = ActCost(time: .seconds(1))
    #expect(event == .news("as before"))
  }
}
