import CLinux
public import SystemPackage

/// Tells when somebody opens, closes, writes, cuts, renames or removes a file: inotify(7).
///
/// It costs nothing while nothing happens: poll ``descriptor``, and when it is readable, ``clear()`` and look. Reading
/// the file's bytes makes no event. A store into a mapping makes none either, which no call of Linux can tell without
/// looking again.
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

  /// What to poll for reading.
  public var descriptor: Int32 { watch.rawValue }

  /// Watches a file, whatever its name is by now.
  ///
  /// - Parameter file: An open file; it may be closed afterwards.
  /// - Throws: The reason why it can't be watched, such as too many watches.
  public init(of file: FileDescriptor) throws(UnknownReason) {
    let descriptor = clinux_watch(file.rawValue)
    guard descriptor >= 0 else { throw UnknownReason(-descriptor) }
    watch = FileDescriptor(rawValue: descriptor)
  }

  deinit { try? watch.close() }

  /// Takes the events that have come.
  public func clear() { clinux_watch_clear(watch.rawValue) }
}
