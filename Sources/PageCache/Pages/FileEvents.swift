import CLinux
import Glibc
import Synchronization
public import SystemPackage

/// Reports that a file is opened, closed, written, cut, renamed or removed: inotify(7).
///
/// It costs nothing while nothing happens: poll ``descriptor``, and when it is readable, ``clear()`` and sample again.
/// There is one event until it is cleared: a process that writes the file without a pause pays for one event between
/// two samples. Reads are events on request. Loads and stores in a mapping make no event, nor does what other machines
/// do to a file on a network. On a stacked file system, such as overlayfs, what is done to the file below makes none.
///
/// Any number of threads may use it. One object takes two descriptors and one of the user's instances of inotify, of
/// which there are `/proc/sys/fs/inotify/max_user_instances`, mostly 128.
///
/// ```swift
/// let events = try FileEvents(of: file)
/// _ = try file.writeAll(toAbsoluteOffset: 0, [1])  // or another program does
/// var polled = pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0)
/// // SAFETY: one entry, for the length of the call.
/// if unsafe poll(&polled, 1, 1000) == 1 { events.clear() }  // within a second, something happened
/// ```
public final class FileEvents: Sendable {
  private let watch: FileDescriptor
  // One of O_PATH, by which the file is found again.
  private let file: FileDescriptor
  // The number of the watch, or a negative errno.
  private let armed: Mutex<Int32>
  private let includesReads: Bool

  /// What to poll for reading; it is closed with the last reference to this object.
  public var descriptor: Int32 { watch.rawValue }

  /// Watches a file, whatever its name is by now: inotify_init1(2), and inotify_add_watch(2) by way of `/proc`.
  ///
  /// - Parameters:
  ///   - file: An open file of any kind, which the caller may read; it may be closed afterwards.
  ///   - includesReads: Whether read(2) of the file is an event, also the caller's own.
  /// - Throws: ``PageCacheError/notPermitted`` if the process may not read the file, ``PageCacheError/noProc``, or
  ///   ``PageCacheError/failed(_:)``: `EMFILE` where the user has no instance left, `ENOSPC` where no watch is left,
  ///   `EBADF` for a descriptor that is closed.
  /// - Complexity: Constant.
  public init(of file: FileDescriptor, includingReads includesReads: Bool = false) throws(PageCacheError) {
    var found: Int32 = -1
    // SAFETY: the call fills the integer that it is given.
    let descriptor = unsafe clinux_watch(file.rawValue, &found)
    if descriptor == -ENOENT, !PageCache.hasProc { throw .noProc }
    guard descriptor >= 0 else { throw PageCacheError(Errno(rawValue: -descriptor)) }
    watch = FileDescriptor(rawValue: descriptor)
    self.file = FileDescriptor(rawValue: found)
    self.includesReads = includesReads
    let number = clinux_watch_arm(descriptor, found, includesReads)
    armed = Mutex(number)
    // All that was opened is closed by deinit.
    guard number >= 0 else { throw PageCacheError(Errno(rawValue: -number)) }
  }

  deinit {
    try? watch.close()
    try? file.close()
  }

  /// Whether it still watches: the permission to read the file may have gone.
  package var isArmed: Bool { armed.withLock { $0 } >= 0 }

  /// Takes the events that have come, and watches on: read(2), and inotify_add_watch(2).
  ///
  /// - Returns: Whether there were any, also where the kernel's queue overflowed.
  /// - Complexity: Constant.
  @discardableResult
  public func clear() -> Bool {
    armed.withLock { number in
      let hadAny = clinux_watch_clear(watch.rawValue, number)
      number = clinux_watch_arm(watch.rawValue, file.rawValue, includesReads)
      return hadAny
    }
  }
}
