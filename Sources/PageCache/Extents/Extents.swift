import CLinux
public import SystemPackage

/// A piece of a file, and where its bytes are on the disk.
public struct Extent: Sendable, Equatable {
  /// What the file system says of a piece.
  public enum Kind: String, Sendable {
    /// No blocks: reads as zeros.
    case hole
    /// Blocks will be chosen when it is written back.
    case delayed
    /// Blocks are reserved, and read as zeros until they are written.
    case unwritten
    /// Blocks that hold its bytes.
    case written
    /// Its bytes lie beside the file's own record.
    case inline
    /// Data, of which the file system says no more.
    case data
  }

  /// Offsets into the file.
  public let bytes: Range<Int>
  /// What it is.
  public let kind: Kind
  /// The first byte's place on the device, as an offset in bytes, where it is known to have one.
  ///
  /// Only ext2, ext3, ext4 and XFS report such places. The physical address of FIEMAP lies in a space of the file
  /// system's own on Btrfs, Bcachefs and others with many devices, on an unnamed device on overlays, and is made up on
  /// SMB. Blocks with compressed or encrypted bytes have none either: the file's bytes are not there as they are.
  public let physical: Int?
  /// Whether another file has the same blocks.
  public let isShared: Bool
  /// Whether its bytes lie on the disk compressed or encrypted, mostly in fewer blocks than its length says.
  public let isEncoded: Bool
}

extension PageCache {
  /// Where the bytes of a file are on the disk: FIEMAP of ioctl(2), or lseek(2) with `SEEK_DATA` and `SEEK_HOLE` where
  /// a file system has no such thing.
  ///
  /// Nothing is flushed first, so delayed blocks are seen as such. It is no snapshot: extents may change between the
  /// calls. The bytes of a block device are one extent, at their own place.
  ///
  /// lseek(2) moves the offset of every descriptor of the same open file. So a thread of its own opens the file again
  /// for it, by way of `/proc`, read-only, and closes it: the locks of fcntl(2) that this process has on the file stay.
  /// A watch by inotify(7) sees it opened and closed. Not on FUSE, where most servers let the kernel drop the pages of
  /// a file that is opened again (`fuse_open` in fs/fuse/file.c, without `FOPEN_KEEP_CACHE`). `movesOffset` needs none
  /// of that, and works on FUSE: no other thread or process may read or write by the offset meanwhile.
  ///
  /// - Parameters:
  ///   - file: An open regular file or block device, of any mode but `O_PATH`.
  ///   - bytes: Offsets into the file; extents are cut off at both ends. What lies behind the file's end is a hole,
  ///     unless blocks are reserved there.
  ///   - movesOffset: Whether the descriptor's offset may be moved, and put back at the end. It makes no difference
  ///     where there is FIEMAP.
  /// - Returns: Extents in order, which cover `bytes` without gaps; holes fill them. Neighbours may be of one kind:
  ///   each is an extent of the file system's own.
  /// - Throws: ``PageCacheError/notSupported`` where not even holes are known. ``PageCacheError/offsetNeeded`` where
  ///   the file would have to be opened again and can't be: on FUSE, before Linux 5.9, or in a sandbox that forbids
  ///   close_range(2). ``PageCacheError/notPermitted`` where the caller may not open the file for reading any more;
  ///   ``PageCacheError/noProc``; ``PageCacheError/notRegular``; ``PageCacheError/notOpenForReading`` for `O_PATH`;
  ///   ``PageCacheError/failed(_:)``, with `EIO` for a server whose answers contradict themselves.
  /// - Precondition: `bytes` begins at 0 or behind.
  /// - Complexity: One ioctl(2) for 128 extents of the range, or two lseek(2) for each piece of data and some 30 µs for
  ///   the thread. It does not grow with the file.
  public static func extents(
    of file: FileDescriptor, bytes: Range<Int>, movesOffset: Bool = false
  ) throws(PageCacheError) -> [Extent] {
    require(bytes: bytes)
    let regular = try PagedFile(file)
    var list = ExtentList(of: bytes, regular.traits)
    if regular.isDevice {
      list.append(device: regular.size)
      return list.finish()
    }
    do throws(PageCacheError) { try map(regular, &list) } catch {
      guard error == .notSupported else { throw error }
      try search(regular, &list, movesOffset: movesOffset)
    }
    return list.finish()
  }

  private static func map(_ file: PagedFile, _ list: inout ExtentList) throws(PageCacheError) {
    // 128 extents are 7 KiB. SAFETY: the walk is this call's own, has no map yet, and is ended once.
    var walk = unsafe clinux_extent_walk(
      fd: file.descriptor.rawValue, settled: false, capacity: 128, index: 0, end: UInt64(list.rest.upperBound), map: nil
    )
    defer { unsafe clinux_end_walk(&walk) }
    var entry = clinux_extent()
    repeat {
      // SAFETY: the call fills the entry.
      let code = unsafe clinux_next_extent(&walk, UInt64(list.rest.lowerBound), &entry)
      // An offset that no file of this file system reaches.
      if Errno(rawValue: code) == .fileTooLarge { return }
      try PageCacheError.check(code)
    } while list.append(entry)
  }

  private static func search(_ file: PagedFile, _ list: inout ExtentList, movesOffset: Bool) throws(PageCacheError) {
    guard movesOffset || !file.traits.contains(.openingDropsPages) else { throw .offsetNeeded }
    var isDone = false
    while !isDone, !list.rest.isEmpty {
      // 16 KiB: most files in one search, which costs a thread.
      let capacity: UInt32 = 1024
      var pieces = [clinux_piece](repeating: clinux_piece(), count: Int(capacity))
      var count: UInt32 = 0
      // SAFETY: the search has the array for the length of the call, which fills as many pieces as there is room for.
      let code = unsafe pieces.withUnsafeMutableBufferPointer { pieces in
        var search = unsafe clinux_search(
          from: off_t(list.rest.lowerBound), end: off_t(list.rest.upperBound), pieces: pieces.baseAddress,
          capacity: capacity, count: 0)
        defer { count = unsafe search.count }
        return movesOffset
          ? unsafe clinux_find_data(file.descriptor.rawValue, &search)
          : unsafe clinux_find_data_apart(file.descriptor.rawValue, &search)
      }
      switch Errno(rawValue: code) {
      case Errno(rawValue: 0): break
      case .noFunction where !movesOffset: throw .offsetNeeded
      case .noSuchFileOrDirectory where !movesOffset && !hasProc: throw .noProc
      case .invalidArgument: throw .notSupported  // no SEEK_DATA
      case let errno: throw PageCacheError(errno)
      }
      for piece in pieces.prefix(Int(count)) { list.append(data: Int(piece.start)..<Int(piece.end)) }
      isDone = count < capacity
    }
  }

  /// Whether `/proc` is mounted, and is what it should be.
  static var hasProc: Bool { (try? ProcFile("/proc/thread-self/comm")) != nil }
}
