import CLinux

/// Puts a file system's answers in order, whatever they are, and fills holes.
struct ExtentList {
  /// What is not covered yet.
  private(set) var rest: Range<Int>
  private var extents: [Extent] = []
  private let traits: FileTraits

  init(of bytes: Range<Int>, _ traits: FileTraits) {
    rest = bytes
    self.traits = traits
  }

  /// Goes on with an entry of FIEMAP; whether it had bytes that are not covered yet.
  ///
  /// An SMB server's answers come through as they are: what overlaps or runs over counts as far as it makes sense.
  @discardableResult
  mutating func append(_ entry: clinux_extent) -> Bool {
    let start = Int(clamping: entry.logical)
    let (end, isTooFar) = entry.logical.addingReportingOverflow(entry.length)
    guard let part = part(start..<max(start, isTooFar ? .max : Int(clamping: end))) else { return false }
    append(Extent(entry, part, traits))
    return true
  }

  mutating func append(data bytes: Range<Int>) {
    if let part = part(bytes) { append(Extent(part, .data, isEncoded: traits.contains(.encrypted))) }
  }

  /// Appends the single extent of a block device of this size.
  mutating func append(device size: Int) {
    guard let part = part(0..<size) else { return }
    append(Extent(bytes: part, kind: .written, physical: part.lowerBound, isShared: false, isEncoded: false))
  }

  /// All of them; what is left is a hole.
  mutating func finish() -> [Extent] {
    fill(to: rest.upperBound)
    return extents
  }

  private func part(_ bytes: Range<Int>) -> Range<Int>? {
    let part = bytes.clamped(to: rest)
    return part.isEmpty ? nil : part
  }

  private mutating func append(_ extent: Extent) {
    fill(to: extent.bytes.lowerBound)
    extents.append(extent)
    rest = extent.bytes.upperBound..<rest.upperBound
  }

  private mutating func fill(to end: Int) {
    guard rest.lowerBound < end else { return }
    extents.append(Extent(rest.lowerBound..<end, .hole))
    rest = end..<rest.upperBound
  }
}

extension Extent {
  fileprivate init(_ bytes: Range<Int>, _ kind: Kind, isEncoded: Bool = false) {
    self.init(bytes: bytes, kind: kind, physical: nil, isShared: false, isEncoded: isEncoded)
  }

  /// Reads the wanted bytes of an entry of FIEMAP (Documentation/filesystems/fiemap.rst in the kernel).
  init(_ raw: clinux_extent, _ bytes: Range<Int>, _ traits: FileTraits) {
    func has(_ flag: Int) -> Bool { raw.flags & UInt32(flag) != 0 }
    let kind: Kind =
      if has(CLINUX_EXTENT_DELAYED) {
        .delayed
      } else if has(CLINUX_EXTENT_UNWRITTEN) {
        .unwritten
      } else if has(CLINUX_EXTENT_INLINE) {
        .inline
      } else {
        has(CLINUX_EXTENT_UNKNOWN) ? .data : .written
      }
    // ext4 does not say of an extent that it is encrypted (`iomap_to_fiemap` in fs/iomap/fiemap.c knows no such flag).
    let isEncoded = has(CLINUX_EXTENT_ENCODED) || traits.contains(.encrypted)
    let isPlaced = traits.contains(.deviceAddresses) && !isEncoded && (kind == .unwritten || kind == .written)
    let (place, isTooFar) = raw.physical.addingReportingOverflow(UInt64(bytes.lowerBound) - raw.logical)
    self.init(
      bytes: bytes, kind: kind, physical: isPlaced && !isTooFar ? Int(exactly: place) : nil,
      isShared: has(CLINUX_EXTENT_SHARED), isEncoded: isEncoded)
  }
}
