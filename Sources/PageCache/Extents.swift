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
  /// Nothing is flushed first, so that delayed blocks are seen as such. The cost is one ioctl(2) for 128 extents.
  ///
  /// - Parameters:
  ///   - file: An open regular file.
  ///   - size: Its size in bytes; what lies after it is left out.
  /// - Returns: Extents in order, which cover the file; holes fill the gaps.
  /// - Throws: The reason why they are unknown.
  public static func extents(of file: FileDescriptor, size: Int) throws(UnknownReason) -> [Extent] {
    do throws(UnknownReason) { return try mappedExtents(of: file, size: size) } catch {
      guard error == .notSupported else { throw error }
      return try soughtExtents(of: file, size: size)
    }
  }

  private static func mappedExtents(of file: FileDescriptor, size: Int) throws(UnknownReason) -> [Extent] {
    var found: [Extent] = []
    var position = 0
    var isLast = false
    while position < size, !isLast {
      var raw = [clinux_extent](repeating: clinux_extent(), count: 128)
      var count: UInt32 = 0
      // SAFETY: the call fills as many entries as the array has, and says how many.
      let code = unsafe clinux_extents(
        file.rawValue, UInt64(position), UInt64(size - position), &raw, UInt32(raw.count), &count)
      guard code == 0 else { throw UnknownReason(code) }
      if count == 0 { break }
      for extent in raw.prefix(Int(count)) {
        let bytes = max(position, Int(extent.logical))..<min(size, Int(extent.logical + extent.length))
        isLast = extent.flags & UInt32(CLINUX_EXTENT_LAST) != 0
        guard !bytes.isEmpty else { continue }
        if bytes.lowerBound > position { found.append(hole(position..<bytes.lowerBound)) }
        found.append(Extent(extent, bytes))
        position = bytes.upperBound
      }
    }
    if position < size { found.append(hole(position..<size)) }
    return found
  }

  private static func soughtExtents(of file: FileDescriptor, size: Int) throws(UnknownReason) -> [Extent] {
    var found: [Extent] = []
    var position = 0
    while position < size {
      let data = try seek(file, from: position, toData: true) ?? size
      if data > position { found.append(hole(position..<min(data, size))) }
      guard data < size else { break }
      let end = min(size, try seek(file, from: data, toData: false) ?? size)
      guard end > data else { break }
      found.append(Extent(bytes: data..<end, kind: .data, physical: nil, isShared: false))
      position = end
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
