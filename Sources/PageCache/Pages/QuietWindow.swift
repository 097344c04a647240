import CLinux
import Glibc
package import SystemPackage

/// A part of a file whose bytes are copied with no other effect: a page in memory neither counts as accessed, which
/// would keep it there longer, nor sets off readahead.
///
/// A page that is not in memory is read, and no other. The file may be cut meanwhile.
@safe package struct QuietWindow: ~Copyable {
  private let window: OpaquePointer

  /// Maps bytes of a file that is open for reading; `nil` where only read(2) works: it can't be mapped, or a mapping
  /// may have the bytes of another file, as on overlayfs (`ovl_mmap` in fs/overlayfs/file.c).
  package init?(of file: FileDescriptor, bytes: Range<Int>) {
    guard !bytes.isEmpty, let paged = try? PagedFile(file), paged.isForReading,
      paged.traits.isDisjoint(with: [.stacked, .uncounted])
    else { return nil }
    var made: OpaquePointer?
    // SAFETY: the call fills the pointer that it is given.
    let code = unsafe clinux_window_open(file.rawValue, off_t(bytes.lowerBound), bytes.count, &made)
    guard code == 0, let made = unsafe made else { return nil }
    unsafe window = made
  }

  deinit {
    // SAFETY: made by init, and closed here alone.
    unsafe clinux_window_close(window)
  }

  /// Copies bytes from an offset of the file on; fewer than asked for where the window or the file ends.
  package func copy(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var count = 0
    // SAFETY: as many bytes are copied as the buffer has at most.
    let code = unsafe clinux_window_copy(window, off_t(offset), base, buffer.count, &count)
    guard code == 0 else { throw Errno(rawValue: code) }
    return count
  }
}

extension PageCache {
  /// Lets reads by a descriptor move no time of access, where the caller owns the file, and set off no readahead.
  package static func beQuiet(_ file: FileDescriptor) { clinux_be_quiet(file.rawValue) }

  /// Reads bytes of a quiet file that are not in memory, and leaves none of them there.
  ///
  /// Pages that are changed or mapped meanwhile stay. Where it is not known that all of the pages are absent, only
  /// Linux 6.14 leaves as many as there were.
  ///
  /// - Parameters:
  ///   - file: See ``beQuiet(_:)``.
  ///   - offset: Where they begin.
  ///   - buffer: What is filled.
  ///   - isAbsent: Whether none of the pages is known to be in memory.
  /// - Returns: How many there were: fewer where the file ends.
  /// - Throws: The system's error.
  package static func readOnce(
    _ file: FileDescriptor, from offset: Int, into buffer: UnsafeMutableRawBufferPointer, isAbsent: Bool
  ) throws(Errno) -> Int {
    var count = 0
    var failure: Errno?
    while count < buffer.count, failure == nil {
      var found = 0
      // SAFETY: the rest of the buffer is that long.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let code = unsafe clinux_read_once(file.rawValue, rest.baseAddress, rest.count, off_t(offset + count), &found)
      if code != 0 { failure = Errno(rawValue: code) }
      if found == 0 { break }
      count += found
    }
    if isAbsent {
      let first = offset / pageSize * pageSize
      let length = off_t(pages(in: offset + buffer.count) * pageSize - first)
      _ = posix_fadvise(file.rawValue, off_t(first), length, POSIX_FADV_DONTNEED)
    }
    if let failure { throw failure }
    return count
  }
}
