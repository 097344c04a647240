import Glibc
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("News that wake a loop")
struct WakeUpTests {
  /// Whether the next poll would return at once.
  private func isReadable(_ wakeUp: WakeUp) -> Bool {
    var entry = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one entry, for the length of the call.
    return unsafe poll(&entry, 1, 0) == 1
  }

  @Test("News of others that come while a command waits for its own end are left for the loop")
  func leftForTheLoop() throws {
    let folder = try TemporaryFolder()
    let session = try Session()
    try session.perform("create \(Word.quote(folder.file("a").string)) 64k")
    session.patience = .milliseconds(20)
    session.wakeUp.signal()
    // A tmpfs may know no count: then it ends at once, and nothing is shown by that.
    _ = try? session.perform(
      .expect(.kernel(.dirty, ExpectedNumber(value: 999, isLeast: true), of: nil, within: .seconds(1))))
    #expect(isReadable(session.wakeUp))
    session.shutDown()
  }

  @Test("Whatever is there before a signal is seen after the wake-up that follows it, by any number of threads")
  func nothingIsLost() throws {
    let wakeUp = try WakeUp()
    let (threads, rounds) = (4, 5000)
    let reported = Box()
    let started = (0..<threads).compactMap { _ in
      Thread {
        for _ in 0..<rounds {
          reported.count.wrappingAdd(1, ordering: .relaxed)
          wakeUp.signal()
        }
      }
    }
    try #require(started.count == threads)
    // A lost one would leave it asleep here; the limit only ends a test that has failed.
    while reported.count.load(ordering: .relaxed) < threads * rounds {
      var entry = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: one entry, for the length of the call.
      guard unsafe poll(&entry, 1, 60_000) == 1 else {
        Issue.record("it slept though there were news")
        break
      }
      wakeUp.clear()
    }
    for thread in started { thread.join() }
    wakeUp.clear()
    #expect(!isReadable(wakeUp), "nothing wakes it for news that were taken")
    wakeUp.signal()
    #expect(isReadable(wakeUp))
  }

  private final class Box: Sendable { let count = Atomic<Int>(0) }
}
