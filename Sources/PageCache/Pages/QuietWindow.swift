import CLinux
import Glibc
package import SystemPackage

/// A part of a file from which bytes are copied that somebody wants to see, and nothing else happens: a page that is in
/// memory neither counts as accessed, which would keep it there longer, nor sets off readahead.
///
/// A page that is not in memory is read, and no other. Whoever must not bring it in asks first. The file may be cut
/// meanwhile.
@safe package struct QuietWindow: ~Copyable {
  private let window: OpaquePointer

  /// Maps some bytes; `nil` where only read(2) gives the file's bytes: it can't be mapped, or a mapping may have those of
  /// another file, as on overlayfs (`ovl_mmap` in fs/overlayfs/file.c).
  ///
  /// - Parameters:
  ///   - file: A regular file or a block device, open for reading. The time of its last access stays if ``PageCache/beQuiet(_:)`` was asked
  ///     for that.
  ///   - bytes: Offsets into the file, which are not none.
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
    // SAFETY: made by init, and nobody else closes it.
    unsafe clinux_window_close(window)
  }

  /// Copies bytes.
  ///
  /// - Parameters:
  ///   - offset: Where they begin in the file, within the window.
  ///   - buffer: What is filled.
  /// - Returns: How many there were: fewer where the window or the file ends.
  /// - Throws: `ioError` where the device failed.
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
  /// Makes a descriptor one for looking: what is read or mapped by it moves no time of access, where the caller owns the
  /// file, and a read brings in no more than was asked for.
  package static func beQuiet(_ file: FileDescriptor) { clinux_be_quiet(file.rawValue) }

  /// Reads bytes that are not in memory, and leaves none of them there: pages that somebody changes or maps meanwhile
  /// stay.
  ///
  /// - Parameters:
  ///   - file: A file that is quiet; see ``beQuiet(_:)``.
  ///   - offset: Where they begin.
  ///   - buffer: What is filled.
  ///   - isAbsent: Whether none of the pages is known to be in memory. If that is unknown, only Linux 6.14 leaves as many as
  ///     there were.
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
      _ = clinux_drop(file.rawValue, off_t(first), off_t(pages(in: offset + buffer.count) * pageSize - first))
    }
    if let failure { throw failure }
    return count
  }
}
