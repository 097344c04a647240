import Glibc
import Synchronization
import SystemPackage

/// A descriptor that becomes readable when another thread has news, so that a loop can sleep in poll(2).
public final class WakeUp: Sendable {
  private let reading: FileDescriptor
  private let writing: FileDescriptor
  // At most one byte is ever in the pipe, so a signal never blocks.
  private let hasNews = Atomic<Bool>(false)

  /// What to poll for reading.
  public var descriptor: Int32 { reading.rawValue }

  /// Makes one with no news yet.
  init() throws(CommandError) {
    do {
      (reading, writing) = try FileDescriptor.pipe(options: [.closeOnExec])
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

  /// Takes the news, so that the next poll sleeps.
  public func clear() {
    guard hasNews.load(ordering: .acquiring) else { return }
    var byte = [UInt8](repeating: 0, count: 1)
    // SAFETY: one byte is read into an array of one. It has been written, or is about to be.
    _ = try? unsafe byte.withUnsafeMutableBytes { try unsafe reading.read(into: $0) }
    hasNews.store(false, ordering: .releasing)
  }

  /// Sleeps until there are news.
  public func wait() { wait(also: nil, atMost: nil) }

  /// Sleeps until there are news, another descriptor becomes readable, or time is up.
  ///
  /// - Parameters:
  ///   - other: One more descriptor to poll.
  ///   - time: How long at most, or `nil` for no limit.
  func wait(also other: Int32?, atMost time: Duration?) {
    var polled = [descriptor, other ?? -1].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let milliseconds = time.map { Int32(clamping: $0.milliseconds) } ?? -1
    // SAFETY: two entries, for the length of the call; a negative descriptor is passed over.
    _ = unsafe poll(&polled, 2, milliseconds)
    clear()
  }
}

extension Duration {
  /// Whole milliseconds, rounded up, so that who sleeps for them does not wake too early and sleep again.
  public var milliseconds: Int { Int((self / .milliseconds(1)).rounded(.up)) }
}
