import CLinux
import Glibc
import Synchronization
public import SystemPackage

/// Tells when somebody opens, closes, writes, cuts, renames or removes a file: inotify(7).
///
/// It costs nothing while nothing happens: poll ``descriptor``, and when it is readable, ``clear()`` and look. The first
/// event is told, and no more until it is cleared: who writes the file without a pause pays for one event between two
/// looks. Who reads the file is told of only if that is asked for. What is read and stored by way of a mapping makes no
/// event, which no call of Linux can tell without looking again, nor does what other machines do to a file on a network. On
/// a stacked file system, as overlayfs is, nothing is told of what is done to the file below.
///
/// All of it may be used by many threads at once. One object takes two descriptors and one of the user's instances of
/// inotify, of which there are `/proc/sys/fs/inotify/max_user_instances`, mostly 128.
///
/// ```swift
/// let events = try FileEvents(of: file)
/// _ = try file.writeAll(toAbsoluteOffset: 0, [1])  // or somebody else does
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

  /// What to poll for reading; it is closed as soon as the last reference to this object is gone, which must so be kept
  /// for as long as it is polled.
  public var descriptor: Int32 { watch.rawValue }

  /// Watches a file, whatever its name is by now: inotify_init1(2), and inotify_add_watch(2) by way of `/proc`.
  ///
  /// - Parameters:
  ///   - file: An open file of any kind, which the caller may read; it may be closed afterwards.
  ///   - includesReads: Whether read(2) of the file is an event, also the caller's own.
  /// - Throws: ``PageCacheError/notPermitted`` to who may not read the file, ``PageCacheError/noProc``, or
  ///   ``PageCacheError/failed(_:)``: `EMFILE` where the user has no instance left, `ENOSPC` where no watch is left, `EBADF`
  ///   for a descriptor that is closed.
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

  /// Whether it still watches: a file that was let be read when it was opened may not any more.
  package var isArmed: Bool { armed.withLock { $0 } >= 0 }

  /// Takes the events that have come, and watches on: read(2), and inotify_add_watch(2).
  ///
  /// - Returns: Whether there were any, also those of which the kernel kept no account since there were too many.
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
