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
    /// Data of which the file system tells no more.
    case data
  }

  /// Offsets into the file.
  public let bytes: Range<Int>
  /// What it is.
  public let kind: Kind
  /// The first byte's place on the device, where it has one.
  public let physical: Int?
  /// Whether another file has the same blocks.
  public let isShared: Bool
}

extension PageCache {
  /// Where the bytes of a file are on the disk: FIEMAP, or SEEK_DATA and SEEK_HOLE where a file system has none.
  ///
  /// Nothing is flushed first, so that delayed blocks are seen as such. The cost is one ioctl(2) for 128 extents of the
  /// range, or two lseek(2) for each piece of data; it does not grow with the file. It is no snapshot: extents may
  /// change between the calls.
  ///
  /// - Parameters:
  ///   - file: An open regular file.
  ///   - bytes: Offsets into the file; extents are cut off at both ends. What lies behind the file's end is a hole,
  ///     unless blocks are reserved there.
  /// - Returns: Extents in order, which cover `bytes`; holes fill the gaps.
  /// - Throws: The reason why they are unknown.
  public static func extents(of file: FileDescriptor, bytes: Range<Int>) throws(UnknownReason) -> [Extent] {
    _ = try regularFile(file)
    do throws(UnknownReason) { return try mappedExtents(of: file, bytes) } catch {
      guard error == .notSupported else { throw error }
      return try soughtExtents(of: file, bytes)
    }
  }

  private static func mappedExtents(of file: FileDescriptor, _ bytes: Range<Int>) throws(UnknownReason) -> [Extent] {
    var found: [Extent] = []
    var position = bytes.lowerBound
    var isLast = false
    while position < bytes.upperBound, !isLast {
      var raw = [clinux_extent](repeating: clinux_extent(), count: 128)
      var count: UInt32 = 0
      // SAFETY: the call fills as many entries as the array has, and says how many.
      let code = unsafe clinux_extents(
        file.rawValue, UInt64(position), UInt64(bytes.upperBound - position), &raw, UInt32(raw.count), &count)
      guard code == 0 else { throw UnknownReason(code) }
      let before = position
      for extent in raw.prefix(Int(count)) {
        isLast = extent.flags & UInt32(CLINUX_EXTENT_LAST) != 0
        let lower = max(position, Int(extent.logical))
        let upper = min(bytes.upperBound, Int(extent.logical + extent.length))
        guard lower < upper else { continue }
        if lower > position { found.append(hole(position..<lower)) }
        found.append(Extent(extent, lower..<upper))
        position = upper
      }
      if position == before { break }  // nothing more in the range
    }
    if position < bytes.upperBound { found.append(hole(position..<bytes.upperBound)) }
    return found
  }

  private static func soughtExtents(of file: FileDescriptor, _ bytes: Range<Int>) throws(UnknownReason) -> [Extent] {
    var found: [Extent] = []
    var position = bytes.lowerBound
    while position < bytes.upperBound {
      let data = min(bytes.upperBound, try seek(file, from: position, toData: true) ?? bytes.upperBound)
      if data > position { found.append(hole(position..<data)) }
      guard data < bytes.upperBound else { break }
      // No hole after the data says that the file was cut here meanwhile: it is looked at again from there.
      position = min(bytes.upperBound, try seek(file, from: data, toData: false) ?? data)
      if position > data {
        found.append(Extent(bytes: data..<position, kind: .data, physical: nil, isShared: false))
      }
    }
    return found
  }

  private static func seek(_ file: FileDescriptor, from: Int, toData: Bool) throws(UnknownReason) -> Int? {
    var offset: off_t = 0
    // SAFETY: the call fills the integer that it is given.
    let code = unsafe clinux_seek(file.rawValue, off_t(from), toData, &offset)
    if Errno(rawValue: code) == .noSuchAddressOrDevice { return nil }
    guard code == 0 else { throw UnknownReason(code) }
    return Int(offset)
  }

  private static func hole(_ bytes: Range<Int>) -> Extent {
    Extent(bytes: bytes, kind: .hole, physical: nil, isShared: false)
  }
}

extension Extent {
  fileprivate init(_ raw: clinux_extent, _ bytes: Range<Int>) {
    func has(_ flag: Int) -> Bool { raw.flags & UInt32(flag) != 0 }
    self.bytes = bytes
    kind =
      has(CLINUX_EXTENT_DELAYED)
      ? .delayed : has(CLINUX_EXTENT_UNWRITTEN) ? .unwritten : has(CLINUX_EXTENT_INLINE) ? .inline : .written
    physical = kind == .delayed || kind == .inline ? nil : Int(raw.physical) + bytes.lowerBound - Int(raw.logical)
    isShared = has(CLINUX_EXTENT_SHARED)
  }
}
