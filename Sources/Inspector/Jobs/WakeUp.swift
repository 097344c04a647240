import CLaunch
import Glibc
import Synchronization
import SystemPackage

/// A descriptor that becomes readable when another thread has news, so that a loop can sleep in poll(2).
///
/// A thread signals after its news can be seen. One thread takes signals, and reads all news afterwards: a second taker
/// could leave the first asleep for ever.
package final class WakeUp: Sendable {
  private let reading: FileDescriptor
  private let writing: FileDescriptor
  // Spares the system call where a byte is in the pipe already, or is about to be.
  private let hasNews = Atomic<Bool>(false)

  package var descriptor: Int32 { reading.rawValue }

  init() throws(CommandError) {
    do {
      (reading, writing) = try FileDescriptor.pipe(options: [.closeOnExec, .nonBlocking])
    } catch { throw CommandError("no descriptors are left for a pipe (\(error)); close some programs") }
  }

  deinit {
    try? reading.close()
    try? writing.close()
  }

  func signal() {
    guard !hasNews.exchange(true, ordering: .acquiringAndReleasing) else { return }
    _ = try? writing.writeAll([1])
  }

  /// Takes the news, so that the next poll sleeps; to be called before looking at what they are about.
  ///
  /// The pipe is emptied first. A signal between the two steps writes nothing, and need not: the exchange sees it, and with it
  /// all that was there before it. The other way round its byte would be taken and the flag left set, and no signal
  /// after it would ever write.
  package func clear() {
    var bytes = [UInt8](repeating: 0, count: 16)
    // SAFETY: as many bytes are read as the array has room for; an empty pipe is an error that says so.
    _ = try? unsafe bytes.withUnsafeMutableBytes { try unsafe reading.read(into: $0) }
    _ = hasNews.exchange(false, ordering: .acquiringAndReleasing)
  }

  /// What poll(2) reports of a descriptor that has no other end any more.
  package static let end = Int16(POLLERR | POLLHUP | POLLNVAL)

  /// Sleeps until there are news, one of the others has something to report, or time is up, and takes the news.
  ///
  /// `endsOnResize` lets SIGWINCH through, which is blocked else. Only the thread that draws may do so: another would take
  /// the signal away from it.
  @discardableResult
  package func wait(for others: [pollfd], atMost time: Duration? = nil, endsOnResize: Bool = false) -> [Int16] {
    var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)] + others
    let (count, milliseconds) = (polled.count, time.map { Int32(clamping: $0.milliseconds) } ?? -1)
    // SAFETY: the array's entries live for the length of the call; where a signal interrupts it they have no events.
    _ =
      unsafe endsOnResize
      ? claunch_poll(&polled, UInt32(count), milliseconds) : poll(&polled, UInt(count), milliseconds)
    clear()
    return polled.dropFirst().map(\.revents)
  }

  /// The same for one more descriptor, or none; whether there is something to read.
  @discardableResult
  package func wait(also other: Int32? = nil, atMost time: Duration? = nil) -> Bool {
    wait(for: [pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0)], atMost: time)[0] != 0
  }
}

extension Duration {
  /// Whole milliseconds, rounded up, so that a timeout does not expire early.
  package var milliseconds: Int { Int((self / .milliseconds(1)).rounded(.up)) }
}
