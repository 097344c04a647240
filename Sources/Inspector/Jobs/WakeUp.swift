import Glibc
import Synchronization
import SystemPackage

/// A descriptor that becomes readable when another thread has news, so that a loop can sleep in poll(2).
///
/// News are told after they are there to be seen, and taken before they are looked at. One thread takes them, and looks at
/// everything afterwards: whoever took news that were meant for another would let it sleep for ever.
package final class WakeUp: Sendable {
  private let reading: FileDescriptor
  private let writing: FileDescriptor
  // Spares the system call where a byte is in the pipe already, or is about to be.
  private let hasNews = Atomic<Bool>(false)

  package var descriptor: Int32 { reading.rawValue }

  /// Makes one with no news yet.
  init() throws(CommandError) {
    do {
      (reading, writing) = try FileDescriptor.pipe(options: [.closeOnExec, .nonBlocking])
    } catch { throw CommandError("no descriptors are left for a pipe (\(error)); close some programs") }
  }

  deinit {
    try? reading.close()
    try? writing.close()
  }

  /// Tells the loop that there are news.
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

  /// Sleeps until there are news, nobody reads any more what is written to another descriptor, or time is up.
  ///
  /// - Returns: Whether it has a reader still.
  func wait(orEndOf output: Int32, atMost time: Duration?) -> Bool {
    var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: output, events: 0, revents: 0)]
    // SAFETY: two entries, for the length of the call.
    _ = unsafe poll(&polled, 2, time.map { Int32(clamping: $0.milliseconds) } ?? -1)
    clear()
    return polled[1].revents & Int16(POLLERR | POLLHUP) == 0
  }

  /// Sleeps until there are news, another descriptor becomes readable, or time is up.
  ///
  /// - Parameters:
  ///   - other: One more descriptor to poll.
  ///   - time: How long at most, or `nil` for no limit.
  package func wait(also other: Int32? = nil, atMost time: Duration? = nil) {
    var polled = [descriptor, other ?? -1].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let milliseconds = time.map { Int32(clamping: $0.milliseconds) } ?? -1
    // SAFETY: two entries, for the length of the call; a negative descriptor is passed over.
    _ = unsafe poll(&polled, 2, milliseconds)
    clear()
  }
}

extension Duration {
  /// Whole milliseconds, rounded up, so that who sleeps for them does not wake too early and sleep again.
  package var milliseconds: Int { Int((self / .milliseconds(1)).rounded(.up)) }
}
