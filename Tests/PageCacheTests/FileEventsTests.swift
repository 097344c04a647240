import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Events of a file")
struct FileEventsTests {
  private let folder: TemporaryFolder
  private let file: FileDescriptor

  init() throws {
    folder = try TemporaryFolder()
    file = try folder.make(size: 4096)
  }

  /// How many bytes of events wait to be read.
  private func waiting(_ events: FileEvents) -> Int {
    var count: Int32 = 0
    // SAFETY: fills the integer that it is given.
    return unsafe ioctl(events.descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : -1
  }

  @Test("A process that changes a file without a pause pays for one event between two queries")
  func once() throws {
    defer { try? file.close() }
    let events = try FileEvents(of: file)
    for round in 0..<3 {
      // Each differs from the one before, so that the kernel could not join them.
      for byte in 0..<100 {
        _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8(byte)])
        #expect(fchmod(file.rawValue, 0o600) == 0)
      }
      // The event, and that it was the last: 16 bytes each.
      #expect((16...32).contains(waiting(events)), "round \(round): \(waiting(events)) bytes of events")
      #expect(events.clear())
      #expect(!events.clear() && waiting(events) == 0)
    }
  }

  @Test("What happens after the events were taken is reported, however many threads write meanwhile")
  func noneIsLost() throws {
    defer { try? file.close() }
    let events = try FileEvents(of: file)
    let (file, isOver) = (file, Flag())
    let threads = (0..<2).map { _ in
      Thread { while !isOver.isSet { _ = try? file.writeAll(toAbsoluteOffset: 0, [1]) } }
    }
    for thread in threads { thread.start() }
    for _ in 0..<5000 { events.clear() }
    isOver.set()
    while !threads.allSatisfy(\.isFinished) { usleep(1000) }
    events.clear()
    _ = try file.writeAll(toAbsoluteOffset: 0, [1])
    #expect(events.clear())
  }

  @Test(
    "A file that one may not read any more is watched no longer, and that is known",
    .enabled(if: getuid() == 0, "needs root, to become another user"))
  func mayNotRead() throws {
    let file = file
    defer { try? file.close() }
    #expect(fchmod(file.rawValue, 0o644) == 0)
    let events = try onThread(asUser: 61234) { try FileEvents(of: file) }
    #expect(events.isArmed)
    #expect(fchmod(file.rawValue, 0o600) == 0)
    let reported = try onThread(asUser: 61234) { events.clear() }
    #expect(reported && !events.isArmed)
  }
}
